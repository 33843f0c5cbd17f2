"""Holds what a source says of the API against the contract: operations, parameters, bodies, models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .changes import Area, ContractChange, Edit
from .described import Described, DescribedField, DescribedOperation, DescribedParameter
from .from_openapi import described_in
from .new_operations import added_operation

__all__ = ["changes_between"]

Node = Mapping[str, Any]

_PAGING: Final = {"limit", "offset"}


def changes_between(document: Node, source: Described) -> list[ContractChange]:
    """What the contract would have to change to say what a source says; each once.

    Args:
        document: the parsed contract.
        source: what is compared with it. Of a field or parameter that pages do not show nothing is said.
    """
    ours = described_in(document).operations
    found: list[ContractChange] = []
    for key, theirs in source.operations.items():
        if key in ours:
            found += _operation(document, ours[key], theirs, complete=source.complete)
        else:
            found += added_operation(document, theirs)
    if source.complete:
        for key in ours.keys() - source.operations.keys():
            each = ours[key]
            edit = Edit("remove", ("paths", each.path, each.verb.lower()))
            found.append(ContractChange("operation", f"{each.verb} {each.path}", "is gone", (edit,)))
    return list({(each.area, each.subject, each.said): each for each in found}.values())


def _operation(
    document: Node, ours: DescribedOperation, theirs: DescribedOperation, *, complete: bool
) -> Iterator[ContractChange]:
    name = f"{ours.verb} {ours.path}"
    at = ("paths", ours.path, ours.verb.lower())
    yield from _parameters(name, (*at, "parameters"), ours, theirs, complete=complete)
    if theirs.is_list is not None and ours.is_list is not None and theirs.is_list != ours.is_list:
        said = "answers with a list" if theirs.is_list else "answers with one row, and no list any more"
        yield ContractChange("operation", name, said)
    if theirs.statuses and complete:
        yield from _statuses(document, name, at, ours, theirs)
    if theirs.permissions and ours.permissions is not None and {*theirs.permissions} != {*ours.permissions}:
        edit = Edit("set", (*at, "x-permissions"), list(theirs.permissions))
        yield ContractChange("operation", name, f"needs {', '.join(theirs.permissions)}", (edit,))
    if theirs.body is not None and ours.body is not None and ours.body_name:
        yield from _fields("body", document, ours.body_name, ours.body, theirs.body, complete=complete)
    if theirs.answer is not None and ours.answer is not None and ours.answer_name:
        yield from _fields("model", document, ours.answer_name, ours.answer, theirs.answer, complete=complete)


def _statuses(
    document: Node, name: str, at: tuple[str, ...], ours: DescribedOperation, theirs: DescribedOperation
) -> Iterator[ContractChange]:
    known = document["components"]["responses"]
    for status in sorted((theirs.statuses or frozenset()) - (ours.statuses or frozenset())):
        answer = {"$ref": f"#/components/responses/Error{status}"} if f"Error{status}" in known else None
        edits = (Edit("set", (*at, "responses", str(status)), answer),) if answer else ()
        yield ContractChange("operation", name, f"may answer {status}", edits)


def _parameters(
    name: str, at: tuple[str, ...], ours: DescribedOperation, theirs: DescribedOperation, *, complete: bool
) -> Iterator[ContractChange]:
    for each in theirs.parameters.values():
        before = ours.parameters.get(each.name)
        if before is None:
            yield ContractChange("parameter", f"{name} {each.name}", "is new", (Edit("append", at, dict(each.node)),))
            continue
        if each.required is not None and each.required != before.required:
            said = "is mandatory" if each.required else "is not mandatory any more"
            yield ContractChange(
                "parameter", f"{name} {each.name}", said, _replaced(at, before, required=each.required)
            )
        # Each edit holds those before it: a schema that parameters share is replaced whole.
        schema = dict(before.node["schema"])
        if each.values is not None and {*each.values} != {*(before.values or each.values)}:
            schema |= {"enum": list(each.values)}
            edits = _replaced(at, before, schema={**schema})
            yield ContractChange("parameter", f"{name} {each.name}", f"takes {', '.join(each.values)}", edits)
        for bound, value in each.bounds.items():
            if before.bounds.get(bound, value) != value or (complete and bound not in before.bounds):
                schema |= {bound: value}
                edits = _replaced(at, before, schema={**schema})
                yield ContractChange("parameter", f"{name} {each.name}", f"{bound} is {value}", edits)
    if complete:
        for gone in ours.parameters.keys() - theirs.parameters.keys():
            yield ContractChange("parameter", f"{name} {gone}", "is gone", (Edit("drop", at, gone),))


def _replaced(at: tuple[str, ...], before: DescribedParameter, **changed: object) -> tuple[Edit, ...]:
    """Edits of one parameter: its keys are set by its name, whatever else it says stays."""
    return tuple(Edit("set", (*at, f"name={before.name}", key), value) for key, value in changed.items())


def _fields(
    area: Area,
    document: Node,
    schema: str,
    ours: Mapping[str, DescribedField],
    theirs: Mapping[str, DescribedField],
    *,
    complete: bool,
) -> Iterator[ContractChange]:
    at = ("components", "schemas", schema)
    dynamic = document["components"]["schemas"].get(schema, {}).get("x-dynamic-prefix")
    for name, each in theirs.items():
        before = ours.get(name)
        if before is not None:
            yield from _field(area, f"{schema}.{name}", at, name, before, each, complete=complete)
            inner = _inner(document, schema, name)
            if inner and each.fields and before.fields:
                yield from _fields(area, document, inner, before.fields, each.fields, complete=complete)
        elif not (dynamic and name.startswith(dynamic)):
            edits = [Edit("set", (*at, "properties", name), dict(each.node))]
            if complete and each.required:
                edits.append(Edit("append", (*at, "required"), name))
            yield ContractChange(area, f"{schema}.{name}", f"is new: {_kinds(each)}", tuple(edits))
    if complete:
        for name in ours.keys() - theirs.keys():
            edits = [Edit("remove", (*at, "properties", name)), Edit("drop", (*at, "required"), name)]
            yield ContractChange(area, f"{schema}.{name}", "is gone", tuple(edits))


def _field(
    area: Area,
    subject: str,
    at: tuple[str, ...],
    name: str,
    ours: DescribedField,
    theirs: DescribedField,
    *,
    complete: bool,
) -> Iterator[ContractChange]:
    here = (*at, "properties", name)
    other = theirs.kinds != ours.kinds if complete and not ours.lenient else not theirs.kinds <= ours.kinds
    if theirs.kinds and other and theirs.kinds != ours.kinds:
        edits = tuple(
            Edit("set", (*here, key), theirs.node[key]) if key in theirs.node else Edit("remove", (*here, key))
            for key in ("type", "format", "items", "oneOf", "x-coerce")
        )
        yield ContractChange(area, subject, f"is {_kinds(theirs)}, not {_kinds(ours)}", edits)
    elif theirs.nullable is not None and complete and theirs.nullable != ours.nullable and not ours.lenient:
        said = "can be null" if theirs.nullable else "is never null"
        yield ContractChange(area, subject, said, (Edit("set", (*here, "type"), theirs.node.get("type")),))
    if complete and theirs.required is not None and theirs.required != ours.required:
        edit = Edit("append" if theirs.required else "drop", (*at, "required"), name)
        missing = "may be missing" if area == "model" else "may be left out"
        yield ContractChange(area, subject, "is mandatory" if theirs.required else missing, (edit,))
    if theirs.values is not None and {*theirs.values} != {*(ours.values or ())}:
        values = [*theirs.values, *([None] if theirs.nullable else [])]
        yield ContractChange(
            area, subject, f"is one of {', '.join(theirs.values)}", (Edit("set", (*here, "enum"), values),)
        )
    for bound, value in theirs.bounds.items():
        if ours.bounds.get(bound) != value:
            yield ContractChange(area, subject, f"{bound} is {value}", (Edit("set", (*here, bound), value),))
    if complete:
        for bound in ours.bounds.keys() - theirs.bounds.keys():
            yield ContractChange(area, subject, f"has no {bound} any more", (Edit("remove", (*here, bound)),))


def _inner(document: Node, schema: str, name: str) -> str | None:
    node = document["components"]["schemas"].get(schema, {}).get("properties", {}).get(name, {})
    held = node["oneOf"][0] if "oneOf" in node else node.get("items", node)
    return str(held["$ref"]).rpartition("/")[2] if "$ref" in held else None


def _kinds(field: DescribedField) -> str:
    kinds = sorted(field.kinds)
    if {"text", "date", "month"} <= field.kinds:
        kinds = ["text"]
    return " or ".join(kinds) or "of a kind that is not said"
