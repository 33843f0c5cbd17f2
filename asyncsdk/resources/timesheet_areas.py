"""The calls of `wethod.timesheet_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing
from ..models.timesheet_areas import TimesheetArea

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["TimesheetAreas", "TimesheetAreasWithResponse"]


class TimesheetAreas:
    """Hours of timesheets by budget area (`/api/timesheet-areas`).

    There is no `get`: the API gives these rows only in lists. Instead:

        await wethod.timesheet_areas.list(timesheet_id=9)
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        timesheet_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[TimesheetArea]:
        """Lists per-budget-area hour details of timesheets.

        No reference page was at hand; treat as probable.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/timesheet-areas",
            TimesheetArea,
            [
                arguments.integer("timesheet_id", timesheet_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="timesheet_areas.list",
            route="/api/timesheet-areas",
        )


class TimesheetAreasWithResponse:
    """The calls of `wethod.with_response.timesheet_areas`: as those of `TimesheetAreas`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(TimesheetAreas.list)
    def list(self) -> None:
        """As `TimesheetAreas.list`."""
