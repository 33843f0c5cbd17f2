"""The calls of `wethod.invoices`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from .._sending.settle import settled
from ..models.invoices import Invoice

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateFilter, DateTimeFilter

__all__ = ["Invoices", "InvoicesWithResponse"]

CREATION: Final = Creation(
    "invoices",
    "/api/invoices",
    Invoice,
    row="/api/invoices/{id}",
    filters={"issue_date": "date", "project_id": "plain"},
)


class Invoices:
    """Invoices of projects: draft, sent, paid (`/api/invoices`).

    For example:

        await wethod.invoices.set_paid(8, payment_date="2026-05-31")
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        issue_date: DateFilter | None = None,
        payment_date: DateFilter | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Invoice]:
        """Lists invoices.

        Permissions: invoices.view, invoices.view_other.

        Args:
            issue_date: A date or a filter such as `F.between(first, last)`.
            payment_date: A date or a filter such as `F.between(first, last)`.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/invoices",
            Invoice,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date("issue_date", issue_date),
                arguments.date("payment_date", payment_date),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="invoices.list",
            route="/api/invoices",
        )

    async def get(self, id: int) -> Invoice:
        """Reads one invoice.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("invoices.get", "GET", "/api/invoices/{id}", Invoice, id=id)

    async def create(
        self,
        *,
        invoice_number: str | Omitted = OMITTED,
        purchase_order: str | Omitted = OMITTED,
        value: float | Omitted = OMITTED,
        exchange_rate: float | Omitted = OMITTED,
        issue_date: dt.date | str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        project_id: int | Omitted = OMITTED,
        budget_area_uid: str | Omitted = OMITTED,
        vat_rate_id: int | Omitted = OMITTED,
        payment_term_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> Invoice:
        """Creates an invoice.

        No reference page says which fields are mandatory. Assumed to be mandatory: value, issue_date, project_id. An
        InvalidDataError names what is missing.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("invoice_number", invoice_number),
            body.text("purchase_order", purchase_order),
            body.number("value", value),
            body.number("exchange_rate", exchange_rate),
            body.date("issue_date", issue_date),
            body.text("notes", notes),
            body.integer("project_id", project_id, minimum=1),
            body.text("budget_area_uid", budget_area_uid),
            body.integer("vat_rate_id", vat_rate_id),
            body.integer("payment_term_id", payment_term_id),
        ]
        call = self._sender.call("invoices.create", "POST", "/api/invoices", Invoice, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        invoice_number: str | Omitted | None = OMITTED,
        purchase_order: str | Omitted | None = OMITTED,
        value: float | Omitted = OMITTED,
        exchange_rate: float | Omitted | None = OMITTED,
        issue_date: dt.date | str | Omitted = OMITTED,
        notes: str | Omitted | None = OMITTED,
        project_id: int | Omitted = OMITTED,
        budget_area_uid: str | Omitted | None = OMITTED,
        vat_rate_id: int | Omitted | None = OMITTED,
        payment_term_id: int | Omitted | None = OMITTED,
    ) -> Invoice:
        """Changes an invoice.

        Permissions: invoices.edit, invoices.edit_other, invoices.edit_sent.

        Args:
            invoice_number: At most 255 characters. None is sent as null.
            purchase_order: None is sent as null.
            exchange_rate: None is sent as null.
            notes: None is sent as null.
            budget_area_uid: None is sent as null.
            vat_rate_id: None is sent as null.
            payment_term_id: None is sent as null.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "invoices.update",
            "PATCH",
            "/api/invoices/{id}",
            Invoice,
            body=[
                body.text("invoice_number", invoice_number, max_length=255, nullable=True),
                body.text("purchase_order", purchase_order, nullable=True),
                body.number("value", value),
                body.number("exchange_rate", exchange_rate, nullable=True),
                body.date("issue_date", issue_date),
                body.text("notes", notes, nullable=True),
                body.integer("project_id", project_id, minimum=1),
                body.text("budget_area_uid", budget_area_uid, nullable=True),
                body.integer("vat_rate_id", vat_rate_id, nullable=True),
                body.integer("payment_term_id", payment_term_id, nullable=True),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes an invoice.

        Assumed: answered 412 as long as other rows point to it.

        Permissions: invoices.delete, invoices.delete_other, invoices.edit_sent.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("invoices.delete", "DELETE", "/api/invoices/{id}", None, id=id)

    async def send(
        self,
        id: int,
        *,
        invoice_contact_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> Invoice:
        """Sends an invoice.

        Assumed: only an invoice in draft can be sent; any other is answered 412.

        No reference page was at hand; treat as probable.

        Args:
            invoice_contact_id: Not shown in answers.
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call(
            "invoices.send",
            "POST",
            "/api/invoices/{id}:send",
            Invoice,
            body=[body.integer("invoice_contact_id", invoice_contact_id, minimum=1)],
            id=id,
        )
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/invoices/{id}", id=id),
                Invoice,
                operation="invoices.get",
                route="/api/invoices/{id}",
                status="sent",
            )
        return await call

    async def set_paid(
        self,
        id: int,
        *,
        payment_date: dt.date | str | Omitted | None = OMITTED,
        settle: bool = False,
    ) -> Invoice:
        """Marks an invoice as paid.

        Assumed: only a sent invoice can be marked as paid; any other is answered 412.

        Permissions: invoices.edit_sent.

        Args:
            payment_date: Defaults to the current date. None is sent as null.
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call(
            "invoices.set_paid",
            "POST",
            "/api/invoices/{id}:set-paid",
            Invoice,
            body=[body.date("payment_date", payment_date, nullable=True)],
            id=id,
        )
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/invoices/{id}", id=id),
                Invoice,
                operation="invoices.get",
                route="/api/invoices/{id}",
                status="paid",
            )
        return await call

    async def set_unpaid(self, id: int, *, settle: bool = False) -> Invoice:
        """Marks an invoice as unpaid.

        Assumed: only a paid invoice can be marked as unpaid, and counts as sent then; any other is answered 412.

        Permissions: invoices.edit_sent.

        Args:
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("invoices.set_unpaid", "POST", "/api/invoices/{id}:set-unpaid", Invoice, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/invoices/{id}", id=id),
                Invoice,
                operation="invoices.get",
                route="/api/invoices/{id}",
                status="sent",
            )
        return await call


class InvoicesWithResponse:
    """The calls of `wethod.with_response.invoices`: as those of `Invoices`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Invoices.list)
    def list(self) -> None:
        """As `Invoices.list`."""

    @responding(Invoices.get)
    def get(self) -> None:
        """As `Invoices.get`, in a `Response`."""

    @responding(Invoices.create)
    def create(self) -> None:
        """As `Invoices.create`, in a `Response`."""

    @responding(Invoices.update)
    def update(self) -> None:
        """As `Invoices.update`, in a `Response`."""

    @responding(Invoices.delete)
    def delete(self) -> None:
        """As `Invoices.delete`, in a `Response`."""

    @responding(Invoices.send)
    def send(self) -> None:
        """As `Invoices.send`, in a `Response`."""

    @responding(Invoices.set_paid)
    def set_paid(self) -> None:
        """As `Invoices.set_paid`, in a `Response`."""

    @responding(Invoices.set_unpaid)
    def set_unpaid(self) -> None:
        """As `Invoices.set_unpaid`, in a `Response`."""
