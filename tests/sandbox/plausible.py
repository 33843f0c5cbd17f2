"""Requests another client could send: ids of rows that exist, queries and bodies built from what the contract says.

Nothing here knows a single operation: a field's schema, its bounds and the list its name points to give its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import attrs

from asyncsdk.sandbox import Row, Sandbox
from asyncsdk.sandbox.contract import ServedOperation, ServedParameter, load
from asyncsdk.sandbox.relations import target

Extent = Literal["full", "sparse", "null"]  # all it takes, only what it demands, nothing wherever it may be nothing

MONDAY = "2026-05-04"  # a status is one of a Monday, and the first day a timesheet can name is one
_WORDS = {"date": MONDAY, "date-time": f"{MONDAY}T08:00:00Z", "YYYY-MM": MONDAY[:7]}
_FILTERS = {"date": f"gte:{MONDAY}", "date-time": f"gte:{MONDAY}T08:00:00Z", "integer": "gte:10"}


@attrs.frozen
class Case:
    """One request: the operation, its path ids by name, and the query and body it is sent with (None for no body)."""

    operation: ServedOperation
    path: dict[str, int]
    query: dict[str, Any] = attrs.field(factory=dict)
    body: dict[str, Any] | None = None

    @property
    def url(self) -> str:
        """The path with its ids in it."""
        return self.operation.path.format(**self.path)


@attrs.define
class Plausible:
    """The requests to one sandbox, in an order in which each of them can be carried out.

    Rows are created before they are changed, and what is deleted was created: tell the ids with `created`.
    """

    sandbox: Sandbox
    _made: dict[str, list[int]] = attrs.field(factory=dict, init=False)

    def created(self, case: Case, id: int) -> None:
        """Takes note of a row a case has made."""
        self._made.setdefault(case.operation.resource, []).append(id)

    def cases(self) -> Iterator[Case]:
        """Yields the requests, each operation to each extent that is one of its own.

        They are built when they are asked for, from the rows that are there by then.
        """
        for kinds in (("list", "get"), ("create",), ("update", "action"), ("attach",), ("detach", "delete")):
            operations = [o for o in load().operations if o.kind in kinds]
            if "delete" in kinds:  # links before what they link, rows before those they point to
                operations.sort(key=lambda o: (o.kind == "delete", -self._made_last(o.resource)))
            for operation in operations:
                for extent in _extents(operation):
                    yield self._case(operation, extent)

    def of_rows_there(self) -> list[Case]:
        """Returns a request for each operation and extent, about rows that are there already: none is carried out."""
        for operation in load().operations:
            self._made.setdefault(operation.resource, [row.id for row in self.sandbox.rows_of(operation.resource)])
        return list(self.cases())

    def _made_last(self, resource: str) -> int:
        return list(self._made).index(resource) if resource in self._made else -1

    def _case(self, operation: ServedOperation, extent: Extent) -> Case:
        query = {p.name: self._word(p, operation.resource) for p in operation.query.values() if extent == "full"}
        body = self._body(operation, extent) if operation.body else None
        return Case(operation, self._ids(operation), query, body)

    def _ids(self, operation: ServedOperation) -> dict[str, int]:
        resource = operation.resource
        if operation.kind in ("attach", "detach"):
            parent, child = operation.path_names
            return {parent: self._made[resource][0], child: self._point(child, resource)}
        return {
            name: self._row(operation).id if name == "id" else self._point(name, resource)
            for name in operation.path_names
        }

    def _row(self, operation: ServedOperation) -> Row:
        """Returns a row in the state the operation asks for; one that was made for updates, the last for a delete."""
        resource = operation.resource
        if operation.kind == "delete":
            row = self.sandbox.row_of(resource, self._made[resource].pop())
        elif operation.kind == "update" and resource in self._made:
            row = self.sandbox.row_of(resource, self._made[resource][0])
        else:
            row = next((each for each in self.sandbox.rows_of(resource) if _in_state(operation, each)), None)
        if row is None:
            state: dict[str, Any] = {name: choices[0] for name, choices in _before(operation) if choices[0] is not None}
            wanted = {name: _WORDS["date-time"] if value == "*" else value for name, value in state.items()}
            row = self.sandbox.add(resource, **wanted)
        return row

    def _point(self, field: str, resource: str, place: int = 0) -> int:
        """Returns the id of a row of the list a field points to, a number where no list holds such rows."""
        table = target(field, resource)
        if table is None:
            return 1
        rows = self.sandbox.rows_of(table)
        return rows[place].id if rows else self.sandbox.add(table).id

    def _word(self, parameter: ServedParameter, resource: str) -> Any:
        if parameter.name == "limit":
            return 5
        if parameter.name == "offset":
            return 1
        if parameter.filter:
            return _FILTERS[parameter.filter]
        if parameter.boolean:
            return "false"
        if parameter.enum:
            return parameter.enum[0]
        if parameter.comma:  # without values, of the fields of a row
            return ",".join(parameter.values or ("-updated_at", "id"))
        return self._point(parameter.name, resource) if parameter.type == "integer" else "a"

    def _body(self, operation: ServedOperation, extent: Extent) -> dict[str, Any] | None:
        if extent == "sparse" and not operation.body_required:
            return None
        if extent == "null":
            return dict.fromkeys(_nullable(operation))
        schema: dict[str, Any] = load().schemas[str(operation.body)]
        properties: dict[str, Any] = schema.get("properties", {})
        names = set(schema.get("required", ()))
        if extent == "full":
            names |= properties.keys()
        else:  # the branch of a condition demands, too
            names |= set(schema.get("else", {}).get("required", ()))
        if not names and not properties:  # an open body: fields are named as in the rows
            row = self.sandbox.rows_of(operation.resource)[0]
            names = {name for name in row if name.endswith("_id")}
        place = 0 if extent == "full" else -1  # both may be there only once, as an entry of a whitelist
        body = {name: self._value(name, properties.get(name, {}), operation.resource, place) for name in sorted(names)}
        return {**body, **self._dynamic(schema.get("x-dynamic-prefix"))} if extent == "full" else body

    def _dynamic(self, prefix: str | None) -> dict[str, Any]:
        """Returns a value for one of the fields a company has added itself."""
        if prefix == "metadata_":
            tag = self.sandbox.rows_of("project_metadata")[0]
            choices: Any = tag["values"]
            return {f"metadata_{tag.id}": (choices or ["Low"])[0]}
        if prefix == "custom_field_":
            option = self.sandbox.rows_of("custom_field_options")[0]
            return {f"custom_field_{option['custom_field_id']}": option.id}
        return {}

    def _value(self, name: str, schema: dict[str, Any], resource: str, place: int) -> Any:
        if choices := schema.get("enum"):
            return choices[0]
        kinds = schema.get("type", "integer")
        kind = kinds if isinstance(kinds, str) else kinds[0]
        if kind == "integer" and name.endswith("_id"):
            return self._point(name, resource, place)
        if kind in ("integer", "number"):
            low, high = schema.get("x-assumed-bounds", (schema.get("minimum", 1), schema.get("maximum", 2)))
            return min(max(low, 1), high)
        if kind == "string":
            return _WORDS.get(schema.get("format", ""), name[: schema.get("maxLength", 50)])
        return {"boolean": True, "array": ["Low", "High"]}[kind]


def _extents(operation: ServedOperation) -> Sequence[Extent]:
    if not operation.query and operation.body is None:
        return ("full",)
    return ("full", "sparse", "null") if _nullable(operation) else ("full", "sparse")


def _nullable(operation: ServedOperation) -> list[str]:
    """Returns the fields of a body that may be null, but for those of which the contract says that they are refused."""
    schema: dict[str, Any] = load().schemas[operation.body] if operation.body else {}
    return [
        name
        for name, field in schema.get("properties", {}).items()
        if "null" in field.get("type", "") and "Null is answered 400" not in field.get("x-assumed", "")
    ]


def _before(operation: ServedOperation) -> list[tuple[str, list[Any]]]:
    return [(name, choices) for name, choices in operation.before.items() if isinstance(choices, list)]


def _in_state(operation: ServedOperation, row: Row) -> bool:
    return all(row.get(name) in choices or ("*" in choices and row.get(name)) for name, choices in _before(operation))
