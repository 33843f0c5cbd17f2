"""Tables from response schemas: which columns a resource has, and the SQL that writes a row as the API's JSON.

A row is kept as columns, not as text: filters and updates are plain SQL, a million rows stay small, and SQLite joins
the JSON of a page's hundred rows without Python looking at any of them.
"""

from __future__ import annotations

import functools
import json
from typing import Literal

import attrs

from asyncsdk.sandbox.contract import Json, Object, ServedContract, items, load, mapping, reference, types

ColumnKind = Literal["integer", "number", "text", "boolean", "json"]

_PLAIN = frozenset({"date", "date-time", "YYYY-MM"})  # formats whose text never needs escaping in JSON


@attrs.frozen
class StoredColumn:
    """One property of a response schema. `required` properties are never null."""

    name: str
    kind: ColumnKind
    format: str | None
    required: bool
    schema: Object

    @property
    def fragment(self) -> tuple[str, str]:
        """Returns a printf format for the property, name included, and the SQL expression that goes in."""
        key, name = json.dumps(self.name), f'"{self.name}"'
        if self.kind == "boolean":
            return f"{key}:%s", f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"
        if self.format in _PLAIN:
            if self.required:
                return f'{key}:"%s"', name
            return f"{key}:%s", f"""ifnull('"' || {name} || '"', 'null')"""
        if self.kind == "text":
            return f"{key}:%s", f"json_quote({name})"
        return f"{key}:%s", name if self.required else f"ifnull({name}, 'null')"


@attrs.frozen
class StoredTable:
    """The rows of one response model. `relations` maps a property that only `include` asks for to its model."""

    name: str
    model: str
    columns: dict[str, StoredColumn]
    relations: dict[str, str]
    dynamic: str | None
    hidden: tuple[str, ...] = ()

    @property
    def soft(self) -> bool:
        """Whether a deletion leaves the row, with `deleted_at` set."""
        return "deleted_at" in self.columns

    @functools.cached_property
    def json(self) -> str:
        """The SQL expression that gives a whole row as JSON text."""
        formats, values = zip(*(column.fragment for column in self.columns.values()), strict=True)
        rest, more = "", ""
        if self.dynamic:
            rest, more = "%s", """, ifnull(',' || nullif(substr("dynamic", 2, length("dynamic") - 2), ''), '')"""
        # One printf: a chain of || copies its left side once for each column, at twice the cost.
        return f"printf('{{{','.join(formats)}{rest}}}', {', '.join(values)}{more})"

    @functools.cached_property
    def all_columns(self) -> tuple[str, ...]:
        """Every stored column, hidden ones last."""
        return (*self.columns, *self.hidden, *(["dynamic"] if self.dynamic else []))

    @functools.cached_property
    def create(self) -> str:
        """The statement that makes the table. Numbers keep the type they were given (12000 stays an integer)."""
        affinity = {"integer": "INTEGER", "boolean": "INTEGER", "number": "", "text": "TEXT", "json": "TEXT"}
        columns = [f'"{c.name}" {affinity[c.kind]}' for c in self.columns.values() if c.name != "id"]
        columns += [f'"{name}" INTEGER' for name in self.hidden]
        if self.dynamic:
            columns.append('"dynamic" TEXT')
        return f'CREATE TABLE "{self.name}" (id INTEGER PRIMARY KEY, {", ".join(columns)})'

    def to_sql(self, name: str, value: Json) -> int | float | str | None:
        """Returns a JSON value as its column keeps it."""
        if value is None or name not in self.columns:
            return value if isinstance(value, int | float | str) else None
        if self.columns[name].kind == "json":
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if self.columns[name].kind == "text" and isinstance(value, int | float) and not isinstance(value, bool):
            return repr(int(value) if isinstance(value, float) and value.is_integer() else value)
        if isinstance(value, list | dict):
            raise TypeError(f"{self.name}.{name} cannot keep {value!r}")
        return value


# What no response shows but rows need: whose external identifier it is.
_HIDDEN = {"external_client_identifiers": ("client_id",)}


@functools.cache
def tables() -> dict[str, StoredTable]:
    """Returns every table by name. A table is named as its resource; a relation's as stream_leaders."""
    contract = load()
    named = dict(_named(contract))
    named["ExternalClientIdentifier"] = "external_client_identifiers"
    return {name: _table(contract, name, model) for model, name in named.items()}


def _named(contract: ServedContract) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for operation in contract.operations:
        if operation.model and operation.is_list:
            owner, _, rest = operation.resource, *operation.name.partition("list_")[1:]
            found[operation.model] = f"{owner.removesuffix('s')}_{rest}" if rest else owner
    return list(found.items())


def _table(contract: ServedContract, name: str, model: str) -> StoredTable:
    schema = contract.schemas[model]
    required = set(items(schema.get("required")))
    columns: dict[str, StoredColumn] = {}
    relations: dict[str, str] = {}
    for field, value in mapping(schema["properties"]).items():
        column = mapping(value)
        if related := _related(column):
            relations[field] = related
            continue
        form = column.get("format")
        columns[field] = StoredColumn(field, _kind(column), str(form) if form else None, field in required, column)
    prefix = schema.get("x-dynamic-prefix")
    return StoredTable(name, model, columns, relations, str(prefix) if prefix else None, _HIDDEN.get(name, ()))


def _related(schema: Object) -> str | None:
    for choice in items(schema.get("oneOf")):
        if name := reference(mapping(choice)):
            return name
    return reference(mapping(schema.get("items") or {}))


def _kind(schema: Object) -> ColumnKind:
    kinds = types(schema)
    if "string" in kinds:  # also where numbers are admitted: a project's value is sent as "1.5"
        return "text"
    if "array" in kinds:
        return "json"
    if "boolean" in kinds:
        return "boolean"
    return "integer" if "integer" in kinds else "number"
