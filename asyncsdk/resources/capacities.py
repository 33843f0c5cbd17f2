"""The calls of `wethod.capacities`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.capacities import Capacity

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Capacities", "CapacitiesWithResponse"]


class Capacities:
    """Weekly working-time capacities, in minutes a day (`/api/capacities`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        order: str | Sequence[str] | None = None,
        updated_at: DateTimeFilter | None = None,
        is_archived: bool | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Capacity]:
        """Lists weekly working-time capacities.

        No reference page was at hand; treat as probable.

        Args:
            order: A field to sort by or several, each descending after `-`; the contract does not name them.
                Assumed: the fields are not named; any field of the row that holds one value.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            is_archived: True for archived rows only, False for the others only. Assumed: true, false, 1 and 0 are
                taken, nothing else.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/capacities",
            Capacity,
            [
                arguments.order("order", order),
                arguments.date_time("updated_at", updated_at),
                arguments.flag("is_archived", is_archived),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="capacities.list",
            route="/api/capacities",
        )

    async def get(self, id: int) -> Capacity:
        """Reads one capacity.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call("capacities.get", "GET", "/api/capacities/{id}", Capacity, id=id)


class CapacitiesWithResponse:
    """The calls of `wethod.with_response.capacities`: as those of `Capacities`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Capacities.list)
    def list(self) -> None:
        """As `Capacities.list`."""

    @responding(Capacities.get)
    def get(self) -> None:
        """As `Capacities.get`, in a `Response`."""
