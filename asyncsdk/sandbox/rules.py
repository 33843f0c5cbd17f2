"""What the API knows of its rows beyond their schemas: what a new one starts with, what fits together.

What is demanded of a caller stands in the contract, in a description or under `x-assumed...`; what a new row starts
with where no body can say is what such a system would do. Small tables by list, so that no list needs a handler.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import attrs

from asyncsdk.sandbox.assumed import BodyFields
from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.refusals import Complaint
from asyncsdk.sandbox.store import Store, Where
from asyncsdk.sandbox.tables import StoredColumn, StoredTable


@attrs.frozen
class Setting:
    """What a rule may look at: the rows, the clock, and who asks.

    With `tidy`, texts are trimmed and numbers rounded to two decimals before they are kept.
    """

    store: Store
    clock: ServiceClock
    person: int
    tidy: bool = False


_NOTHING: Object = {"total_external_cost": 0, "total_cost": 0, "total_price": 0, "total_days": 0}


def _budget(s: Setting, row: Object) -> Object:
    versions = s.store.column("budgets", "version", Where("project_id = :id", {"id": _id(row, "project_id")}))
    project = s.store.row("projects", _id(row, "project_id"))
    estimate = float(str(project["value"])) * 1000 if project else 0
    return {
        **_NOTHING,
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
        "products": lambda *_: {"description": "", "external_cost": 0, "markup": 0},
        "project_metadata": lambda *_: {"is_required": False, "values": []},
        "project_plan_areas": _sorted("project_plan_areas"),
        "project_plan_subtasks": lambda s, row: {
            "status_key": "not-started",
            **_sorted("project_plan_subtasks")(s, row),
        },
        "project_plan_tasks": lambda s, row: {"status_key": "not-started", **_sorted("project_plan_tasks")(s, row)},
        "stream_members": lambda s, _: {"starts_at": s.clock.today()},
    }
)


def begin(
    setting: Setting, table: StoredTable, row: Object, fields: BodyFields, first: Callable[[str, int], int]
) -> Object:
    """Returns a new row with what it starts with.

    `first(column, id)` returns the row a default points to: the one of an id, or the first of all for 0.
    """
    start = _START.get(table.name)
    whole = {**(start(setting, row) if start else {}), **row}
    today = setting.clock.today()
    for name, default in fields.defaults.items():
        column = fields.column(name)
        if column is None or column in whole:
            continue
        match default:
            case "first":
                whole[column] = first(column, 0)
            case "caller":
                whole[column] = first(column, setting.person)
            case "today":
                whole[column] = today
            case "this-month":
                whole[column] = f"{today[:7]}-01"
            case _:
                whole[column] = fields.rewritten(name, default)
    return whole


def filled(table: StoredTable, row: Object) -> Object:
    """Returns a row with an empty value for every field that must have one and of which nothing is known."""
    unknown = {name: empty(column) for name, column in table.columns.items() if column.required and name not in _STAMPS}
    return {**unknown, **row}


_STAMPS = frozenset({"id", "created_at", "updated_at"})


def empty(column: StoredColumn) -> Json:
    """Returns the value of a column of which nothing is known."""
    if not column.required:
        return None
    values: dict[str, Json] = {"integer": 0, "number": 0, "boolean": False, "text": "", "json": []}
    return values[column.kind]


def check(table: StoredTable, fields: BodyFields, body: Object, whole: Object) -> Iterable[Complaint]:
    """Yields what does not fit together in a row as it would be, judged by the fields the body gives."""
    for name, earlier in fields.not_before.items():
        first, last = whole.get(earlier), whole.get(name)
        if isinstance(first, str) and isinstance(last, str) and last < first and (name in body or earlier in body):
            yield Complaint(name, f"must not be before {earlier}")
    for name, (low, high) in fields.bounds.items():
        value = body.get(name)
        if isinstance(value, int | float) and not low <= value <= high:
            yield Complaint(name, f"must be between {low:g} and {high:g}")
    own = _CHECKS.get(table.name)
    if own:
        yield from own(body, whole)


def _holiday(_: Object, whole: Object) -> Iterable[Complaint]:
    if not whole.get("repeating"):
        if whole.get("exact_date") is None:
            yield Complaint("exact_date", "is required where the holiday does not repeat")
        return
    day, month = whole.get("repeating_day"), whole.get("repeating_month")
    for name, value in (("repeating_day", day), ("repeating_month", month)):
        if value is None:
            yield Complaint(name, "is required where the holiday repeats")
    if isinstance(day, int) and isinstance(month, int) and day > (29, 31, 30)[(month != 2) + (month in (4, 6, 9, 11))]:
        yield Complaint("repeating_day", "is not a day of that month")


def _status(body: Object, _: Object) -> Iterable[Complaint]:
    date = body.get("date")
    if isinstance(date, str) and weekday(date) != "mon":
        yield Complaint("date", f"must be a Monday; {date} is a {weekday(date)}")


def _timesheet(body: Object, _: Object) -> Iterable[Complaint]:
    date, day = body.get("date"), body.get("day")
    if isinstance(date, str) and isinstance(day, str) and weekday(date) != day:
        words = (
            f"{date} is a {weekday(date)}; date is the day worked, not the Monday of its week, and day may be left out"
        )
        yield Complaint("day", words)


_CHECKS: Mapping[str, Callable[[Object, Object], Iterable[Complaint]]] = MappingProxyType(
    {"holidays": _holiday, "project_statuses": _status, "timesheets": _timesheet}
)


def weekday(text: str) -> str:
    """Returns the three letters of a date's day, as timesheets name it."""
    return ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[dt.date.fromisoformat(text).weekday()]


def complete(setting: Setting, table: StoredTable, values: Object) -> None:
    """Adds the fields that follow from others: the name of a person's role."""
    role = values.get("role_id")
    if table.name == "persons" and isinstance(role, int):
        found = setting.store.row("roles", role)
        values["role"] = found["name"] if found else ""


def _id(row: Object, field: str) -> int:
    value: Json = row.get(field)
    return value if isinstance(value, int) else 0
