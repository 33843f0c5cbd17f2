"""The calls of `wethod.locations`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .. import arguments, body
from ..models.locations import Location
from ..omitted import OMITTED, Omitted
from ..pager import Pager

if TYPE_CHECKING:
    from ..filters import DateTimeFilter
    from ..session import Session

__all__ = ["Locations"]


class Locations:
    """Locations of the company (`/api/locations`)."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

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
            ValidationError, AuthenticationError, PermissionDenied, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off.
        """
        return Pager(
            self._session,
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
        )

    async def get(self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None) -> Location:
        """Reads one location.

        Permissions: settings.company.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "GET",
            arguments.path("/api/locations/{id}", id=id),
            Location,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
        )

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        default: bool | Omitted = OMITTED,
    ) -> Location:
        """Creates a location.

        No reference page says which fields are mandatory. Assumed to be mandatory: name. A ValidationError names
        what is missing.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "POST",
            "/api/locations",
            Location,
            body=[
                body.text("name", name),
                body.boolean("default", default),
            ],
        )

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
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "PATCH",
            arguments.path("/api/locations/{id}", id=id),
            Location,
            body=[
                body.text("name", name),
                body.boolean("default", default),
            ],
        )

    async def delete(self, id: int) -> None:
        """Deletes a location.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        await self._session.call("DELETE", arguments.path("/api/locations/{id}", id=id), None)
