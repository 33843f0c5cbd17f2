"""What the API knows of its rows beyond their schemas: what a new one must have and starts with, what fits together.

Small tables by list, so that no list needs a handler of its own. The contract's descriptions are the source where they
speak; the rest is what such a system would do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import attrs

from asyncsdk.sandbox.clock import Clock
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.refusals import Failure
from asyncsdk.sandbox.store import Store, Where
from asyncsdk.sandbox.tables import Table


@attrs.frozen
class Setting:
    """What a rule may look at: the rows, the clock, and who asks."""

    store: Store
    clock: Clock
    person: int


# Fields without which a new row makes no sense, beside those its answer must have.
_MUST: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clients": ("corporate_name",),
        "holidays": ("name",),
        "person_payrolls": ("person_id",),
        "project_metadata": ("key",),
        "project_plan_areas": ("name", "project_id"),
        "project_plan_subtask_assignees": ("employee_id", "project_plan_subtask_id"),
        "project_plan_subtasks": ("name", "project_plan_task_id"),
        "project_plan_task_assignees": ("employee_id", "project_plan_task_id"),
        "project_statuses": ("project_id", "date"),
        "timesheets": ("project_id", "hours"),
    }
)

_NOTHING: Object = {"total_external_cost": 0, "total_cost": 0, "total_price": 0, "total_days": 0}


def _budget(s: Setting, row: Object) -> Object:
    versions = s.store.column("budgets", "version", Where("project_id = :id", {"id": _id(row, "project_id")}))
    project = s.store.row("projects", _id(row, "project_id"))
    estimate = float(str(project["value"])) * 1000 if project else 0
    return {
        **_NOTHING,
        "price_list_id": 1,
        "version": max((int(version or 0) for version in versions), default=0) + 1,
        "status": "DRAFT",
        "final_net_price": estimate,
        "is_baseline": False,
        "notes": "",
        "is_currency_enabled": False,
    }


def _budget_task(s: Setting, _: Object) -> Object:
    uid = f"uid_{s.clock.now():012x}"
    fixed: Object = {"markup": 0, "total_cost": 0, "total_price": 0, "total_days": 0, "type": "DEFAULT"}
    return {**fixed, "uid": uid, "external_cost": 0, "is_deleted": False, "notes": ""}


def _project(s: Setting, _: Object) -> Object:
    month = f"{s.clock.today()[:7]}-01"
    fixed: Object = {"value": "0", "probability": "0", "duration": "1", "is_archived": False}
    return {**fixed, "date_start": month, "job_order_category_id": 1, "pm_id": s.person}


def _timesheet(s: Setting, row: Object) -> Object:
    return {"date": s.clock.today(), "mode": "daily", "person_id": s.person}


def _sorted(table: str) -> Callable[[Setting, Object], Object]:
    return lambda s, _: {"sort": s.store.count(table) + 1}


_START: Mapping[str, Callable[[Setting, Object], Object]] = MappingProxyType(
    {
        "budget_areas": lambda *_: {**_NOTHING, "is_enabled": True, "type": "DEFAULT"},
        "budget_tasks": _budget_task,
        "budgets": _budget,
        "custom_field_options": _sorted("custom_field_options"),
        "custom_fields": lambda s, row: {"required": False, **_sorted("custom_fields")(s, row)},
        "holidays": lambda *_: {"repeating": False},
        "invoices": lambda *_: {"status": "draft"},
        "locations": lambda *_: {"default": False},
        "price_lists": lambda *_: {
            "is_default_for_client": False,
            "is_default_for_company": False,
            "uses_default_price_list_costs": False,
        },
        "products": lambda *_: {"description": "", "external_cost": 0, "markup": 0},
        "project_metadata": lambda *_: {"is_required": False, "values": []},
        "project_plan_areas": _sorted("project_plan_areas"),
        "project_plan_subtasks": lambda s, row: {
            "status_key": "not-started",
            **_sorted("project_plan_subtasks")(s, row),
        },
        "project_plan_tasks": lambda s, row: {"status_key": "not-started", **_sorted("project_plan_tasks")(s, row)},
        "projects": _project,
        "streams": lambda *_: {"is_default": False},
        "timesheets": _timesheet,
    }
)

# Pairs of fields of which the second must not come before the first.
_SPANS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "person_payrolls": ("from", "to"),
        "price_lists": ("available_from", "available_to"),
        "products": ("available_from", "available_to"),
        "project_plan_subtasks": ("start_date", "end_date"),
        "project_plan_tasks": ("start_date", "end_date"),
    }
)


def begin(setting: Setting, table: Table, row: Object, failures: list[Failure]) -> Object:
    """Returns a new row with what it starts with. Fields that nobody gave and nothing can stand for are failures."""
    start = _START.get(table.name)
    whole = {**(start(setting, row) if start else {}), **row}
    refused = {failure.field for failure in failures}
    needed = [name for name, column in table.columns.items() if column.required and name not in _STAMPS]
    for name in (*needed, *_MUST.get(table.name, ())):
        if whole.get(name) is None and name not in refused:
            refused.add(name)
            failures.append(Failure(_NAMED.get((table.name, name), name), "is required"))
    return whole


_STAMPS = frozenset({"id", "created_at", "updated_at"})
_NAMED: Mapping[tuple[str, str], str] = MappingProxyType({("projects", "date_start"): "start_date"})


def check(table: Table, body: Object, whole: Object) -> Iterable[Failure]:
    """Yields what does not fit together in a row as it would be, judged by the fields the body gives."""
    if span := _SPANS.get(table.name):
        first, last = whole.get(span[0]), whole.get(span[1])
        if isinstance(first, str) and isinstance(last, str) and last < first and any(name in body for name in span):
            yield Failure(span[1], f"must not be before {span[0]}")
    own = _CHECKS.get(table.name)
    if own:
        yield from own(body, whole)


def _holiday(_: Object, whole: Object) -> Iterable[Failure]:
    if not whole.get("repeating"):
        if whole.get("exact_date") is None:
            yield Failure("exact_date", "is required where the holiday does not repeat")
        return
    day, month = whole.get("repeating_day"), whole.get("repeating_month")
    for name, value in (("repeating_day", day), ("repeating_month", month)):
        if value is None:
            yield Failure(name, "is required where the holiday repeats")
    if isinstance(day, int) and isinstance(month, int) and day > (29, 31, 30)[(month != 2) + (month in (4, 6, 9, 11))]:
        yield Failure("repeating_day", "is not a day of that month")


def _status(body: Object, whole: Object) -> Iterable[Failure]:
    date = body.get("date")
    if isinstance(date, str) and weekday(date) != "mon":
        yield Failure("date", "must be a Monday")
    yield from _within(body, "progress", 0, 100)
    yield from _within(body, "days_left", 0, 10_000)


def _timesheet_fits(body: Object, whole: Object) -> Iterable[Failure]:
    yield from _within(body, "hours", 0, 24)
    date, day = body.get("date"), body.get("day")
    if isinstance(date, str) and isinstance(day, str) and weekday(date) != day:
        yield Failure("day", f"{date} is a {weekday(date)}")


def _project_fits(body: Object, _: Object) -> Iterable[Failure]:
    yield from _within(body, "probability", 0, 100)


_CHECKS: Mapping[str, Callable[[Object, Object], Iterable[Failure]]] = MappingProxyType(
    {
        "holidays": _holiday,
        "project_statuses": _status,
        "projects": _project_fits,
        "timesheets": _timesheet_fits,
    }
)


def _within(body: Object, field: str, low: int, high: int) -> Iterable[Failure]:
    value = body.get(field)
    if isinstance(value, int | float) and not low <= value <= high:
        yield Failure(field, f"must be between {low} and {high}")


def weekday(text: str) -> str:
    """Returns the three letters of a date's day, as timesheets name it."""
    return ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[dt.date.fromisoformat(text).weekday()]


def complete(setting: Setting, table: Table, values: Object) -> None:
    """Adds the fields that follow from others: the name of a person's role."""
    role = values.get("role_id")
    if table.name == "persons" and isinstance(role, int):
        found = setting.store.row("roles", role)
        values["role"] = found["name"] if found else ""


def _id(row: Object, field: str) -> int:
    value: Json = row.get(field)
    return value if isinstance(value, int) else 0
