"""A mirror: chosen lists kept in memory by id, refreshed by asking for what was changed.

For page views that show the same projects, streams and persons again and again. The first reading walks each list;
after that a refresh costs one request a list while nothing changes, so four workers that mirror five lists every
five minutes spend 240 of the 5,000 requests an hour.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast

from . import clock as clocks
from . import filters
from .errors import ArgumentError, ClientClosed, WethodError
from .sharing import single_flight
from .walking.sweeping import moment_before

if TYPE_CHECKING:
    from types import TracebackType

    from . import models
    from .client import Wethod
    from .pager import Pager

__all__ = ["Mirror", "MirroredList"]

T = TypeVar("T")

OVERLAP: Final = timedelta(minutes=5)
"""How far before the last refresh the next one looks: a row may be committed later than its `updated_at` says."""

logger = logging.getLogger("asyncsdk")


class MirroredList(Mapping[int, T], Generic[T]):
    """A list in memory, by id. Reading it asks nothing; iterating gives ids in the order in which they were first read.

    What a refresh finds becomes visible at once and whole: a loop under way goes on over the rows it began with.
    """

    def __init__(self, name: str, listing: Callable[..., Pager[T]], clock: Callable[[], float]) -> None:
        self.name = name
        self._list = listing
        self._soft = "deleted" in inspect.signature(listing).parameters
        self._clock = clock
        self._rows: dict[int, T] = {}
        self._since: datetime | None = None  # what was changed later is not here yet; the server's clock
        self._deletions_since: datetime | None = None
        self._read_at = self._checked_at = -math.inf  # our clock

    def __getitem__(self, id: int) -> T:
        return self._rows[id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<MirroredList {self.name}: {len(self)} rows, {self.age:.0f} s old>"

    @property
    def age(self) -> float:
        """Seconds since the last refresh that worked began; infinite before the first."""
        return self._clock() - self._read_at

    async def refresh(self, *, whole: float) -> None:
        """Reads what was changed; deletions that do not show so, when the last look is `whole` seconds ago."""
        begun = self._clock()
        due = begun - self._checked_at >= whole
        if self._since is None or (due and not self._soft):
            await self._read_whole()
            self._checked_at = begun
        else:
            await self._read_changes(self._since)
            if due:
                await self._read_deletions()
                self._checked_at = begun
        self._read_at = begun

    async def _read_whole(self) -> None:
        rows, date = await _read(self._list(), expected=len(self._rows) or None)
        self._rows = {_id(row): row for row in rows}
        self._since = self._deletions_since = _before(date)

    async def _read_changes(self, since: datetime) -> None:
        rows, date = await _read(
            self._list(updated_at=filters.gte(since), **({"deleted": "include"} if self._soft else {}))
        )
        self._take(rows)
        self._since = _before(date) or since

    async def _read_deletions(self) -> None:
        # Nothing says that a soft delete touches `updated_at`.
        since = self._deletions_since or self._since
        if since is not None:
            rows, date = await _read(self._list(deleted="only", deleted_at=filters.gte(since)))
            self._take(rows)
            self._deletions_since = _before(date) or since

    def _take(self, rows: list[T]) -> None:
        changed = {_id(row): row for row in rows}
        if all(self._rows.get(id) == row for id, row in changed.items()):
            return
        gone = {id for id, row in changed.items() if getattr(row, "deleted_at", None) is not None}
        self._rows = {id: row for id, row in (self._rows | changed).items() if id not in gone}


async def _read(pager: Pager[T], *, expected: int | None = None) -> tuple[list[T], str | None]:
    """The rows of a list, of which so many are expected, and the `Date` of its first answer."""
    fetcher = pager.fetcher(expected=expected)
    rows = await fetcher.drain()
    return rows, fetcher.since


def _before(date: str | None) -> datetime | None:
    return None if date is None else moment_before(date, OVERLAP)


def _id(row: object) -> int:
    return cast("int", row.id)  # type: ignore[attr-defined]  # every row of every list has one


def _check_seconds(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ArgumentError(name, f"a number of seconds above 0, not {value!r}")


class Mirror:
    """Chosen lists of a client, in memory and kept fresh.

        async with Mirror(wethod, ["projects", "streams"], refresh=300) as mirror:
            mirror.projects[7].name
            [stream for stream in mirror.streams.values() if stream.archived_at is None]

    Entering reads the lists whole and begins to refresh them in the background; leaving ends that. A refresh that fails
    is logged and tried again at its next turn, the rows stay: `age` says how old they are at most, `failure` why.

    Deletions: lists that can show deleted rows (`deleted=include`) drop them with the next refresh; the others are read
    whole every `whole` seconds, and until then show rows that were deleted meanwhile.

    Args:
        wethod: asks for the lists. It has to stay open as long as the mirror.
        lists: names of resources, as attributes of the client: `["projects", "streams"]`.
        refresh: seconds between two refreshes, give or take a tenth so that workers do not ask in step.
        whole: seconds between two looks for deletions that changes do not show (see above).
        clock: seconds that only grow; for tests.

    Raises:
        ArgumentError: a name that is no list, or seconds that are not above 0.
    """

    budget_areas: MirroredList[models.BudgetArea]
    budget_days: MirroredList[models.BudgetDay]
    budget_job_titles: MirroredList[models.BudgetJobTitle]
    budget_price_list_levels: MirroredList[models.BudgetPriceListLevel]
    budget_tasks: MirroredList[models.BudgetTask]
    budgets: MirroredList[models.Budget]
    business_units: MirroredList[models.BusinessUnit]
    capacities: MirroredList[models.Capacity]
    clients: MirroredList[models.Client]
    contacts: MirroredList[models.Contact]
    custom_field_options: MirroredList[models.CustomFieldOption]
    custom_fields: MirroredList[models.CustomField]
    holidays: MirroredList[models.Holiday]
    invoice_contacts: MirroredList[models.InvoiceContact]
    invoices: MirroredList[models.Invoice]
    job_order_categories: MirroredList[models.JobOrderCategory]
    job_order_category_groups: MirroredList[models.JobOrderCategoryGroup]
    job_titles: MirroredList[models.JobTitle]
    levels: MirroredList[models.Level]
    locations: MirroredList[models.Location]
    people_allocations: MirroredList[models.PeopleAllocation]
    person_capacities: MirroredList[models.PersonCapacity]
    person_payrolls: MirroredList[models.PersonPayroll]
    persons: MirroredList[models.Person]
    price_list_levels: MirroredList[models.PriceListLevel]
    price_lists: MirroredList[models.PriceList]
    product_levels: MirroredList[models.ProductLevel]
    production_plan_streams: MirroredList[models.ProductionPlanStream]
    production_plans: MirroredList[models.ProductionPlan]
    production_streams: MirroredList[models.ProductionStream]
    productions: MirroredList[models.Production]
    products: MirroredList[models.Product]
    project_metadata: MirroredList[models.ProjectMetadata]
    project_plan_areas: MirroredList[models.ProjectPlanArea]
    project_plan_subtask_assignees: MirroredList[models.ProjectPlanSubtaskAssignee]
    project_plan_subtasks: MirroredList[models.ProjectPlanSubtask]
    project_plan_task_assignees: MirroredList[models.ProjectPlanTaskAssignee]
    project_plan_tasks: MirroredList[models.ProjectPlanTask]
    project_stages: MirroredList[models.ProjectStage]
    project_status_areas: MirroredList[models.ProjectStatusArea]
    project_statuses: MirroredList[models.ProjectStatus]
    project_types: MirroredList[models.ProjectType]
    projects: MirroredList[models.Project]
    roles: MirroredList[models.Role]
    streams: MirroredList[models.Stream]
    timesheet_areas: MirroredList[models.TimesheetArea]
    timesheet_logs: MirroredList[models.TimesheetLog]
    timesheet_whitelists: MirroredList[models.TimesheetWhitelist]
    timesheets: MirroredList[models.Timesheet]

    def __init__(
        self,
        wethod: Wethod,
        lists: Iterable[str],
        *,
        refresh: float = 300.0,
        whole: float = 3600.0,
        clock: Callable[[], float] = clocks.monotonic,
    ) -> None:
        _check_seconds("refresh", refresh)
        _check_seconds("whole", whole)
        names = [lists] if isinstance(lists, str) else list(dict.fromkeys(lists))
        for name in names:
            if name not in Mirror.__annotations__:
                raise ArgumentError("lists", f"there is no list {name!r}; write names such as 'projects' or 'streams'")
        self.failure: WethodError | None = None
        self._wethod = single_flight(wethod)
        self._refresh, self._whole, self._clock = refresh, whole, clock
        self._lists: dict[str, MirroredList[Any]] = {
            name: MirroredList(name, getattr(self._wethod, name).list, clock) for name in names
        }
        self._turn: asyncio.Lock | None = None
        self._task: asyncio.Task[None] | None = None

    if not TYPE_CHECKING:  # so that type checkers know exactly the lists above

        def __getattr__(self, name: str) -> object:
            lists = self.__dict__.get("_lists", {})
            if name in lists:
                return lists[name]
            hint = f"; it keeps {', '.join(lists)}" if name in Mirror.__annotations__ else ""
            raise AttributeError(f"this mirror has no {name!r}{hint}")

    def __repr__(self) -> str:
        return f"<Mirror of {', '.join(self._lists)}, {self.age:.0f} s old>"

    @property
    def age(self) -> float:
        """How old the oldest list is, in seconds; infinite before the first reading, 0 without lists."""
        return max((each.age for each in self._lists.values()), default=0.0)

    @property
    def wethod(self) -> Wethod:
        """The client, with single flight: equal GETs in the air share one request. For what is not mirrored."""
        return self._wethod

    async def refresh(self) -> None:
        """Refreshes all lists now. Calls that wait for their turn share one refresh.

        Raises:
            WethodError: the first failure; the other lists were refreshed nevertheless.
        """
        asked = self._clock()
        if self._turn is None:
            self._turn = asyncio.Lock()
        failures: list[WethodError] = []
        async with self._turn:
            for each in self._lists.values():
                if each.age < self._clock() - asked:
                    continue  # somebody else's refresh began after this call
                try:
                    await each.refresh(whole=self._whole)
                except WethodError as error:
                    failures.append(error)
        self.failure = failures[0] if failures else None
        if failures:
            raise failures[0]

    async def start(self) -> None:
        """Reads the lists and begins to refresh them in the background. Entering the mirror does this.

        Raises:
            WethodError: a list cannot be read; nothing goes on in the background.
        """
        if self._task is None or self._task.done():
            await self.refresh()
            self._task = asyncio.create_task(self._keep_fresh(), name="asyncsdk mirror")

    async def aclose(self) -> None:
        """Ends the refreshing. The rows stay as they are; the client stays open."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(self._refresh * (0.9 + 0.2 * clocks.chance()))
            try:
                await self.refresh()
            except ClientClosed:
                return
            except WethodError as error:
                logger.warning("a mirror keeps rows that are %.0f s old: %s", self.age, error)
