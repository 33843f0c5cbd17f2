"""The calls of `wethod.people_allocations`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.people_allocations import PeopleAllocation

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateFilter, DateTimeFilter

__all__ = ["PeopleAllocations", "PeopleAllocationsWithResponse"]

CREATION: Final = Creation(
    "people_allocations",
    "/api/people-allocations",
    PeopleAllocation,
    filters={"person_id": "plain", "project_id": "plain", "date": "date"},
)


class PeopleAllocations:
    """Hours allocated to persons on projects, by day (`/api/people-allocations`).

    For example:

        await wethod.people_allocations.create(person_id=3, project_id=7, date=day, hours=8)

    There is no `get`: the API gives these rows only in lists. Instead:

        await wethod.people_allocations.list(person_id=3, project_id=7, date=day).first()
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        date: DateFilter | None = None,
        project_id: int | None = None,
        person_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[PeopleAllocation]:
        """Lists people allocations.

        Permissions: planning.view, planning.view_other.

        Args:
            date: A date or a filter such as `F.between(first, last)`.
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
            "/api/people-allocations",
            PeopleAllocation,
            [
                arguments.date("date", date),
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("person_id", person_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="people_allocations.list",
            route="/api/people-allocations",
        )

    async def create(
        self,
        *,
        person_id: int | Omitted = OMITTED,
        project_id: int | Omitted = OMITTED,
        date: dt.date | str | Omitted = OMITTED,
        hours: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> PeopleAllocation:
        """Creates a people allocation.

        No reference page says which fields are mandatory. Assumed to be mandatory: person_id, project_id, date,
        hours. An InvalidDataError names what is missing.

        Permissions: planning.modify, planning.modify_other, planning.modify_past.

        Args:
            hours: From 1 to 8.
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
            body.integer("project_id", project_id, minimum=1),
            body.date("date", date),
            body.integer("hours", hours, minimum=1, maximum=8),
        ]
        call = self._sender.call(
            "people_allocations.create", "POST", "/api/people-allocations", PeopleAllocation, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(self, id: int, *, hours: int | Omitted = OMITTED) -> PeopleAllocation:
        """Changes the hours of an allocation.

        Permissions: planning.modify, planning.modify_other, planning.modify_past.

        Args:
            hours: From 1 to 8.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "people_allocations.update",
            "PATCH",
            "/api/people-allocations/{id}",
            PeopleAllocation,
            body=[body.integer("hours", hours, minimum=1, maximum=8)],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a people allocation.

        Permissions: planning.modify, planning.modify_other, planning.modify_past.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "people_allocations.delete", "DELETE", "/api/people-allocations/{id}", None, id=id
        )


class PeopleAllocationsWithResponse:
    """The calls of `wethod.with_response.people_allocations`: as those of `PeopleAllocations`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(PeopleAllocations.list)
    def list(self) -> None:
        """As `PeopleAllocations.list`."""

    @responding(PeopleAllocations.create)
    def create(self) -> None:
        """As `PeopleAllocations.create`, in a `Response`."""

    @responding(PeopleAllocations.update)
    def update(self) -> None:
        """As `PeopleAllocations.update`, in a `Response`."""

    @responding(PeopleAllocations.delete)
    def delete(self) -> None:
        """As `PeopleAllocations.delete`, in a `Response`."""
