"""The calls of `wethod.persons`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.persons import Person

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Persons", "PersonsWithResponse"]


class Persons:
    """Persons of the company (`/api/persons`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        job_title_id: int | None = None,
        allocation_manager_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Person]:
        """Lists persons.

        Permissions: settings.team.

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
            "/api/persons",
            Person,
            [
                arguments.integer("job_title_id", job_title_id, minimum=1),
                arguments.integer("allocation_manager_id", allocation_manager_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="persons.list",
            route="/api/persons",
        )

    async def get(self, id: int) -> Person:
        """Reads one person.

        Permissions: settings.team.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("persons.get", "GET", "/api/persons/{id}", Person, id=id)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        surname: str | Omitted = OMITTED,
        role_id: int | Omitted = OMITTED,
        is_archived: bool | Omitted = OMITTED,
        is_visible_in_people_allocation: bool | Omitted = OMITTED,
        has_timesheet_required: bool | Omitted = OMITTED,
        level_id: int | Omitted = OMITTED,
        price_list_id: int | Omitted = OMITTED,
        job_title_id: int | Omitted = OMITTED,
        allocation_manager_id: int | Omitted = OMITTED,
        capacity_id: int | Omitted = OMITTED,
        location_id: int | Omitted = OMITTED,
    ) -> Person:
        """Changes a person.

        Permissions: settings.team.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "persons.update",
            "PATCH",
            "/api/persons/{id}",
            Person,
            body=[
                body.text("name", name),
                body.text("surname", surname),
                body.integer("role_id", role_id),
                body.boolean("is_archived", is_archived),
                body.boolean("is_visible_in_people_allocation", is_visible_in_people_allocation),
                body.boolean("has_timesheet_required", has_timesheet_required),
                body.integer("level_id", level_id, minimum=1),
                body.integer("price_list_id", price_list_id, minimum=1),
                body.integer("job_title_id", job_title_id, minimum=1),
                body.integer("allocation_manager_id", allocation_manager_id, minimum=1),
                body.integer("capacity_id", capacity_id, minimum=1),
                body.integer("location_id", location_id, minimum=1),
            ],
            id=id,
        )

    async def me(self) -> Person:
        """Reads the person of the current token.

        Raises:
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call("persons.me", "GET", "/api/persons/me", Person)


class PersonsWithResponse:
    """The calls of `wethod.with_response.persons`: as those of `Persons`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Persons.list)
    def list(self) -> None:
        """As `Persons.list`."""

    @responding(Persons.get)
    def get(self) -> None:
        """As `Persons.get`, in a `Response`."""

    @responding(Persons.update)
    def update(self) -> None:
        """As `Persons.update`, in a `Response`."""

    @responding(Persons.me)
    def me(self) -> None:
        """As `Persons.me`, in a `Response`."""
