"""How many rows each list has beside the production plan streams, and which of them are deleted."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator

import attrs

PROJECTS = 20  # in one cycle of the planning pattern
STREAMS = 12  # streams that work is planned in; the others are archived
AHEAD = 2  # months after this one in which projects still start
LIVE = 49  # live rows between two deleted ones, in plans: every fiftieth row is a deleted one
_OVER = frozenset({3, 9, 16})  # projects of the pattern that are planned beyond 100 %


@attrs.frozen
class Slot:
    """One production plan stream of the pattern: whose it is, in which month and plan, and its hundredths of a percent.

    `spare` and `plan_spare` are what a repetition may take from one slot and give to the one before it (a stream of
    the same month, a month of the same project) so that no two projects look alike and every sum stays.
    `next_stream` and `next_month` are those that take from this one.
    """

    project: int
    month: int
    stream: int
    plan: int
    value: int
    spare: int
    next_stream: int
    plan_spare: int
    next_month: int


@attrs.frozen
class Project:
    """One project of the pattern: months it lasts, streams it has, months it starts late."""

    duration: int
    streams: int
    late: int


@attrs.frozen
class SizePattern:
    """Twenty projects, month by month and stream by stream: repeated, they make any number of plan rows.

    Because it repeats, the project and plan of the n-th row follow from n alone: no list has to exist for another.
    """

    projects: tuple[Project, ...]
    slots: tuple[Slot, ...]
    plans: int


@functools.lru_cache(maxsize=8)
def pattern(seed: int, large: bool) -> SizePattern:
    """Returns the pattern of a seed. `large` projects are longer and have more streams.

    The plans of a project's months sum to 100 %, in some projects to more; the streams of a month sum to its plan.
    """
    draw = random.Random(f"{seed} pattern {large}")
    months, streams = ((6, 24), (2, 8)) if large else ((3, 12), (1, 4))
    projects = tuple(
        # The first three are not late: where there are no others, one of them always runs.
        Project(draw.randint(*months), draw.randint(*streams), draw.randint(0, 1) if number > 2 else 0)
        for number in range(PROJECTS)
    )
    slots: list[Slot] = []
    for number, project in enumerate(projects):
        whole = _shares(draw, 10_000 if number not in _OVER else draw.randrange(10_500, 12_500, 50), project.duration)
        parts = [_shares(draw, value, project.streams) for value in whole]
        slots.extend(_slots(number, parts, slots[-1].plan + 1 if slots else 0, len(slots)))
    return SizePattern(projects, tuple(slots), slots[-1].plan + 1)


def _slots(number: int, parts: list[list[int]], plan: int, slot: int) -> Iterator[Slot]:
    months, streams = len(parts), len(parts[0])
    for month, values in enumerate(parts):
        for stream, value in enumerate(values):
            own = min(value, values[stream - 1]) // 3 if streams > 1 else 0
            whole = 0
            if stream == 0:  # what moves between months moves in the first stream
                whole = min(min(value, parts[month - 1][0]) // 3, 10_000 - sum(values))
            yield Slot(
                number,
                month,
                stream,
                plan + month,
                value,
                own,
                slot + month * streams + (stream + 1) % streams,
                whole,
                slot + (month + 1) % months * streams,
            )


def _shares(draw: random.Random, whole: int, count: int) -> list[int]:
    weights = [draw.uniform(0.5, 2.0) for _ in range(count)]
    shares = [max(round(whole * weight / sum(weights)), 1) for weight in weights]
    shares[shares.index(max(shares))] += whole - sum(shares)
    return shares


@attrs.frozen
class Sizes:
    """Row counts by table for `rows` live production plan streams."""

    rows: int
    seed: int
    planned: int = attrs.field(init=False)  # projects with a plan
    counts: dict[str, int] = attrs.field(init=False)

    @property
    def span(self) -> int:
        """Months before this one in which projects started."""
        return min(34, max(6, self.planned // 2))

    @property
    def pattern(self) -> SizePattern:
        """The pattern these plans repeat."""
        return pattern(self.seed, self.rows > 50_000)

    def __attrs_post_init__(self) -> None:
        shape = self.pattern
        cycles, rest = divmod(self.rows, len(shape.slots))
        last = shape.slots[rest - 1] if rest else None
        planned = max(cycles * PROJECTS + (last.project + 1 if last else 0), 3)
        plans = cycles * shape.plans + (last.plan + 1 if last else 0)
        object.__setattr__(self, "planned", planned)
        object.__setattr__(self, "counts", _counts(self.rows, planned, plans))

    def deleted(self, table: str, id: int) -> bool:
        """Whether a generated row of a table with soft deletion is a deleted one."""
        if table == "projects":
            return id > self.planned
        if table in ("production_plans", "production_plan_streams"):
            return id % (LIVE + 1) == 0
        if table == "production_streams":  # two for each production, deleted with it
            return self.deleted("productions", (id + 1) // 2)
        return id % 23 == 11 or (4 <= self.counts[table] < 11 and id == self.counts[table])


def _counts(rows: int, planned: int, plans: int) -> dict[str, int]:
    def near(count: int, least: int, most: int) -> int:
        return max(least, min(count, most))

    def with_deleted(live: int) -> int:
        return live + max(live - 1, 0) // LIVE

    persons, budgets = near(rows // 50, 12, 2000), near(planned * 5 // 4, 4, 3000)
    weekly, daily, areas = near(rows // 2, 8, 20_000), near(rows, 20, 20_000), near(planned * 2, 4, 4000)
    clients = near(planned // 3, 6, 600)
    return {
        "budget_areas": budgets * 3,
        "budget_days": budgets * 8,
        "budget_job_titles": budgets * 2,
        "budget_price_list_levels": budgets * 4,
        "budget_tasks": budgets * 6,
        "budgets": budgets,
        "business_units": 4,
        "capacities": 4,
        "clients": clients,
        "contacts": clients * 2,
        "custom_field_options": 24,
        "custom_fields": 8,
        "external_client_identifiers": clients,
        "holiday_locations": 15,
        "holidays": 10,
        "invoice_contacts": 3,
        "invoices": near(planned * 2, 6, 6000),
        "job_order_categories": 6,
        "job_order_category_groups": 4,
        "job_titles": 10,
        "levels": 6,
        "locations": 5,
        "people_allocations": daily,
        "person_capacities": persons + persons // 3,
        "person_payrolls": persons * 2,
        "persons": persons,
        "price_list_levels": 18,
        "price_lists": 3,
        "product_levels": 12,
        "production_plan_streams": with_deleted(rows),
        "production_plans": with_deleted(plans),
        "production_streams": weekly,
        "productions": (weekly + 1) // 2,
        "products": 6,
        "project_metadata": 13,
        "project_plan_areas": areas,
        "project_plan_subtask_assignees": areas * 3,
        "project_plan_subtasks": areas * 3,
        "project_plan_task_assignees": areas * 3,
        "project_plan_tasks": areas * 3,
        "project_stages": 6,
        "project_status_areas": near(planned * 4, 6, 8000),
        "project_statuses": near(planned * 2, 6, 4000),
        "project_types": 6,
        "projects": planned + max(2, planned // 30),
        "roles": 5,
        "stream_leaders": 15,
        "stream_members": persons,
        "streams": 14,
        "timesheet_areas": near(daily // 2, 10, 8000),
        "timesheet_logs": near(daily // 3, 8, 6000),
        "timesheet_whitelists": near(planned, 4, 1500),
        "timesheets": max(rows, 20),
    }
