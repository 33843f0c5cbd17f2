"""The calls of `wethod.timesheet_logs`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.timesheet_logs import TimesheetLog

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateFilter, DateTimeFilter

__all__ = ["Order", "OrderItem", "TimesheetLogs", "TimesheetLogsWithResponse"]

OrderItem: TypeAlias = Literal["created_at", "-created_at", "date", "-date"]

Order: TypeAlias = (
    OrderItem
    | Sequence[OrderItem]
    | Literal[
        "created_at,date",
        "created_at,-date",
        "-created_at,date",
        "-created_at,-date",
        "date,created_at",
        "date,-created_at",
        "-date,created_at",
        "-date,-created_at",
    ]
)


class TimesheetLogs:
    """Changes made to timesheets (`/api/timesheet-logs`).

    For example:

        async for log in wethod.timesheet_logs.list(mode="daily", order="created_at", updated_at=F.gte(since)):
            print(log.from_hours, log.to_hours)
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        person_id: int | None = None,
        date: DateFilter | None = None,
        project_id: int | None = None,
        to_project_id: int | None = None,
        mode: Literal["DAILY", "WEEKLY", "DETAILED", "daily", "weekly", "detailed"] | None = None,
        order: Order | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[TimesheetLog]:
        """Lists changes made to timesheets.

        Permissions: report.view_timesheet.

        Args:
            date: A date or a filter such as `F.between(first, last)`.
            to_project_id: Project the timesheet was moved to.
            order: A field to sort by or several, each descending after `-`: created_at, date; `-created_at` by
                default, `created_at` for stable walks.
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
            "/api/timesheet-logs",
            TimesheetLog,
            [
                arguments.integer("person_id", person_id, minimum=1),
                arguments.date("date", date),
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("to_project_id", to_project_id, minimum=1),
                arguments.choice("mode", mode, ("DAILY", "WEEKLY", "DETAILED")),
                arguments.order("order", order, ("created_at", "date")),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="timesheet_logs.list",
            route="/api/timesheet-logs",
            stable_order="created_at",
        )

    async def get(self, id: int) -> TimesheetLog:
        """Reads one timesheet log.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("timesheet_logs.get", "GET", "/api/timesheet-logs/{id}", TimesheetLog, id=id)


class TimesheetLogsWithResponse:
    """The calls of `wethod.with_response.timesheet_logs`: as those of `TimesheetLogs`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(TimesheetLogs.list)
    def list(self) -> None:
        """As `TimesheetLogs.list`."""

    @responding(TimesheetLogs.get)
    def get(self) -> None:
        """As `TimesheetLogs.get`, in a `Response`."""
