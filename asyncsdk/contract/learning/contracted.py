"""What the contract promises of each list: the fields of its rows, its parameters, its order."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final, cast

import attrs

from .kinds import Kind, kinds_of_property

__all__ = ["LARGEST_PAGE", "ContractedList", "ContractedParameter", "PromisedField", "contracted", "contracted_in"]

LARGEST_PAGE: Final = 100


@attrs.frozen
class PromisedField:
    """A field as the contract has it.

    Args:
        model: it belongs to.
        name: on the wire; the prefix and a star for dynamic keys.
        kinds: that its values may have, null apart.
        required: whether every row has its key.
        nullable: whether its value may be null.
        values: of an enumeration; none where it is no enumeration.
        fields: of what it holds, where that is a model.
    """

    model: str
    name: str
    kinds: frozenset[Kind]
    required: bool = False
    nullable: bool = True
    values: tuple[str, ...] = ()
    fields: Mapping[str, PromisedField] = attrs.field(factory=dict)


@attrs.frozen
class ContractedParameter:
    """A query parameter of a list: `form` is its schema's type or its operators'; `values` are those it takes."""

    name: str
    form: str
    values: tuple[str, ...] = ()


@attrs.frozen
class ContractedList:
    """A list as the contract has it; `parent` is the list whose ids its path needs."""

    table: str
    path: str
    model: str
    order: str
    fields: Mapping[str, PromisedField]
    parameters: tuple[ContractedParameter, ...]
    parent: str | None = None


@functools.cache
def contracted() -> Mapping[str, ContractedList]:
    """Every list of the contract in this package, by its name."""
    text = resources.files("asyncsdk.contract").joinpath("openapi.json").read_text(encoding="utf-8")
    return contracted_in(json.loads(text))


def contracted_in(document: Mapping[str, Any]) -> Mapping[str, ContractedList]:
    """Every list of a parsed contract, by its name."""
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    values = _enumerations(document)
    found = {}
    for path, item in document["paths"].items():
        operation = item.get("get", {})
        if operation.get("x-kind") == "list":
            each = _list(path, operation, schemas, values)
            found[each.table] = each
    return dict(sorted(found.items()))


def _list(
    path: str, node: Mapping[str, Any], schemas: Mapping[str, Any], values: Mapping[tuple[str, str], tuple[str, ...]]
) -> ContractedList:
    own = [each for each in node["parameters"] if "in" in each]
    parameters = [_parameter(each) for each in own if each["in"] == "query" and each["name"] not in ("limit", "offset")]
    order = next((each["schema"].get("default", "id") for each in own if each["name"] == "order"), "id")
    resource, method = node["x-sdk"]["resource"], node["x-sdk"]["method"]
    model = _reference(node["responses"]["200"]["content"]["application/json"]["schema"]["items"])
    return ContractedList(
        table=resource + method.removeprefix("list"),
        path=path,
        model=model,
        order=order,
        fields=_fields(model, schemas, values),
        parameters=tuple(parameters),
        parent=resource if "{" in path else None,
    )


def _parameter(node: Mapping[str, Any]) -> ContractedParameter:
    schema = node["schema"]
    form = node.get("x-filter", {}).get("type") or node.get("x-accepts") or schema.get("type", "string")
    return ContractedParameter(node["name"], str(form), tuple(schema.get("enum", node.get("x-values", ()))))


def _fields(
    model: str, schemas: Mapping[str, Any], values: Mapping[tuple[str, str], tuple[str, ...]]
) -> dict[str, PromisedField]:
    schema = schemas[model]
    required = {*schema.get("required", ())}
    found = {}
    for name, node in schema["properties"].items():
        inner = _inner(node)
        types = node.get("type", [])
        found[name] = PromisedField(
            model=model,
            name=name,
            kinds=kinds_of_property(node),
            required=name in required,
            nullable="null" in types or {"type": "null"} in node.get("oneOf", ()) or not (types or "oneOf" in node),
            values=values.get((model, name), ()),
            fields=_fields(inner, schemas, values) if inner else {},
        )
    if prefix := schema.get("x-dynamic-prefix"):
        found[f"{prefix}*"] = PromisedField(model, f"{prefix}*", kinds_of_property({}))
    return found


def _inner(node: Mapping[str, Any]) -> str | None:
    held = node["oneOf"][0] if "oneOf" in node else node.get("items", node)
    return _reference(held) if "$ref" in held else None


def _reference(node: Mapping[str, Any]) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _enumerations(document: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The values of fields that the contract enumerates: in answers, or in the bodies that write the same rows."""
    schemas = document["components"]["schemas"]
    found: dict[tuple[str, str], dict[str, None]] = {}
    for name, schema in schemas.items():
        for field, node in schema.get("properties", {}).items():
            if "enum" in node and schema.get("x-role") == "response":
                found.setdefault((name, field), {}).update(_texts(node["enum"]))
    for item in document["paths"].values():
        for operation in item.values():
            body = cast("dict[str, Any]", operation).get("requestBody") if isinstance(operation, dict) else None
            done = [each for status, each in operation["responses"].items() if status[0] == "2"] if body else []
            answer = (done[0] if done else {}).get("content", {}).get("application/json", {}).get("schema", {})
            if body and "$ref" in answer:
                model, sent = _reference(answer), _reference(body["content"]["application/json"]["schema"])
                for field, node in schemas[sent].get("properties", {}).items():
                    if "enum" in node and field in schemas[model].get("properties", {}):
                        found.setdefault((model, field), {}).update(_texts(node["enum"]))
    return {key: tuple(values) for key, values in found.items()}


def _texts(values: list[object]) -> dict[str, None]:
    return {value: None for value in values if isinstance(value, str)}
