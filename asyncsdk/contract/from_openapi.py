"""Reads what an OpenAPI document (3.0 or 3.1) says of the API: references resolved, both ways to say null made one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .described import Described, DescribedField, DescribedOperation, DescribedParameter
from .learning.kinds import kinds_of_property

__all__ = ["described_in"]

_VERBS: Final = ("get", "put", "post", "delete", "patch")
_BOUNDS: Final = ("minimum", "maximum", "maxLength", "default")
_KEPT: Final = ("type", "format", "enum", *_BOUNDS, "items", "oneOf", "description", "x-coerce")
_DEEPEST: Final = 6

Node = Mapping[str, Any]


def described_in(document: object) -> Described:
    """What a document says of all operations.

    Raises:
        ValueError: it is no OpenAPI document of version 3, or has a reference that leads nowhere.
    """
    if (
        not isinstance(document, Mapping)
        or not str(document.get("openapi", "")).startswith("3.")
        or not isinstance(document.get("paths"), Mapping)
    ):
        raise ValueError("this is no OpenAPI document of version 3")
    reader = _Reader(document)
    found = [
        reader.operation(verb, path, {**item, **node})
        for path, item in document["paths"].items()
        for verb, node in item.items()
        if verb in _VERBS
    ]
    return Described({each.key: each for each in found}, complete=True)


class _Reader:
    """Reads nodes of one document, whose references it resolves."""

    def __init__(self, document: Node) -> None:
        self._document = document

    def operation(self, verb: str, path: str, node: Node) -> DescribedOperation:
        """One operation; `node` has the parameters of its path where it has none of its own."""
        item = self._document["paths"][path]
        own = [self._resolved(each) for each in item.get("parameters", ())]
        if verb in item and item[verb].get("parameters") is not None:
            own += [self._resolved(each) for each in item[verb]["parameters"]]
        done: Node = next((each for status, each in node["responses"].items() if str(status)[0] == "2"), {})
        answer = self._content(done)
        is_list = answer is not None and self._resolved(answer).get("type") == "array"
        rows = self._resolved(answer).get("items", {}) if answer is not None and is_list else answer
        body = self._content(node.get("requestBody", {}))
        return DescribedOperation(
            verb=verb.upper(),
            path=path,
            summary=str(node.get("summary", "")),
            parameters={each["name"]: self._parameter(each) for each in own if each.get("in") == "query"},
            body=None if body is None else self._fields(body),
            body_name=None if body is None else _name(body),
            answer=None if not rows else self._fields(rows),
            answer_name=None if not rows else _name(rows),
            is_list=is_list if answer is not None else None,
            statuses=frozenset(int(status) for status in node["responses"] if str(status).isdigit()),
            permissions=tuple(node["x-permissions"]) if "x-permissions" in node else None,
        )

    def _content(self, node: Node) -> Node | None:
        content = self._resolved(node).get("content", {})
        kinds = [kind for kind in content if "json" in kind]
        schema = content[kinds[0]].get("schema") if kinds else None
        return schema if isinstance(schema, Mapping) else None

    def _parameter(self, node: Node) -> DescribedParameter:
        schema = self._resolved(node.get("schema", {}))
        values = schema.get("enum") or (schema.get("items") or {}).get("enum")
        return DescribedParameter(
            name=node["name"],
            required=bool(node.get("required")),
            values=tuple(map(str, values)) if values else None,
            bounds={name: schema[name] for name in _BOUNDS if name in schema},
            node={"name": node["name"], "in": "query", "required": bool(node.get("required")), "schema": _kept(schema)},
        )

    def _fields(self, node: Node, depth: int = 0) -> dict[str, DescribedField]:
        schema = self._resolved(node)
        required = {*schema.get("required", ())}
        return {
            name: self._field(each, name in required, depth)
            for name, each in schema.get("properties", {}).items()
            if depth < _DEEPEST
        }

    def _field(self, node: Node, required: bool, depth: int) -> DescribedField:
        schema = self._resolved(node)
        types = schema.get("type", [])
        nullable = schema.get("nullable") is True or "null" in types or None in schema.get("enum", ())
        options = [each for each in (*schema.get("oneOf", ()), *schema.get("anyOf", ())) if each != {"type": "null"}]
        nullable |= len(options) < len((*schema.get("oneOf", ()), *schema.get("anyOf", ())))
        if len(options) == 1:
            schema = {**schema, **self._resolved(options[0])}
            schema.pop("oneOf", None)
            schema.pop("anyOf", None)
        held = schema.get("items", schema)
        inner = self._fields(held, depth + 1) if held else {}
        values = tuple(str(value) for value in schema.get("enum", ()) if value is not None)
        return DescribedField(
            kinds=kinds_of_property(schema),
            required=required,
            nullable=nullable or ("type" not in schema and not options),
            values=values or None,
            bounds={name: schema[name] for name in _BOUNDS if name in schema and name != "default"},
            fields=inner,
            node=_kept(self._spelled(node, nullable=nullable)),
            lenient="x-coerce" in schema or "x-assumed" in schema,
        )

    def _spelled(self, node: Node, *, nullable: bool) -> dict[str, Any]:
        """A property as the contract spells it: a model by reference, null among the types."""
        if "$ref" in node:
            return {"oneOf": [dict(node), {"type": "null"}]} if nullable else dict(node)
        schema = dict(self._resolved(node))
        options = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
        some = [each for each in options if each != {"type": "null"}]
        if len(some) == 1:
            if "$ref" in some[0]:
                return {"oneOf": [dict(some[0]), {"type": "null"}]}
            schema = {**{key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}, **some[0]}
            schema["nullable"] = nullable
        if schema.pop("nullable", None) and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        return schema

    def _resolved(self, node: Node) -> dict[str, Any]:
        """A node without references and without `allOf`."""
        seen = 0
        while "$ref" in node:
            seen += 1
            target: Any = self._document
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                target = target.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(target, Mapping) else None
            if not isinstance(target, Mapping) or seen > _DEEPEST:
                raise ValueError(f"the reference {node['$ref']} leads nowhere")
            node = target
        whole: dict[str, Any] = {key: value for key, value in node.items() if key != "allOf"}
        for part in node.get("allOf", ()):
            other = self._resolved(part)
            for key, value in other.items():
                if key == "properties":
                    whole[key] = {**value, **whole.get(key, {})}
                elif key == "required":
                    whole[key] = [*whole.get(key, ()), *value]
                else:
                    whole.setdefault(key, value)
        return whole


def _kept(schema: Node) -> dict[str, Any]:
    """What the contract says of a field; a reference stays one."""
    return {key: schema[key] for key in ("$ref", *_KEPT) if key in schema}


def _name(node: Node) -> str | None:
    held = node.get("items", node)
    return str(held["$ref"]).rpartition("/")[2] if "$ref" in held else None
