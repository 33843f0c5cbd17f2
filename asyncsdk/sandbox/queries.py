"""Reads a query string against its operation: every parameter checked, all failures at once."""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

from types import MappingProxyType
from urllib.parse import unquote_plus

import attrs

from asyncsdk.sandbox.contract import ServedOperation, ServedParameter
from asyncsdk.sandbox.operands import condition, read_integer
from asyncsdk.sandbox.positions import View
from asyncsdk.sandbox.refusals import Complaint
from asyncsdk.sandbox.relations import INCLUDES
from asyncsdk.sandbox.store import Scalar, Where
from asyncsdk.sandbox.tables import StoredTable

# (table, parameter) whose rows are found through another table: the condition, and the tables it reads.
_AREAS = "SELECT id FROM project_plan_areas WHERE project_id = :{0}"
_TASKS = f"SELECT id FROM project_plan_tasks WHERE project_plan_area_id IN ({_AREAS})"
_SUBTASKS = f"SELECT id FROM project_plan_subtasks WHERE project_plan_task_id IN ({_TASKS})"
_THROUGH = MappingProxyType(
    {
        ("holidays", "location_id"): (
            "id IN (SELECT holiday_id FROM holiday_locations WHERE location_id = :{0} AND deleted_at IS NULL)",
            ("holiday_locations",),
        ),
        ("locations", "holiday_id"): (
            "id IN (SELECT location_id FROM holiday_locations WHERE holiday_id = :{0} AND deleted_at IS NULL)",
            ("holiday_locations",),
        ),
        ("project_plan_subtask_assignees", "project_id"): (
            f"project_plan_subtask_id IN ({_SUBTASKS})",
            ("project_plan_subtasks", "project_plan_tasks", "project_plan_areas"),
        ),
        ("project_plan_subtasks", "project_id"): (
            f"project_plan_task_id IN ({_TASKS})",
            ("project_plan_tasks", "project_plan_areas"),
        ),
        ("project_plan_subtasks", "employee_id"): (
            "id IN (SELECT project_plan_subtask_id FROM project_plan_subtask_assignees WHERE employee_id = :{0})",
            ("project_plan_subtask_assignees",),
        ),
        ("project_plan_task_assignees", "project_id"): (
            f"project_plan_task_id IN ({_TASKS})",
            ("project_plan_tasks", "project_plan_areas"),
        ),
        ("project_plan_tasks", "project_id"): (f"project_plan_area_id IN ({_AREAS})", ("project_plan_areas",)),
        ("project_plan_tasks", "employee_id"): (
            "id IN (SELECT project_plan_task_id FROM project_plan_task_assignees WHERE employee_id = :{0})",
            ("project_plan_task_assignees",),
        ),
    }
)

_WORDS = MappingProxyType({"true": True, "1": True, "false": False, "0": False})
_MOST = 2**53


@attrs.define
class Query:
    """What a query asks for: `conditions` in SQL with named values, the view, the `order` in SQL (None is by id)."""

    limit: int = 100
    offset: int = 0
    deleted: View = "live"
    order: str | None = None
    include: tuple[str, ...] = ()
    conditions: list[str] = attrs.field(factory=list)
    values: dict[str, Scalar] = attrs.field(factory=dict)
    needs: list[str] = attrs.field(factory=list)

    def add(self, where: Where) -> None:
        """Narrows the query by a condition."""
        self.conditions.append(where.sql)
        self.values.update(where.values)
        self.needs.extend(where.needs)

    def where(self, table: StoredTable) -> Where:
        """Returns the whole condition, deletions included."""
        conditions = [*self.conditions]
        if table.soft and self.deleted != "all":
            conditions.append(f"deleted_at IS {'NOT ' if self.deleted == 'deleted' else ''}NULL")
        return Where(" AND ".join(conditions) or "1", self.values, self.order or "id", tuple(self.needs))


def read(operation: ServedOperation, table: StoredTable, raw: str, failures: list[Complaint], *, strict: bool) -> Query:
    """Reads a raw query string. What does not fit is added to `failures`, unknown parameters too where `strict`."""
    query = Query()
    seen: set[str] = set()
    for name, value in _pairs(raw):
        parameter = operation.query.get(name)
        if parameter is None:
            if strict:
                failures.append(Complaint(name, "is not a parameter of this operation"))
            continue
        if name in seen:
            failures.append(Complaint(name, "was given more than once"))
            continue
        seen.add(name)
        try:
            _apply(query, table, parameter, value)
        except ValueError as error:
            failures.append(Complaint(name, str(error)))
    if "order" not in seen and (default := operation.query.get("order")) and default.default:
        _order(query, table, default, default.default)
    return query


def _pairs(raw: str) -> list[tuple[str, str]]:
    parts = [part.partition("=") for part in raw.split("&") if part]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in parts]


def _apply(query: Query, table: StoredTable, parameter: ServedParameter, value: str) -> None:
    name = parameter.name
    if "\0" in value or value != value.encode(errors="replace").decode():
        raise ValueError("is not text")
    if name in ("limit", "offset"):
        setattr(query, name, _bounded(parameter, value))
    elif name == "deleted":
        views: dict[str, View] = {"exclude": "live", "include": "all", "only": "deleted"}
        query.deleted = views[_choice(parameter, value)]
    elif name == "archived":
        if _choice(parameter, value) != "include":
            query.conditions.append(f"archived_at IS {'NOT ' if value == 'only' else ''}NULL")
    elif parameter.boolean:
        query.conditions.append(_flag(table, name, value))
    elif name == "include":
        query.include = tuple(_include(parameter, word) for word in value.split(","))
    elif name == "order":
        _order(query, table, parameter, value)
    elif name == "search":
        query.conditions.append("name LIKE :search ESCAPE '\\'")
        query.values["search"] = "%" + value.translate({ord(c): f"\\{c}" for c in "%_\\"}) + "%"
    elif parameter.filter:
        column = f'CAST("{name}" AS INTEGER)' if parameter.filter == "integer" else f'"{name}"'
        sql, values = condition(column, parameter.filter, value, name)
        query.conditions.append(sql)
        query.values.update(values)
    else:
        _equal(query, table, parameter, value)


def _equal(query: Query, table: StoredTable, parameter: ServedParameter, value: str) -> None:
    name = parameter.name
    if parameter.type == "integer":
        query.values[name] = _bounded(parameter, value)
    elif parameter.enum:
        query.values[name] = _choice(parameter, value).lower() if table.name == "timesheet_logs" else value
        _choice(parameter, value)
    else:
        query.values[name] = value
    sql, needs = _THROUGH.get((table.name, name), (f'"{name}" = :{{0}}', ()))
    query.conditions.append(sql.format(name))
    query.needs.extend(needs)


def _bounded(parameter: ServedParameter, text: str) -> int:
    value = read_integer(text)
    if parameter.minimum is not None and value < parameter.minimum:
        raise ValueError(f"must be at least {parameter.minimum}, not {value}")
    if parameter.maximum is not None and value > parameter.maximum:
        raise ValueError(f"must be at most {parameter.maximum}, not {value}")
    if abs(value) > _MOST:
        raise ValueError("is too large")
    return value


def _choice(parameter: ServedParameter, value: str) -> str:
    if value not in parameter.enum:
        raise ValueError(f"must be one of {', '.join(parameter.enum)}, not {value!r}")
    return value


def _flag(table: StoredTable, name: str, value: str) -> str:
    if value not in _WORDS:
        raise ValueError(f"must be true or false, not {value!r}")
    if name in table.columns:
        return f'"{name}" = {int(_WORDS[value])}'
    return f"archived_at IS {'NOT ' if _WORDS[value] else ''}NULL"


def _include(parameter: ServedParameter, word: str) -> str:
    if word not in parameter.values or word not in INCLUDES:
        raise ValueError(f"{word!r} cannot be included; known: {', '.join(parameter.values)}")
    return word


def _order(query: Query, table: StoredTable, parameter: ServedParameter, value: str) -> None:
    known = parameter.values or tuple(name for name, column in table.columns.items() if column.kind != "json")
    parts: list[str] = []
    for word in value.split(","):
        name = word[1:] if word[:1] in "+-" else word
        if name not in known:
            lost = " (a + in a query has to be sent as %2B)" if word.startswith(" ") else ""
            raise ValueError(f"cannot be ordered by {word!r}; known: {', '.join(known)}{lost}")
        parts.append(f'"{name}" {"DESC" if word.startswith("-") else "ASC"}')
    # Rows that are equal in all of it keep one order, or pages would share and miss rows.
    query.order = ", ".join([*parts, f"id {parts[-1].rsplit(' ', 1)[1]}"])
