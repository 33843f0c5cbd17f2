"""What the contract would have to change to say what `asyncsdk check --learn` saw of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .changes import Area, ContractChange, Edit
from .learning import Difference, Learned, differences
from .learning.contracted import ContractedList, contracted_in
from .learning.observed import SeenField
from .learning.rows_compared import promised_at

__all__ = ["changes_learned"]

_OF_LISTS = {"page cap", "order", "unstable", "offset", "deletion", "status"}


def changes_learned(document: Mapping[str, Any], learned: Learned) -> list[ContractChange]:
    """The changes that what was learned asks for.

    Fields are added, widened and no longer promised; none is taken away, as one company's rows are not all there are.
    What concerns a whole list is said, and left to whoever keeps the contract.

    Args:
        document: the parsed contract.
        learned: what was seen.
    """
    asked = contracted_in(document)
    seen = _seen(learned, asked)
    return [_change(document, each, seen) for each in differences(learned, contract=asked)]


def _change(document: Mapping[str, Any], each: Difference, seen: Mapping[str, SeenField]) -> ContractChange:
    area: Area = "model"
    if each.kind in _OF_LISTS or each.subject == "server":
        area = "operation"
    elif each.kind == "parameter":
        area = "parameter"
    edits = _edits(document, each, seen) if area == "model" else ()
    return ContractChange(area, each.subject, each.now, edits)


def _edits(document: Mapping[str, Any], each: Difference, seen: Mapping[str, SeenField]) -> tuple[Edit, ...]:
    model, _, name = each.subject.partition(".")
    at = ("components", "schemas", model)
    here = (*at, "properties", name)
    node = document["components"]["schemas"].get(model, {}).get("properties", {}).get(name, {})
    match each.kind:
        case "new field":
            return () if name.endswith("*") else (Edit("set", here, _node(seen[each.subject])),)
        case "renamed":
            other = each.now.partition(" ")[0]
            new = _node(seen[f"{model}.{other}"])
            return Edit("set", (*at, "properties", other), new), Edit("drop", (*at, "required"), name)
        case "gone" | "missing":
            return (Edit("drop", (*at, "required"), name),)
        case "null":
            return (Edit("set", (*here, "type"), _with_null(node.get("type"))),)
        case "number as text":
            kind = "integer" if "integer" in _types(node) else "number"
            edits = [Edit("set", (*here, "type"), [kind, "string"]), Edit("set", (*here, "x-coerce"), kind)]
            if "null" in _types(node):
                edits[0] = Edit("set", (*here, "type"), [kind, "string", "null"])
            return tuple(edits)
        case "kind":
            return tuple(
                Edit("set" if key in new else "remove", (*here, key), new.get(key))
                for new in [_node(seen[each.subject], nullable="null" in _types(node))]
                for key in ("type", "format", "items", "oneOf", "x-coerce", "enum")
            )
        case "value":
            known = [*node.get("enum", ())]
            more = [value for value in seen[each.subject].values if value not in known and value.isprintable()]
            return (Edit("set", (*here, "enum"), [*known, *more]),) if known else ()
    return ()


def _types(node: Mapping[str, Any]) -> list[str]:
    types = node.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _with_null(types: object) -> list[str]:
    return [*([types] if isinstance(types, str) else types if isinstance(types, list) else []), "null"]


def _node(seen: SeenField, *, nullable: bool = True) -> dict[str, Any]:
    """A schema for what a field was seen to be; any value where it was several things, or holds others."""
    types: dict[str, dict[str, Any]] = {
        "boolean": {"type": "boolean"},
        "integer": {"type": "integer"},
        "number": {"type": "number"},
        "date": {"type": "string", "format": "date"},
        "date-time": {"type": "string", "format": "date-time"},
        "text": {"type": "string"},
        "number as text": {"type": "string"},
        "month": {"type": "string"},
        "date-time without a zone": {"type": "string"},
    }
    fit = [dict(types.get(kind, {})) for kind in seen.kinds]
    if {*seen.kinds} == {"integer", "number"}:
        fit = [{"type": "number"}]
    elif len(fit) > 1 and all(each.get("type") == "string" for each in fit):
        fit = [{"type": "string"}]
    if len(fit) != 1 or not fit[0]:
        return {}
    return {**fit[0], "type": [fit[0]["type"], "null"]} if nullable else fit[0]


def _seen(learned: Learned, asked: Mapping[str, ContractedList]) -> dict[str, SeenField]:
    """What was seen of each field, of all lists that hold its model."""
    found: dict[str, list[SeenField]] = {}
    for table, each in learned.lists.items():
        for path, field in each.fields.items() if table in asked else ():
            holder, _, name = path.rpartition(".")
            outer = promised_at(asked[table], holder.removesuffix("[]")) if holder else None
            model = next(iter(outer.fields.values())).model if outer is not None else asked[table].model
            found.setdefault(f"{model}.{name}", []).append(field)
    return {subject: _united(fields) for subject, fields in found.items()}


def _united(fields: Iterable[SeenField]) -> SeenField:
    first, *others = fields
    for each in others:
        first = attrs.evolve(
            first,
            kinds=tuple(sorted({*first.kinds, *each.kinds})),
            present=first.present + each.present,
            values=tuple(sorted({*first.values, *each.values})),
        )
    return first
