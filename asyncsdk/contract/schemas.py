"""Reads the schemas of the contract into plain values: models and bodies with their fields.

What a schema says in a way not foreseen here is refused by name.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

__all__ = ["Field", "Node", "Schema", "SentAs", "python_name", "read_schema", "reference"]

FieldKind: TypeAlias = Literal[
    "integer", "number", "boolean", "string", "date", "date-time", "month", "strings", "models", "model", "any"
]
Node: TypeAlias = Mapping[str, Any]


@attrs.frozen
class SentAs:
    """How a field of a body comes back: under which name (None: not at all), and spelled how ("" is as it was sent)."""

    field: str | None
    spelling: str


@attrs.frozen
class Field:
    """One field of a model or of a body. `model` names the model of kinds "model" and "models".

    `required` is what a reference page says; `wanted` gives the reason why a body is assumed to need the field, and
    `assumed` what else is assumed of it.
    """

    name: str
    kind: FieldKind
    required: bool
    nullable: bool
    model: str | None
    values: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    max_length: int | None
    coerced: bool
    note: str
    assumed: tuple[str, ...]
    wanted: str
    sent_as: SentAs | None


@attrs.frozen
class Schema:
    """A model or a body. `prefix` is that of its dynamic keys; `unpublished` bodies take any field.

    `wanted` are the fields a body is assumed to need, those included that no page names.
    """

    name: str
    fields: tuple[Field, ...]
    prefix: str | None
    unpublished: bool
    note: str
    assumed: str
    wanted: tuple[str, ...]


def python_name(name: str) -> str:
    """`name` as an argument or attribute: Python's keywords take a trailing underscore."""
    return f"{name}_" if keyword.iskeyword(name) else name


def read_schema(name: str, node: Node) -> Schema:
    """The model or body `name`.

    Raises:
        ValueError: A field of it is of a kind the generator has no words for.
    """
    wanted = node.get("x-assumed-required", {})
    required = {*node.get("required", ())} - {*wanted}
    properties = node.get("properties", {})
    prefix = node.get("x-dynamic-prefix")
    return Schema(
        name=name,
        fields=tuple(_field(each, it, each in required, wanted.get(each, "")) for each, it in properties.items()),
        prefix=prefix,
        unpublished=not properties and prefix is None and bool(node.get("additionalProperties")),
        note=node.get("description", ""),
        assumed=node.get("x-assumed", ""),
        wanted=tuple(wanted),
    )


def _field(name: str, node: Node, required: bool, wanted: str) -> Field:
    types = [node["type"]] if isinstance(node.get("type"), str) else list(node.get("type", ()))
    nullable = "null" in types or {"type": "null"} in node.get("oneOf", ())
    back = node.get("x-sent-as")
    kind, model = _field_kind(name, node, [each for each in types if each != "null"])
    return Field(
        name=name,
        kind=kind,
        required=required,
        nullable=nullable,
        model=model,
        values=tuple(value for value in node.get("enum", ()) if value is not None),
        minimum=node.get("minimum"),
        maximum=node.get("maximum"),
        max_length=node.get("maxLength"),
        coerced="x-coerce" in node,
        note=node.get("description", ""),
        assumed=tuple(_assumed(node)),
        wanted=wanted,
        sent_as=SentAs(back["field"], back.get("as", "")) if back else None,
    )


_DEFAULTS: Final = {
    "caller": "The person of the token",
    "first": "The first there is",
    "this-month": "The current month",
    "today": "Today",
}


def _assumed(node: Node) -> Iterator[str]:
    """The sentences about a field that no page says."""
    if "x-assumed" in node:
        yield node["x-assumed"]
    if "x-assumed-bounds" in node:
        low, high = node["x-assumed-bounds"]
        yield f"At least {low}." if node.get("maximum") == high else f"From {low} to {high}."
    if "x-assumed-not-before" in node:
        yield f"Answered 400 where it is before {node['x-assumed-not-before']}."
    if "x-assumed-default" in node:
        default = node["x-assumed-default"]
        yield f"{_DEFAULTS.get(default, f'`{default}`')} where it is left out."


def _field_kind(name: str, node: Node, types: Sequence[str]) -> tuple[FieldKind, str | None]:
    if "x-coerce" in node:
        return ("integer" if node["x-coerce"] == "integer" else "number"), None
    if "oneOf" in node:
        return "model", reference(node["oneOf"][0])
    match types:
        case []:
            return "any", None
        case ["string"]:
            formats: dict[str, FieldKind] = {"date": "date", "date-time": "date-time", "YYYY-MM": "month"}
            return (formats[node["format"]] if "format" in node else "string"), None
        case ["array"] if "$ref" in node["items"]:
            return "models", reference(node["items"])
        case ["array"] if node["items"] == {"type": "string"}:
            return "strings", None
        case ["integer" | "number" | "boolean" as kind]:
            return kind, None
    raise ValueError(f"field {name}: no words for {node}")


def reference(node: Node) -> str:
    """The name of the component that `node` points to."""
    return str(node["$ref"]).rpartition("/")[2]
