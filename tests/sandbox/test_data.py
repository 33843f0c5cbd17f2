"""The first rows: they end today, add up, differ, and are the same for the same seed and day."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.fill import Filling
from asyncsdk.sandbox.period import Period
from asyncsdk.sandbox.sizes import Sizes
from asyncsdk.sandbox.store import Store
from asyncsdk.sandbox.tables import tables
from asyncsdk.sandbox.timeline import Timeline
from asyncsdk.sandbox.timesheets import Timesheets

from .conftest import Open

DAY = dt.date(2026, 5, 20)
Row = dict[str, Any]


@attrs.frozen
class Data:
    """One sandbox's rows, read once."""

    store: Store

    def every(self, name: str) -> list[Row]:
        return [json.loads(text) for _, text in self.store.page(name, "all", 10**7, 0)]

    def live(self, name: str) -> list[Row]:
        return [row for row in self.every(name) if row.get("deleted_at") is None]


def read(rows: int, seed: int = 1, day: dt.date = DAY) -> Data:
    return Data(Store(Filling(rows, seed), "test", ServiceClock(), day=day.isoformat()))


@pytest.fixture(scope="module", params=[(300, 1), (2_500, 7)])
def data(request: pytest.FixtureRequest) -> Iterator[Data]:
    opened = read(*request.param)
    yield opened
    opened.store.close()


def date(row: Row, field: str = "date") -> dt.date:
    return dt.date.fromisoformat(row[field])


def test_rows_are_made_in_the_order_of_their_ids_and_none_after_today(data: Data) -> None:
    youngest = []
    for name in tables():
        rows = data.every(name)
        made = [row["created_at"] for row in rows]
        assert made == sorted(made), name
        assert all(row["created_at"] <= row["updated_at"] < DAY.isoformat() for row in rows), name
        youngest.append(max(row["updated_at"] for row in rows))
    assert max(youngest) > (DAY - dt.timedelta(days=1)).isoformat()


def test_hours_plans_and_projects_reach_today(data: Data) -> None:
    assert max(row["date"] for row in data.live("timesheets")) == DAY.isoformat()
    month = f"{DAY:%Y-%m}-01"
    assert any(row["date"] == month for row in data.live("production_plan_streams"))
    assert any(row["date_start"] <= month < row["due_date"] for row in data.live("projects"))
    assert (DAY - max(date(row) for row in data.live("productions"))).days < 14


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("timesheets", "date"),
        ("timesheet_logs", "date"),
        ("people_allocations", "date"),
        ("production_plans", "date"),
        ("production_plan_streams", "date"),
        ("productions", "date"),
        ("production_streams", "date"),
        ("project_statuses", "date"),
        ("invoices", "issue_date"),
    ],
)
def test_work_lies_within_the_life_of_its_project(data: Data, name: str, field: str) -> None:
    projects = {row["id"]: row for row in data.every("projects")}
    for row in data.every(name):
        project = projects[row["project_id"]]
        assert project["date_start"] <= row[field] <= project["due_date"], row


@pytest.mark.parametrize("rows", [0, 1, 7, 20, 33, 60, 100, 200, 450])
@pytest.mark.parametrize("day", [dt.date(2026, 3, 1), dt.date(2026, 12, 31), dt.date(2027, 2, 26)])
def test_hours_lie_within_projects_at_every_size_and_day(rows: int, day: dt.date) -> None:
    timeline = Timeline(Sizes(rows, rows + 1), Period(day))
    sheets = Timesheets(timeline)
    for id in range(1, sheets.count + 1):
        sheet = sheets.row(id)
        assert timeline.first_day(sheet.project) <= sheet.day <= timeline.last_day(sheet.project)


def test_people_log_their_working_days(data: Data) -> None:
    rows = data.every("timesheets")
    days: defaultdict[tuple[int, str], float] = defaultdict(float)
    for row in rows:
        days[row["person_id"], row["date"]] += row["hours"]
    assert all(0.5 <= hours <= 8 for hours in days.values())
    assert all(date(row).weekday() < 5 for row in rows)
    assert max(Counter((row["person_id"], row["date"], row["project_id"]) for row in rows).values()) == 1
    assert all(abs((dt.date.fromisoformat(row["created_at"][:10]) - date(row)).days) <= 1 for row in rows)
    here = {row["id"] for row in data.live("persons") if not row["is_archived"]}
    assert {row["person_id"] for row in rows} == here
    allocated: defaultdict[tuple[int, str], int] = defaultdict(int)
    for row in data.every("people_allocations"):
        allocated[row["person_id"], row["date"]] += row["hours"]
    assert max(allocated.values()) <= 8


def test_other_lists_tell_of_the_same_hours(data: Data) -> None:
    sheets = {row["id"]: row for row in data.every("timesheets")}
    for row in data.every("timesheet_areas"):
        sheet = sheets[row["timesheet_id"]]
        assert (row["date"], row["ordinary_hours"] + row["remote_hours"]) == (sheet["date"], sheet["hours"])
        assert row["created_at"] == sheet["created_at"]


def test_plans_add_up_and_some_projects_are_planned_beyond_a_hundred(data: Data) -> None:
    plans = {row["id"]: row for row in data.live("production_plans")}
    parts: defaultdict[int, float] = defaultdict(float)
    for row in data.live("production_plan_streams"):
        assert (row["date"], row["project_id"]) == (
            plans[row["production_plan_id"]]["date"],
            plans[row["production_plan_id"]]["project_id"],
        )
        assert 0 < row["value"] <= 100
        assert row["date"].endswith("-01")
        parts[row["production_plan_id"]] += row["value"]
    assert {id: round(value, 2) for id, value in parts.items()} == {
        id: round(row["value"], 2) for id, row in plans.items()
    }
    totals: defaultdict[int, float] = defaultdict(float)
    for row in plans.values():
        totals[row["project_id"]] += row["value"]
    whole = [round(total, 2) for project, total in totals.items() if project != max(totals)]
    over = [total for total in whole if total > 100]
    assert all(total == 100 or 105 <= total <= 125 for total in whole)
    assert 0 < len(over) < len(whole) / 3


def test_weeks_of_production_add_up(data: Data) -> None:
    produced = {row["id"]: row for row in data.live("productions")}
    parts: defaultdict[int, float] = defaultdict(float)
    for row in data.live("production_streams"):
        parts[row["production_id"]] += row["value"]
        assert date(row).weekday() == 0
    assert parts.keys() == produced.keys()
    assert all(abs(total - produced[id]["value"]) < 0.001 for id, total in parts.items())
    assert max(date(row) for row in produced.values()) <= DAY


def test_rows_are_written_down_near_the_day_they_tell_of(data: Data) -> None:
    for name, most in (("timesheets", 1), ("productions", 7), ("project_statuses", 1), ("people_allocations", 15)):
        for row in data.every(name):
            made = dt.date.fromisoformat(row["created_at"][:10])
            if date(row) <= DAY:
                assert abs((made - date(row)).days) <= most, (name, row)


def test_production_does_not_run_far_beyond_its_project(data: Data) -> None:
    done: defaultdict[int, float] = defaultdict(float)
    for row in data.every("productions"):
        done[row["project_id"]] += row["value"]
    assert max(done.values()) < 150


def test_no_series_of_plans_is_shared(data: Data) -> None:
    series: defaultdict[int, list[float]] = defaultdict(list)
    for row in data.live("production_plans"):
        series[row["project_id"]].append(row["value"])
    assert max(Counter(map(tuple, series.values())).values()) == 1


def test_names_and_addresses_differ(data: Data) -> None:
    for name, fields in {
        "projects": ("name",),
        "clients": ("corporate_name",),
        "persons": ("name", "surname"),
        "streams": ("name",),
    }.items():
        rows = data.every(name)
        assert len({tuple(row[field] for field in fields) for row in rows}) == len(rows), name
    people = data.every("persons")
    assert len({row["email"] for row in people}) == len(people)
    plain = next(row for row in people if f"{row['name']}{row['surname']}".isascii())
    assert plain["email"].split("@")[0].startswith(plain["name"].lower())


def test_budgets_are_the_sum_of_their_parts_and_invoices_stay_within_the_value(data: Data) -> None:
    parts: dict[str, defaultdict[int, Counter[str]]] = {}
    totals = ("total_cost", "total_price", "total_days")
    for name, parent in (("budget_tasks", "budget_area_id"), ("budget_areas", "budget_id")):
        parts[name] = defaultdict(Counter)
        for row in data.live(name):
            parts[name][row[parent]].update({field: row[field] for field in totals})
    for area in data.live("budget_areas"):
        assert {field: area[field] for field in totals} == parts["budget_tasks"][area["id"]]
    for budget in data.live("budgets"):
        assert {field: budget[field] for field in totals} == parts["budget_areas"][budget["id"]]
        assert budget["total_cost"] < budget["total_price"]
    days = Counter[int]()
    for row in data.live("budget_days"):
        days[row["budget_task_id"]] += row["days"]
    assert all(days[task["id"]] == task["total_days"] for task in data.live("budget_tasks"))
    values = {row["id"]: round(float(row["value"]) * 1000, 2) for row in data.every("projects")}
    last = {row["project_id"]: row["final_net_price"] for row in data.live("budgets")}
    assert all(values[project] == price for project, price in last.items())
    billed = Counter[int]()
    for row in data.live("invoices"):
        billed[row["project_id"]] += row["value"]
        assert row["status"] == "draft" or date(row, "issue_date") <= DAY
        assert row["payment_date"] is None or date(row, "payment_date") <= DAY
    assert all(0.5 * values[project] < value <= values[project] for project, value in billed.items())
    assert {row["status"] for row in data.live("invoices")} == {"draft", "sent", "paid"}


@pytest.mark.parametrize("rows", [0, 1, 20, 777, 2_500])
def test_as_many_plans_live_and_timesheets_exist_as_were_asked_for(rows: int) -> None:
    store = read(rows).store
    assert store.count("production_plan_streams", "live") == rows
    assert store.count("timesheets", "all") >= rows
    store.close()


async def test_the_same_seed_and_day_give_the_same_rows_at_any_hour(open_api: Open) -> None:
    found = []
    for clock, today in (
        (1_779_235_200.0, None),  # 2026-05-20, midnight
        (1_779_235_200.0 + 86_399, None),
        (1_800_000_000.0, DAY),
        (1_779_235_200.0 + 86_400, None),
    ):
        options: Row = {"clock": lambda clock=clock: clock, "today": today}
        async with open_api(rows=120, **options) as api:
            found.append([await api.get(f"/api/{name}") for name in ("timesheets", "projects", "production-plans")])
    assert found[0] == found[1] == found[2]
    assert found[0] != found[3]


async def test_a_file_keeps_the_day_it_began_with(tmp_path: Any) -> None:
    now, database = [1_779_235_200.0], tmp_path / "rows.db"
    days = []
    for _ in range(2):
        async with Sandbox(rows=50, database=database, clock=lambda: now[0]) as sandbox:
            days.append(max(str(row["date"]) for row in sandbox.rows_of("timesheets", deleted="include")))
        now[0] += 7 * 86_400
    assert days == ["2026-05-20", "2026-05-20"]
    with pytest.raises(ValueError, match="other data"):
        Sandbox(rows=50, database=database, today=dt.date(2026, 5, 21)).count("timesheets")
