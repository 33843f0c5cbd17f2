"""The calls of `wethod.clients`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.clients import Client

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Clients", "ClientsWithResponse", "Include", "IncludeItem"]

IncludeItem: TypeAlias = Literal["externalIdentifiers", "external_identifiers"]

Include: TypeAlias = IncludeItem | Sequence[IncludeItem]

CREATION: Final = Creation("clients", "/api/clients", Client, row="/api/clients/{id}")


class Clients:
    """Clients of the company (`/api/clients`).

    For example:

        client = await wethod.clients.get(4, include="external_identifiers")
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        include: Include | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Client]:
        """Lists clients.

        Permissions: crm.view.

        Args:
            include: Relations to read along, one or several. They come back in snake_case.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/clients",
            Client,
            [
                arguments.include("include", include, ("externalIdentifiers",)),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="clients.list",
            route="/api/clients",
        )

    async def get(
        self,
        id: int,
        *,
        include: Include | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
    ) -> Client:
        """Reads one client.

        Permissions: crm.view.

        Args:
            include: Relations to read along, one or several. They come back in snake_case.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "clients.get",
            "GET",
            "/api/clients/{id}",
            Client,
            [
                arguments.include("include", include, ("externalIdentifiers",)),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
            ],
            id=id,
        )

    async def create(
        self,
        *,
        corporate_name: str | Omitted = OMITTED,
        acronym: str | Omitted = OMITTED,
        email: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        website: str | Omitted = OMITTED,
        linkedin: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        street: str | Omitted = OMITTED,
        zip_code: str | Omitted = OMITTED,
        town: str | Omitted = OMITTED,
        country: str | Omitted = OMITTED,
        vat: str | Omitted = OMITTED,
        payment_condition: str | Omitted = OMITTED,
        sdi_code: str | Omitted = OMITTED,
        pec: str | Omitted = OMITTED,
        administration_email: str | Omitted = OMITTED,
        company_registration_number: str | Omitted = OMITTED,
        legal_name: str | Omitted = OMITTED,
        intent_code: str | Omitted = OMITTED,
        intent_date: dt.date | str | Omitted = OMITTED,
        phone: str | Omitted = OMITTED,
        tax_reference: str | Omitted = OMITTED,
        group_id: int | Omitted = OMITTED,
        bank_account_id: int | Omitted = OMITTED,
        vat_rate_id: int | Omitted = OMITTED,
        payment_term_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> Client:
        """Creates a client.

        No reference page says which fields are mandatory. Assumed to be mandatory: corporate_name. An
        InvalidDataError names what is missing.

        No reference page was at hand; treat as probable.

        Args:
            intent_date: Declaration of intent date.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("corporate_name", corporate_name),
            body.text("acronym", acronym),
            body.text("email", email),
            body.text("notes", notes),
            body.text("website", website),
            body.text("linkedin", linkedin),
            body.text("description", description),
            body.text("street", street),
            body.text("zip_code", zip_code),
            body.text("town", town),
            body.text("country", country),
            body.text("vat", vat),
            body.text("payment_condition", payment_condition),
            body.text("sdi_code", sdi_code),
            body.text("pec", pec),
            body.text("administration_email", administration_email),
            body.text("company_registration_number", company_registration_number),
            body.text("legal_name", legal_name),
            body.text("intent_code", intent_code),
            body.date("intent_date", intent_date),
            body.text("phone", phone),
            body.text("tax_reference", tax_reference),
            body.integer("group_id", group_id),
            body.integer("bank_account_id", bank_account_id),
            body.integer("vat_rate_id", vat_rate_id),
            body.integer("payment_term_id", payment_term_id),
        ]
        call = self._sender.call("clients.create", "POST", "/api/client", Client, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        corporate_name: str | Omitted = OMITTED,
        acronym: str | Omitted = OMITTED,
        email: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        website: str | Omitted = OMITTED,
        linkedin: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        street: str | Omitted = OMITTED,
        zip_code: str | Omitted = OMITTED,
        town: str | Omitted = OMITTED,
        country: str | Omitted = OMITTED,
        vat: str | Omitted = OMITTED,
        payment_condition: str | Omitted = OMITTED,
        sdi_code: str | Omitted = OMITTED,
        pec: str | Omitted = OMITTED,
        administration_email: str | Omitted = OMITTED,
        company_registration_number: str | Omitted = OMITTED,
        legal_name: str | Omitted = OMITTED,
        intent_code: str | Omitted = OMITTED,
        intent_date: dt.date | str | Omitted = OMITTED,
        phone: str | Omitted = OMITTED,
        tax_reference: str | Omitted = OMITTED,
        group_id: int | Omitted = OMITTED,
        bank_account_id: int | Omitted = OMITTED,
        vat_rate_id: int | Omitted = OMITTED,
        payment_term_id: int | Omitted = OMITTED,
    ) -> Client:
        """Changes a client.

        No reference page was at hand; treat as probable.

        Args:
            intent_date: Declaration of intent date.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "clients.update",
            "PATCH",
            "/api/client/{id}",
            Client,
            body=[
                body.text("corporate_name", corporate_name),
                body.text("acronym", acronym),
                body.text("email", email),
                body.text("notes", notes),
                body.text("website", website),
                body.text("linkedin", linkedin),
                body.text("description", description),
                body.text("street", street),
                body.text("zip_code", zip_code),
                body.text("town", town),
                body.text("country", country),
                body.text("vat", vat),
                body.text("payment_condition", payment_condition),
                body.text("sdi_code", sdi_code),
                body.text("pec", pec),
                body.text("administration_email", administration_email),
                body.text("company_registration_number", company_registration_number),
                body.text("legal_name", legal_name),
                body.text("intent_code", intent_code),
                body.date("intent_date", intent_date),
                body.text("phone", phone),
                body.text("tax_reference", tax_reference),
                body.integer("group_id", group_id),
                body.integer("bank_account_id", bank_account_id),
                body.integer("vat_rate_id", vat_rate_id),
                body.integer("payment_term_id", payment_term_id),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a client.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("clients.delete", "DELETE", "/api/client/{id}", None, id=id)


class ClientsWithResponse:
    """The calls of `wethod.with_response.clients`: as those of `Clients`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Clients.list)
    def list(self) -> None:
        """As `Clients.list`."""

    @responding(Clients.get)
    def get(self) -> None:
        """As `Clients.get`, in a `Response`."""

    @responding(Clients.create)
    def create(self) -> None:
        """As `Clients.create`, in a `Response`."""

    @responding(Clients.update)
    def update(self) -> None:
        """As `Clients.update`, in a `Response`."""

    @responding(Clients.delete)
    def delete(self) -> None:
        """As `Clients.delete`, in a `Response`."""
