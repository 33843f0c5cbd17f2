"""What the contract says, and what it assumes, of the fields of a body: how they come back, bounds, defaults.

Whatever the sandbox demands beyond a schema stands in the contract under `x-assumed...`, where a user can read it too.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

import attrs

from asyncsdk.sandbox.contract import Json, Object, items, load, mapping, words

_NOT_BEFORE: Final = "x-assumed-not-before"


@attrs.frozen
class Spelling:
    """How a field comes back: the name it has in the row, None where it has none, and the way it is rewritten."""

    column: str | None
    way: str | None = None


@attrs.frozen
class BodyFields:
    """What holds for the fields of one body, by their names in it."""

    sent_as: Mapping[str, Spelling] = attrs.field(factory=dict)
    defaults: Mapping[str, Json] = attrs.field(factory=dict)
    bounds: Mapping[str, tuple[float, float]] = attrs.field(factory=dict)
    not_before: Mapping[str, str] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    def column(self, field: str) -> str | None:
        """Returns the name a field has in the row."""
        found = self.sent_as.get(field)
        return field if found is None else found.column

    def rewritten(self, field: str, value: Json) -> Json:
        """Returns a value as the row has it."""
        found = self.sent_as.get(field)
        if found is None or not isinstance(value, str):
            return value
        if found.way == "first-of-month":
            return f"{value[:7]}-01"
        return value.lower() if found.way == "lower-case" else value


@functools.cache
def body_fields(schema: str | None) -> BodyFields:
    """Returns what holds for the fields of a body's schema."""
    if schema is None:
        return BodyFields()
    shape = load().schemas[schema]
    properties = {name: mapping(value) for name, value in mapping(shape.get("properties") or {}).items()}
    return BodyFields(
        {name: _sent_as(mapping(value["x-sent-as"])) for name, value in properties.items() if "x-sent-as" in value},
        {name: value["x-assumed-default"] for name, value in properties.items() if "x-assumed-default" in value},
        {name: _bounds(value["x-assumed-bounds"]) for name, value in properties.items() if "x-assumed-bounds" in value},
        {name: str(value[_NOT_BEFORE]) for name, value in properties.items() if _NOT_BEFORE in value},
        tuple(str(name) for name in items(shape.get("required"))),
        {name: words(value["enum"]) for name, value in properties.items() if "enum" in value},
    )


@functools.cache
def create_fields(resource: str) -> BodyFields:
    """Returns what holds for the body that creates a row of a resource; nothing where none can be created."""
    found = (o.body for o in load().operations if o.resource == resource and o.kind == "create")
    return body_fields(next(found, None))


def _sent_as(value: Object) -> Spelling:
    column, way = value.get("field"), value.get("as")
    return Spelling(None if column is None else str(column), None if way is None else str(way))


def _bounds(value: Json) -> tuple[float, float]:
    low, high = (number for number in items(value) if isinstance(number, int | float))
    return low, high
