"""Exact rows: one row with the fields that are given, everything else filled in so that it fits.

References that nobody gave point to rows that are there, or to new ones; where rows have a project, a budget or a day
in common, they have the same.
"""

# names in SQL are the contract's own; what callers give is always bound
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.errors import ArgumentError
from asyncsdk.errors._checks import check_whole_number
from asyncsdk.sandbox import rules
from asyncsdk.sandbox.assumed import create_fields
from asyncsdk.sandbox.bodies import misfit
from asyncsdk.sandbox.clock import stamp
from asyncsdk.sandbox.contract import Json, Object, items
from asyncsdk.sandbox.operands import read_moment
from asyncsdk.sandbox.relations import target
from asyncsdk.sandbox.rules import Setting
from asyncsdk.sandbox.store import Where
from asyncsdk.sandbox.tables import StoredColumn, StoredTable, tables

_STAMPS = ("created_at", "updated_at", "deleted_at", "archived_at")

# What makes a row of a list whose schema promises nothing.
_ESSENTIAL = frozenset(
    {
        "budget_id", "budget_job_title_id", "budget_price_list_level_id", "budget_task_id", "client_id", "date", "days",
        "email", "employee_id", "holiday_id", "hours", "key", "level_id", "location_id", "mode", "name",
        "ordinary_hours", "person_id", "price_list_id", "product_id", "project_id", "project_plan_area_id",
        "project_plan_subtask_id", "project_plan_task_id", "project_status_id", "sort", "surname",
        "timesheet_id", "value",
    }
)  # fmt: skip
_MONDAYS = frozenset({"productions", "production_streams", "project_statuses"})
_MONTHS = frozenset({"production_plans", "production_plan_streams"})
# What a row has beside the fields that are promised.
_ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "budget_job_titles": ("job_title_id",),
        "holidays": ("exact_date",),
        "person_payrolls": ("from", "to", "cost"),
        "price_list_levels": ("price_list_id", "level_id"),
        "timesheet_logs": ("author_id", "to_hours"),
    }
)
_SAMPLES: Mapping[str, Json] = MappingProxyType(
    {"hours": 8, "ordinary_hours": 8, "days": 1, "to_hours": 8, "mode": "daily", "role": "member"}
)


def add(setting: Setting, table: StoredTable, given: Mapping[str, object]) -> int:
    """Adds a row with the fields that are given and returns its id; ArgumentError names what does not fit."""
    fields = _read(setting, table, given)
    return _insert(setting, table, fields)


def begin(setting: Setting, table: StoredTable, values: Object) -> Object:
    """Returns a new row as the API begins it: `values` with what a body need not say."""
    return rules.filled(table, _begin(setting, table, values))


def _begin(setting: Setting, table: StoredTable, values: Object) -> Object:

    def first(column: str, id: int) -> int:
        pointed = tables()[target(column, table.name) or table.name]
        return one(setting, pointed, id)

    return rules.begin(setting, table, values, create_fields(table.name), first)


def one(setting: Setting, table: StoredTable, id: int) -> int:
    """Returns the id of a row: of this one, or of the first where `id` is 0; it is made where it is missing."""
    store = setting.store
    if id:
        return id if store.exists(table.name, id) else _insert(setting, table, {"id": id})
    alive = "deleted_at IS NULL" if table.soft else "1"
    found = store.first(table.name, Where(alive))
    return found or _insert(setting, table, {})


def _insert(setting: Setting, table: StoredTable, given: Object) -> int:
    store = setting.store
    row = dict(given)
    _inherit(setting, table, row)
    for name, column in table.columns.items():
        if name in row or name in ("id", *_STAMPS) or not _needed(table, column):
            continue
        pointed = target(name, table.name)
        if pointed is not None and name not in create_fields(table.name).defaults:
            row[name] = _parent(setting, tables()[pointed], row)
            _inherit(setting, table, row)
    for name in table.hidden:
        if name not in row and (pointed := target(name, table.name)):
            row[name] = one(setting, tables()[pointed], 0)
    row = _begin(setting, table, row)
    for name, column in table.columns.items():
        asked = name not in row and name not in ("id", *_STAMPS) and _needed(table, column)
        if asked and not (name == "exact_date" and row.get("repeating")):
            row[name] = _sample(setting, table, column, store.next_id(table.name))
    rules.complete(setting, table, row)
    return store.place(table.name, rules.filled(table, row))


def _needed(table: StoredTable, column: StoredColumn) -> bool:
    also = (*create_fields(table.name).required, *_ALSO.get(table.name, ()))
    if column.required or column.name in also:
        return True
    promised = {name for name, other in table.columns.items() if other.required} - {"id", *_STAMPS}
    return not promised and column.name in _ESSENTIAL


def _inherit(setting: Setting, table: StoredTable, row: Object) -> None:
    """Takes over what a row has in common with the rows it points to: their project, their day."""
    for name in list(row):
        pointed, id = target(name, table.name), row[name]
        if pointed is None or pointed == table.name or not isinstance(id, int):
            continue
        parent = setting.store.row(pointed, id) or {}
        for field in _shared(table, tables()[pointed]):
            if parent.get(field) is not None and _needed(table, table.columns[field]):
                row.setdefault(field, parent[field])


def _parent(setting: Setting, parent: StoredTable, row: Object) -> int:
    """Returns the id of a row of another table that has all in common with `row`; it is made where there is none."""
    common = {name: row[name] for name in parent.columns if name in row and _is_common(name, parent.name)}
    alive = ["deleted_at IS NULL"] if parent.soft else []
    where = " AND ".join([*alive, *(f'"{name}" = :{name}' for name in common)]) or "1"
    values = {name: parent.to_sql(name, value) for name, value in common.items()}
    return setting.store.first(parent.name, Where(where, values)) or _insert(setting, parent, common)


def _shared(table: StoredTable, other: StoredTable) -> list[str]:
    return [name for name in table.columns if name in other.columns and _is_common(name, table.name)]


def _is_common(name: str, table: str) -> bool:
    return name == "date" or (target(name, table) is not None and name != "stream_id")


def _sample(setting: Setting, table: StoredTable, column: StoredColumn, id: int) -> Json:
    today = dt.date.fromisoformat(setting.clock.today())
    if choices := items(column.schema.get("enum")) or create_fields(table.name).choices.get(column.name):
        return choices[0]
    if column.format == "date":
        if table.name in _MONTHS:
            return today.replace(day=1).isoformat()
        return (today - dt.timedelta(days=today.weekday() if table.name in _MONDAYS else 0)).isoformat()
    if column.format == "YYYY-MM":
        return f"{today:%Y-%m}"
    if column.name in _SAMPLES:
        return _SAMPLES[column.name]
    if column.kind == "text":
        words = singular(table.name).replace("_", " ")
        if column.name == "email":
            return f"{words.replace(' ', '-')}-{id}@company.example"
        return f"{words.capitalize()} {id}" if column.name in ("name", "key", "surname", "corporate_name") else ""
    least = column.schema.get("minimum")
    values: dict[str, Json] = {"integer": 0, "number": 0, "boolean": False, "json": []}
    return least if isinstance(least, int | float) else values[column.kind]


def singular(name: str) -> str:
    """Returns the word for one row of a list."""
    for plural, one in (("ies", "y"), ("uses", "us"), ("s", "")):
        if name.endswith(plural):
            return name.removesuffix(plural) + one
    return name


def _read(setting: Setting, table: StoredTable, given: Mapping[str, object]) -> Object:
    """Returns the fields that are given as the row keeps them; ArgumentError names those that do not fit."""
    fields, row = create_fields(table.name), dict[str, Json]()
    dynamic: Object = {}
    for name, value in given.items():
        column = fields.column(name) if name in fields.sent_as else name
        kept = _json(table, name, value)
        if table.dynamic and name.startswith(table.dynamic) and name[len(table.dynamic) :].isdigit():
            dynamic[name] = kept
            continue
        if column is None or column not in (*table.columns, *table.hidden):
            known = sorted({*table.columns, *table.hidden, *(n for n in fields.sent_as if fields.column(n))})
            more = f", and {table.dynamic}1, {table.dynamic}2 ..." if table.dynamic else ""
            raise ArgumentError(name, f"{table.name} has no such field; known: {', '.join(known)}{more}")
        kept = fields.rewritten(name, kept)
        if column in _STAMPS and isinstance(kept, str):
            kept = _moment(table, name, kept)
        if column == "id":
            _check_id(setting, table, kept)
        elif message := _misfit(setting, table, column, kept):
            raise ArgumentError(name, f"cannot be {value!r} in {table.name}: {message}")
        row[column] = kept
    if dynamic:
        row["dynamic"] = dynamic
    return row


def _misfit(setting: Setting, table: StoredTable, column: str, value: Json) -> str | None:
    message = misfit(setting.store, table, column, value)
    pointed = target(column, table.name)
    if message and pointed and isinstance(value, int):
        return f"{pointed} has no row {value}; add it first, or leave {column} out"
    return message


def _check_id(setting: Setting, table: StoredTable, value: Json) -> None:
    id_ = check_whole_number("id", value, 1, 2**53 - 1)
    if setting.store.row(table.name, id_) is not None:
        raise ArgumentError("id", f"{table.name} has a row {id_} already; leave id out for the next free one")


def _json(table: StoredTable, name: str, value: object) -> Json:
    """Returns a value as JSON has it: days and moments are texts there."""
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ArgumentError(name, f"it needs a moment with a zone, such as tzinfo=dt.UTC; not {value!r}")
        return stamp(int(value.timestamp() * 1000))
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_json(table, name, part) for part in value]
    if isinstance(value, dict):
        return {str(key): _json(table, name, part) for key, part in value.items()}
    raise ArgumentError(name, f"it cannot be {value!r}; give a JSON value, a date or a datetime")


def _moment(table: StoredTable, name: str, text: str) -> str:
    try:
        return read_moment(text).rstrip("~")
    except ValueError as error:
        raise ArgumentError(name, str(error)) from None
