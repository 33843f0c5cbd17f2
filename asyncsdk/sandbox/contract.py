"""The contract as the sandbox reads it: its operations, their parameters and the schemas of what they take and give.

Everything the server decides by rule is decided on these values. The file is read once for each process.
"""

from __future__ import annotations

import functools
import re
from typing import TypeAlias

import attrs

from .. import _catalog
from .._codec.values import Json

__all__ = [
    "Json",
    "Object",
    "ServedContract",
    "ServedOperation",
    "ServedParameter",
    "items",
    "load",
    "mapping",
    "reference",
    "types",
    "words",
]

Object: TypeAlias = dict[str, Json]

_PLACEHOLDER = re.compile(r"\{\w+\}")
_NUMBER = re.compile(r"[0-9]+(?=:|$)")


@attrs.frozen
class ServedParameter:
    """One query parameter: its schema's bounds, and whether it takes operators, a comma list or a boolean word."""

    name: str
    type: str
    enum: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    default: str | None = None
    filter: str | None = None
    comma: bool = False
    values: tuple[str, ...] = ()
    boolean: bool = False


@attrs.frozen
class ServedOperation:
    """One of the contract's operations. `model` is the response schema's name, `body` the request schema's.

    `before` and `after` are what an action asks of a row and leaves in it (`x-state`); `assumed` says so in words.
    """

    id: str
    method: str
    path: str
    resource: str
    name: str
    kind: str
    permissions: tuple[str, ...]
    feature: str | None
    path_names: tuple[str, ...]
    query: dict[str, ServedParameter]
    body: str | None
    body_required: bool
    status: int
    model: str | None
    statuses: frozenset[int]
    before: Object
    after: Object
    assumed: str

    @property
    def is_list(self) -> bool:
        """Whether the answer is an array of `model`."""
        return self.kind == "list"


@attrs.frozen
class ServedContract:
    """All operations and schemas. `routes` maps a path with its names taken out to the operations by method."""

    document: Object
    operations: tuple[ServedOperation, ...]
    routes: dict[str, dict[str, ServedOperation]]
    schemas: dict[str, Object]
    version: str

    def find(self, path: str) -> tuple[dict[str, ServedOperation] | None, tuple[int, ...]]:
        """Returns the operations at a path as sent, by method, and the ids in it; None where nothing is there.

        The path is taken as written on the wire: `%3A` is not the colon of an action.
        """
        if methods := self.routes.get(path):
            return methods, ()
        parts = path.split("/")
        ids = [match[0] for part in parts if (match := _NUMBER.match(part))]
        shape = "/".join(_NUMBER.sub("{}", part, count=1) if part[:1].isdigit() else part for part in parts)
        methods = self.routes.get(shape)
        return methods, tuple(int(digits) if len(digits) < 19 else 0 for digits in ids)


def mapping(value: Json) -> Object:
    """Returns the value as an object; TypeError where the contract has something else."""
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not {value!r}")
    return value


def items(value: Json) -> list[Json]:
    """Returns the value as an array, an absent one as an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"an array was expected, not {value!r}")
    return value


def words(value: Json) -> tuple[str, ...]:
    """Returns the strings of an array."""
    return tuple(word for word in items(value) if isinstance(word, str))


def types(schema: Object) -> frozenset[str]:
    """Returns the JSON types a schema admits; empty where it does not say."""
    kind = schema.get("type")
    return frozenset([kind]) if isinstance(kind, str) else frozenset(words(kind))


def reference(schema: Object) -> str | None:
    """Returns the name of the component a schema points to."""
    target = schema.get("$ref")
    return target.rsplit("/", 1)[-1] if isinstance(target, str) else None


@functools.cache
def load() -> ServedContract:
    """Reads the contract that comes with the package. It is shared: treat it as read-only."""
    document = _catalog.document()
    operations = tuple(
        _operation(path, method, mapping(value))
        for path, item in mapping(document["paths"]).items()
        for method, value in mapping(item).items()
        if method != "parameters"
    )
    routes: dict[str, dict[str, ServedOperation]] = {}
    for operation in operations:
        routes.setdefault(_PLACEHOLDER.sub("{}", operation.path), {})[operation.method] = operation
    schemas = {name: mapping(schema) for name, schema in mapping(mapping(document["components"])["schemas"]).items()}
    return ServedContract(document, operations, routes, schemas, str(mapping(document["info"])["version"]))


def _operation(path: str, method: str, value: Object) -> ServedOperation:
    sdk = mapping(value["x-sdk"])
    status, model = _success(mapping(value["responses"]))
    request = mapping(value.get("requestBody") or {})
    body = mapping(mapping(mapping(request["content"])["application/json"])["schema"]) if request else {}
    parameters = [mapping(parameter) for parameter in items(value.get("parameters"))]
    feature = value.get("x-requires-feature")
    state = mapping(value.get("x-state") or {})
    return ServedOperation(
        id=str(value["operationId"]),
        method=method.upper(),
        path=path,
        resource=str(sdk["resource"]),
        name=str(sdk["method"]),
        kind=str(value["x-kind"]),
        permissions=words(value.get("x-permissions")),
        feature=feature if isinstance(feature, str) else None,
        path_names=tuple(name[1:-1] for name in _PLACEHOLDER.findall(path)),
        query={str(p["name"]): _parameter(p) for p in parameters if p["in"] == "query"},
        body=reference(body),
        body_required=request.get("required") is True,
        status=status,
        model=model,
        statuses=frozenset(int(code) for code in mapping(value["responses"])),
        before=mapping(state.get("before") or {}),
        after=mapping(state.get("after") or {}),
        assumed=str(value.get("x-assumed") or ""),
    )


def _success(responses: Object) -> tuple[int, str | None]:
    code = next(code for code in responses if code.startswith("2"))
    content = mapping(mapping(responses[code]).get("content") or {})
    if not content:
        return int(code), None
    schema = mapping(mapping(content["application/json"])["schema"])
    return int(code), reference(mapping(schema["items"]) if schema.get("type") == "array" else schema)


def _parameter(value: Object) -> ServedParameter:
    schema = mapping(value["schema"])
    default = schema.get("default")
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    operators = mapping(value.get("x-filter") or {})
    return ServedParameter(
        name=str(value["name"]),
        type=str(schema["type"]),
        enum=words(schema.get("enum")),
        minimum=minimum if isinstance(minimum, int) else None,
        maximum=maximum if isinstance(maximum, int) else None,
        default=None if default is None else str(default),
        filter=str(operators["type"]) if operators else None,
        comma=value.get("x-comma-list") is True,
        values=words(value.get("x-values")),
        boolean=value.get("x-accepts") == "boolean",
    )
