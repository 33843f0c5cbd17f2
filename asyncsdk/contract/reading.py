"""Reads the contract into plain values: resources with their operations, models with their fields.

Only what the generator needs is kept, in its own terms (a kind of field or parameter instead of a JSON schema), so
that the writers decide nothing about OpenAPI. What the contract says in a way not foreseen here is refused by name.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

__all__ = ["Contract", "Field", "Operation", "Parameter", "Resource", "Schema", "python_name", "read"]

FieldKind: TypeAlias = Literal[
    "integer", "number", "boolean", "string", "date", "date-time", "month", "strings", "models", "model", "any"
]
ParameterKind: TypeAlias = Literal[
    "integer", "integers", "date", "date-time", "choice", "flag", "include", "order", "text"
]

Node: TypeAlias = Mapping[str, Any]

_METHOD_ORDER: Final = ("list", "get", "create", "update", "delete")


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


@attrs.frozen
class Parameter:
    """One query parameter, `limit` and `offset` apart."""

    name: str
    kind: ParameterKind
    values: tuple[str, ...]
    default: str | None
    minimum: int | None
    note: str
    assumed: str


@attrs.frozen
class Operation:
    """One call. `model` is what it answers with, one or a list of them; None where it answers with nothing.

    `after` is the field in which an action can be seen, and its value then. `probable` are those of its statuses that
    are assumed.
    """

    resource: str
    method: str
    kind: str
    verb: str
    path: str
    summary: str
    ids: tuple[str, ...]
    query: tuple[Parameter, ...]
    paginated: bool
    body: Schema | None
    model: str | None
    permissions: tuple[str, ...]
    feature: str | None
    documented: bool
    statuses: tuple[int, ...]
    probable: frozenset[int]
    assumed: str
    after: tuple[str, object] | None


@attrs.frozen
class Resource:
    """What one attribute of the client offers."""

    name: str
    operations: tuple[Operation, ...]

    @property
    def path(self) -> str:
        """The path of its list, or of its first call."""
        return self.operations[0].path


@attrs.frozen
class Contract:
    """The whole contract. `homes` maps each model to the resource whose module it lives in."""

    resources: tuple[Resource, ...]
    models: tuple[Schema, ...]
    homes: Mapping[str, str]


def python_name(name: str) -> str:
    """`name` as an argument or attribute: Python's keywords take a trailing underscore."""
    return f"{name}_" if keyword.iskeyword(name) else name


def read(document: Node) -> Contract:
    """Reads the parsed document of the contract.

    Raises:
        ValueError: The contract says something the generator has no words for.
    """
    schemas = document["components"]["schemas"]
    answers = document["components"]["responses"]
    operations: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for verb, node in item.items():
            if verb != "parameters":
                operation = _operation(path, verb, node, schemas, answers)
                operations.setdefault(operation.resource, []).append(operation)
    resources = tuple(Resource(name, tuple(sorted(operations[name], key=_method_order))) for name in sorted(operations))
    models = tuple(_schema(name, node) for name, node in schemas.items() if node.get("x-role") == "response")
    return Contract(resources, models, _homes(resources, models))


def _method_order(operation: Operation) -> int:
    return _METHOD_ORDER.index(operation.method) if operation.method in _METHOD_ORDER else len(_METHOD_ORDER)


def _operation(path: str, verb: str, node: Node, schemas: Node, answers: Node) -> Operation:
    parameters = node["parameters"]
    body = node.get("requestBody")
    name = _reference(body["content"]["application/json"]["schema"]) if body else None
    refusals = {status: answer for status, answer in node["responses"].items() if not status.startswith("2")}
    return Operation(
        resource=node["x-sdk"]["resource"],
        method=node["x-sdk"]["method"],
        kind=node["x-kind"],
        verb=verb.upper(),
        path=path,
        summary=node["summary"],
        ids=tuple(each["name"] for each in parameters if each["in"] == "path"),
        query=tuple(
            _parameter(each) for each in parameters if each["in"] == "query" and each["name"] not in ("limit", "offset")
        ),
        paginated=node["x-paginated"],
        body=_schema(name, schemas[name]) if name else None,
        model=_answer(node["responses"]),
        permissions=tuple(node.get("x-permissions", ())),
        feature=node.get("x-requires-feature"),
        documented=node["x-documented"],
        statuses=tuple(int(status) for status in refusals),
        probable=frozenset(int(status) for status, it in refusals.items() if "x-assumed" in answers[_reference(it)]),
        assumed=node.get("x-assumed", ""),
        after=_after(node),
    )


def _after(node: Node) -> tuple[str, object] | None:
    states = node.get("x-state")
    if states is None:
        return None
    ((field, value),) = states["after"].items()
    return field, value


def _answer(responses: Node) -> str | None:
    done = next(answer for status, answer in responses.items() if status.startswith("2"))
    if "content" not in done:
        return None
    schema = done["content"]["application/json"]["schema"]
    return _reference(schema["items"] if schema.get("type") == "array" else schema)


def _parameter(node: Node) -> Parameter:
    schema = node["schema"]
    return Parameter(
        name=node["name"],
        kind=_parameter_kind(node),
        values=tuple(schema.get("enum", node.get("x-values", ()))),
        default=schema.get("default"),
        minimum=schema.get("minimum"),
        note=node.get("description", ""),
        assumed=node.get("x-assumed", ""),
    )


def _parameter_kind(node: Node) -> ParameterKind:
    if "x-filter" in node:
        kinds: dict[str, ParameterKind] = {"date-time": "date-time", "date": "date", "integer": "integers"}
        return kinds[node["x-filter"]["type"]]
    if node.get("x-comma-list"):
        return "include" if node["name"] == "include" else "order"
    if node.get("x-accepts") == "boolean":
        return "flag"
    if "enum" in node["schema"]:
        return "choice"
    return "integer" if node["schema"]["type"] == "integer" else "text"


def _schema(name: str, node: Node) -> Schema:
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
    "caller": "the person of the token",
    "first": "the first there is",
    "this-month": "the current month",
    "today": "today",
}


def _assumed(node: Node) -> Iterator[str]:
    """The sentences about a field that no page says."""
    if "x-assumed" in node:
        yield node["x-assumed"]
    if "x-assumed-bounds" in node:
        low, high = node["x-assumed-bounds"]
        yield f"From {low} to {high}."
    if "x-assumed-default" in node:
        default = node["x-assumed-default"]
        yield f"Where it is left out: {_DEFAULTS.get(default, default)}."


def _field_kind(name: str, node: Node, types: Sequence[str]) -> tuple[FieldKind, str | None]:
    if "x-coerce" in node:
        return ("integer" if node["x-coerce"] == "integer" else "number"), None
    if "oneOf" in node:
        return "model", _reference(node["oneOf"][0])
    match types:
        case []:
            return "any", None
        case ["string"]:
            formats: dict[str, FieldKind] = {"date": "date", "date-time": "date-time", "YYYY-MM": "month"}
            return (formats[node["format"]] if "format" in node else "string"), None
        case ["array"] if "$ref" in node["items"]:
            return "models", _reference(node["items"])
        case ["array"] if node["items"] == {"type": "string"}:
            return "strings", None
        case ["integer" | "number" | "boolean" as kind]:
            return kind, None
    raise ValueError(f"field {name}: no words for {node}")


def _reference(node: Node) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _homes(resources: Sequence[Resource], models: Sequence[Schema]) -> dict[str, str]:
    """A model lives with the resource that answers with it; one that is only nested, with the model around it."""
    homes: dict[str, str] = {}
    for resource in resources:
        for operation in resource.operations:
            if operation.model:
                homes.setdefault(operation.model, resource.name)
    for model in models:
        for field in model.fields:
            if field.model:
                homes.setdefault(field.model, homes[model.name])
    return homes
