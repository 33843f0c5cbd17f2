"""The calls of `wethod.locations`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.locations import Location

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Locations", "LocationsWithResponse"]

CREATION: Final = Creation("locations", "/api/locations", Location, row="/api/locations/{id}")


class Locations:
    """Locations of the company (`/api/locations`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        holiday_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Location]:
        """Lists company locations.

        Permissions: settings.company.

        Args:
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
            "/api/locations",
            Location,
            [
                arguments.integer("holiday_id", holiday_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="locations.list",
            route="/api/locations",
        )

    async def get(self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None) -> Location:
        """Reads one location.

        Permissions: settings.company.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "locations.get",
            "GET",
            "/api/locations/{id}",
            Location,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
            id=id,
        )

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        default: bool | Omitted = OMITTED,
        settle: bool = False,
    ) -> Location:
        """Creates a location.

        No reference page says which fields are mandatory. Assumed to be mandatory: name. An InvalidDataError names
        what is missing.

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
            body.text("name", name),
            body.boolean("default", default),
        ]
        call = self._sender.call("locations.create", "POST", "/api/locations", Location, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        default: bool | Omitted = OMITTED,
    ) -> Location:
        """Changes a location.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "locations.update",
            "PATCH",
            "/api/locations/{id}",
            Location,
            body=[
                body.text("name", name),
                body.boolean("default", default),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a location.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("locations.delete", "DELETE", "/api/locations/{id}", None, id=id)


class LocationsWithResponse:
    """The calls of `wethod.with_response.locations`: as those of `Locations`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Locations.list)
    def list(self) -> None:
        """As `Locations.list`."""

    @responding(Locations.get)
    def get(self) -> None:
        """As `Locations.get`, in a `Response`."""

    @responding(Locations.create)
    def create(self) -> None:
        """As `Locations.create`, in a `Response`."""

    @responding(Locations.update)
    def update(self) -> None:
        """As `Locations.update`, in a `Response`."""

    @responding(Locations.delete)
    def delete(self) -> None:
        """As `Locations.delete`, in a `Response`."""
