"""The calls of `wethod.person_payrolls`.

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
from ..models.person_payrolls import PersonPayroll

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["PersonPayrolls", "PersonPayrollsWithResponse"]

CREATION: Final = Creation(
    "person_payrolls",
    "/api/person-payrolls",
    PersonPayroll,
    row="/api/person-payrolls/{id}",
    filters={"person_id": "plain", "business_unit_id": "plain"},
)


class PersonPayrolls:
    """Yearly costs of persons, by period of months (`/api/person-payrolls`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        person_id: int | None = None,
        business_unit_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[PersonPayroll]:
        """Lists person payrolls.

        Permissions: payroll.employees.

        Args:
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
            "/api/person-payrolls",
            PersonPayroll,
            [
                arguments.integer("person_id", person_id, minimum=1),
                arguments.integer("business_unit_id", business_unit_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="person_payrolls.list",
            route="/api/person-payrolls",
        )

    async def get(self, id: int) -> PersonPayroll:
        """Reads one person payroll.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("person_payrolls.get", "GET", "/api/person-payrolls/{id}", PersonPayroll, id=id)

    async def create(
        self,
        *,
        person_id: int | Omitted = OMITTED,
        business_unit_id: int | Omitted = OMITTED,
        cost: float | Omitted = OMITTED,
        taxes: int | Omitted = OMITTED,
        from_: dt.date | str | Omitted = OMITTED,
        to: dt.date | str | Omitted = OMITTED,
        settle: bool = False,
    ) -> PersonPayroll:
        """Creates a person payroll.

        No reference page says which fields are mandatory. Assumed to be mandatory: person_id. An InvalidDataError
        names what is missing.

        Permissions: payroll.employees.

        Args:
            from_: As YYYY-MM, or any date in the month.
            to: As YYYY-MM, or any date in the month. Assumed: answered 400 where it is before from.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("person_id", person_id, minimum=1),
            body.integer("business_unit_id", business_unit_id),
            body.number("cost", cost),
            body.integer("taxes", taxes),
            body.month("from", from_),
            body.month("to", to),
        ]
        call = self._sender.call("person_payrolls.create", "POST", "/api/person-payrolls", PersonPayroll, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        person_id: int | Omitted = OMITTED,
        business_unit_id: int | Omitted = OMITTED,
        taxes: int | Omitted = OMITTED,
        from_: dt.date | str | Omitted = OMITTED,
        to: dt.date | str | Omitted = OMITTED,
    ) -> PersonPayroll:
        """Changes a person payroll.

        No reference page was at hand; treat as probable.

        Args:
            from_: As YYYY-MM, or any date in the month.
            to: As YYYY-MM, or any date in the month. Assumed: answered 400 where it is before from.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "person_payrolls.update",
            "PATCH",
            "/api/person-payrolls/{id}",
            PersonPayroll,
            body=[
                body.integer("person_id", person_id, minimum=1),
                body.integer("business_unit_id", business_unit_id),
                body.integer("taxes", taxes),
                body.month("from", from_),
                body.month("to", to),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a person payroll.

        Assumed: answered 412 as long as other rows point to it.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("person_payrolls.delete", "DELETE", "/api/person-payrolls/{id}", None, id=id)


class PersonPayrollsWithResponse:
    """The calls of `wethod.with_response.person_payrolls`: as those of `PersonPayrolls`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(PersonPayrolls.list)
    def list(self) -> None:
        """As `PersonPayrolls.list`."""

    @responding(PersonPayrolls.get)
    def get(self) -> None:
        """As `PersonPayrolls.get`, in a `Response`."""

    @responding(PersonPayrolls.create)
    def create(self) -> None:
        """As `PersonPayrolls.create`, in a `Response`."""

    @responding(PersonPayrolls.update)
    def update(self) -> None:
        """As `PersonPayrolls.update`, in a `Response`."""

    @responding(PersonPayrolls.delete)
    def delete(self) -> None:
        """As `PersonPayrolls.delete`, in a `Response`."""
