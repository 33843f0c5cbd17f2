"""Reads the contract into plain values: resources with their operations, models with their fields.

Only what the generator needs is kept, in its own terms (a kind of field or parameter instead of a JSON schema), so
that the writers decide nothing about OpenAPI. What the contract says in a way not foreseen here is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

import attrs

from .schemas import Node, Schema, read_schema, reference

__all__ = ["Contract", "Operation", "Parameter", "Resource", "read"]

ParameterKind: TypeAlias = Literal[
    "integer", "integers", "date", "date-time", "choice", "flag", "include", "order", "text"
]

_METHOD_ORDER: Final = ("list", "get", "create", "update", "delete")


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
    about: str
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
    about = {tag["name"]: tag["description"] for tag in document["tags"]}
    if about.keys() != operations.keys():
        raise ValueError(f"the tags and the resources differ: {', '.join(sorted(about.keys() ^ operations.keys()))}")
    resources = tuple(
        Resource(name, about[name], tuple(sorted(operations[name], key=_method_order))) for name in sorted(operations)
    )
    models = tuple(read_schema(name, node) for name, node in schemas.items() if node.get("x-role") == "response")
    return Contract(resources, models, _homes(resources, models))


def _method_order(operation: Operation) -> int:
    return _METHOD_ORDER.index(operation.method) if operation.method in _METHOD_ORDER else len(_METHOD_ORDER)


def _operation(path: str, verb: str, node: Node, schemas: Node, answers: Node) -> Operation:
    parameters = node["parameters"]
    body = node.get("requestBody")
    name = reference(body["content"]["application/json"]["schema"]) if body else None
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
        body=read_schema(name, schemas[name]) if name else None,
        model=_answer(node["responses"]),
        permissions=tuple(node.get("x-permissions", ())),
        feature=node.get("x-requires-feature"),
        documented=node["x-documented"],
        statuses=tuple(int(status) for status in refusals),
        probable=frozenset(int(status) for status, it in refusals.items() if "x-assumed" in answers[reference(it)]),
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
    return reference(schema["items"] if schema.get("type") == "array" else schema)


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
