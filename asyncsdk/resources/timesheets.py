"""The calls of `wethod.timesheets`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.timesheets import Timesheet

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateFilter, DateTimeFilter

__all__ = ["Day", "Timesheets", "TimesheetsWithResponse"]

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

CREATION: Final = Creation(
    "timesheets",
    "/api/timesheets",
    Timesheet,
    filters={"date": "date", "project_id": "plain", "person_id": "plain"},
    spelled={"day": (None, ""), "mode": ("mode", "lower-case")},
)


class Timesheets:
    """Hours logged by person, project and day (`/api/timesheets`).

    For example:

        await wethod.timesheets.create(person_id=3, project_id=7, date=day, hours=7.5, mode="daily")

    There is no `get`: the API gives these rows only in lists. Instead:

        await wethod.timesheets.list(person_id=3, project_id=7, date=day).first()
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        person_id: int | None = None,
        date: DateFilter | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Timesheet]:
        """Lists daily timesheets.

        Permissions: timetracking.view.

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
            "/api/timesheets",
            Timesheet,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("person_id", person_id, minimum=1),
                arguments.date("date", date),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="timesheets.list",
            route="/api/timesheets",
        )

    async def create(
        self,
        *,
        date: dt.date | str | Omitted = OMITTED,
        day: Day | Omitted = OMITTED,
        hours: float | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        mode: Literal["DAILY", "WEEKLY", "daily", "weekly"] | Omitted = OMITTED,
        project_id: int | Omitted = OMITTED,
        person_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> Timesheet:
        """Logs hours of a person on a project.

        `mode` is sent in upper case and comes back in lower case.

        No reference page says which fields are mandatory. Assumed to be mandatory: hours, project_id. An
        InvalidDataError names what is missing.

        Permissions: timetracking.view.

        Args:
            date: The day worked, not the Monday of its week. Assumed: a page of 2025-06 asks for the Monday, with
                the day in `day`; two later clients send the day worked. Today where it is left out.
            day: May be left out. Not shown in answers. Assumed: answered 400 where date is another day of the week.
            hours: Assumed: from 0 to 24.
            mode: Assumed: `DAILY` where it is left out.
            person_id: Assumed: the person of the token where it is left out.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.date("date", date),
            body.choice("day", day, get_args(Day)),
            body.number("hours", hours),
            body.text("notes", notes),
            body.choice("mode", mode, ("DAILY", "WEEKLY")),
            body.integer("project_id", project_id, minimum=1),
            body.integer("person_id", person_id, minimum=1),
        ]
        call = self._sender.call("timesheets.create", "POST", "/api/timesheets", Timesheet, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        hours: float | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        mode: Literal["DAILY", "WEEKLY", "daily", "weekly"] | Omitted = OMITTED,
    ) -> Timesheet:
        """Changes hours, notes or mode of a timesheet.

        Date, project and person cannot be changed.

        Permissions: timetracking.view.

        Args:
            hours: Assumed: from 0 to 24.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "timesheets.update",
            "PATCH",
            "/api/timesheets/{id}",
            Timesheet,
            body=[
                body.number("hours", hours),
                body.text("notes", notes),
                body.choice("mode", mode, ("DAILY", "WEEKLY")),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a timesheet (soft delete).

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("timesheets.delete", "DELETE", "/api/timesheets/{id}", None, id=id)


class TimesheetsWithResponse:
    """The calls of `wethod.with_response.timesheets`: as those of `Timesheets`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Timesheets.list)
    def list(self) -> None:
        """As `Timesheets.list`."""

    @responding(Timesheets.create)
    def create(self) -> None:
        """As `Timesheets.create`, in a `Response`."""

    @responding(Timesheets.update)
    def update(self) -> None:
        """As `Timesheets.update`, in a `Response`."""

    @responding(Timesheets.delete)
    def delete(self) -> None:
        """As `Timesheets.delete`, in a `Response`."""
