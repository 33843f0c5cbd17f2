"""What the contract says of an operation that it did not have, named by its path and verb until it is named better."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .changes import ContractChange, Edit
from .described import DescribedField, DescribedOperation

__all__ = ["added_operation"]

_METHODS: Final = {"POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}


def added_operation(document: Mapping[str, Any], each: DescribedOperation) -> Iterator[ContractChange]:
    """The change that adds an operation, with the schemas it needs."""
    path = re.sub(r"(?<=/):(\w+)", r"{\1}", each.path)
    segments = [part for part in path.removeprefix("/api/").split("/") if not part.startswith("{")]
    resource = segments[0].partition(":")[0].replace("-", "_")
    method, kind = _named(each, path, segments)
    schemas = document["components"]["schemas"]
    edits: list[Edit] = []

    def schema_of(name: str | None, fields: Mapping[str, DescribedField], fallback: str, role: str) -> dict[str, Any]:
        name = name or fallback
        if name not in schemas:
            edits.append(Edit("set", ("components", "schemas", name), _schema(fields, role)))
        return {"$ref": f"#/components/schemas/{name}"}

    singular = "".join(part.capitalize() for part in resource.removesuffix("s").split("_"))
    node: dict[str, Any] = {
        "operationId": f"{method}_{resource}",
        "tags": [resource],
        "summary": each.summary or f"{each.verb.capitalize()} {resource.replace('_', ' ')}",
        "x-sdk": {"resource": resource, "method": method},
        "x-kind": kind,
        "x-paginated": kind == "list",
        "x-documented": True,
        "parameters": _parameters(path, each),
    }
    if each.permissions:
        node["x-permissions"] = list(each.permissions)
    if each.body is not None:
        body = schema_of(each.body_name, each.body, f"{method.capitalize()}{singular}", "body")
        node["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    done = next((status for status in sorted(each.statuses or ()) if 200 <= status < 300), 200)
    answer: dict[str, Any] = {"description": "OK"}
    if each.answer is not None:
        row = schema_of(each.answer_name, each.answer, singular, "response")
        schema = {"type": "array", "items": row} if each.is_list else row
        answer["content"] = {"application/json": {"schema": schema}}
    known = document["components"]["responses"]
    errors = [status for status in sorted(each.statuses or ()) if status >= 400 and f"Error{status}" in known]
    node["responses"] = {str(done): answer} | {
        str(status): {"$ref": f"#/components/responses/Error{status}"} for status in errors
    }
    if path not in document["paths"]:
        headers = [{"$ref": f"#/components/parameters/{name}"} for name in ("Company", "Version")]
        edits.append(Edit("set", ("paths", path, "parameters"), headers))
    if resource not in {tag["name"] for tag in document["tags"]}:
        about = {"name": resource, "description": resource.replace("_", " ").capitalize()}
        edits.append(Edit("append", ("tags",), about))
    edits.append(Edit("set", ("paths", path, each.verb.lower()), node))
    said = f"is new: wethod.{resource}.{method}, until it is named better"
    yield ContractChange("operation", f"{each.verb} {path}", said, tuple(edits))


def _named(each: DescribedOperation, path: str, segments: list[str]) -> tuple[str, str]:
    """The method and the kind of a call, from its verb and path."""
    if ":" in segments[-1] or ":" in path.rpartition("}")[2]:
        return path.rpartition(":")[2].replace("-", "_"), "action"
    if each.verb == "GET":
        alone = path.endswith("}") or each.is_list is False
        method, kind = ("get", "get") if alone else ("list", "list")
    else:
        method = kind = _METHODS[each.verb]
    nested = [part.replace("-", "_") for part in segments[1:]]
    return "_".join([method, *nested]), kind


def _parameters(path: str, each: DescribedOperation) -> list[dict[str, Any]]:
    ids = re.findall(r"\{(\w+)\}", path)
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}} for name in ids
    ]
    return found + [dict(parameter.node) for parameter in each.parameters.values()]


def _schema(fields: Mapping[str, DescribedField], role: str) -> dict[str, Any]:
    required = [name for name, field in fields.items() if field.required]
    node: dict[str, Any] = {"type": "object", "x-role": role}
    if required:
        node["required"] = required
    return {**node, "properties": {name: dict(field.node) for name, field in fields.items()}}
