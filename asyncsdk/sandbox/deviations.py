"""An API that is not as the contract says: what a sandbox answers otherwise, for as long as it is told to.

A fault strikes requests on order; a deviation holds for every answer, as if the API were another one. All of it is
decided on the operation, the query and the text of an answer, without a socket and without a clock.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, get_args
from urllib.parse import parse_qsl, urlencode

import attrs

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox.contract import Json, Object, ServedContract, ServedOperation, mapping
from asyncsdk.sandbox.faults import JSON_TYPES

DeviationKind = Literal["retype", "rename", "null", "value", "naive", "page_cap", "order", "ignore"]
OF_FIELDS: Final[frozenset[DeviationKind]] = frozenset({"retype", "rename", "null", "value", "naive"})

_ANOTHER: Final[Mapping[str, Json]] = MappingProxyType(
    {"number": 4711, "boolean": True, "null": None, "object": {"value": 1}, "array": [{"value": 1}], "string": "other"}
)


@attrs.frozen
class Deviation:
    """One way in which a sandbox is not as the contract says.

    Args:
        kind: of a field: `retype` (to a JSON type), `rename`, `null`, `value` (to a text of its own), `naive`
            (date-times without their zone). Of a list: `page_cap` (`to` rows at the most), `order` (by the column
            `to`), `ignore` (the parameter `to` changes nothing).
        where: of a field `Model.field`, or `*` for all; of a list its path or its name, or `*` for all.
        to: see above.

    Raises:
        ArgumentError: a kind or a target that is not there.
    """

    kind: DeviationKind
    where: str = "*"
    to: str = ""

    def __attrs_post_init__(self) -> None:
        if self.kind not in get_args(DeviationKind):
            raise ArgumentError("kind", f"one of {', '.join(get_args(DeviationKind))}, not {self.kind!r}")
        if self.kind == "retype" and self.to not in JSON_TYPES:
            raise ArgumentError("to", f"one of {', '.join(JSON_TYPES)}, not {self.to!r}")
        if self.kind == "page_cap" and not (self.to.isdigit() and int(self.to) > 0):
            raise ArgumentError("to", f"the number of rows of a page, not {self.to!r}")


def _is_about(deviation: Deviation, operation: ServedOperation) -> bool:
    """Whether it changes what a list is asked for."""
    names = ("*", operation.path, operation.resource, operation.resource + operation.name.removeprefix("list"))
    return operation.is_list and deviation.kind not in OF_FIELDS and deviation.where in names


def query_as(deviations: Iterable[Deviation], operation: ServedOperation, query: str) -> str:
    """Returns the query string as the API understands it."""
    for each in deviations:
        if _is_about(each, operation) and each.kind in ("page_cap", "ignore"):
            pairs = parse_qsl(query, keep_blank_values=True)
            if each.kind == "ignore":
                pairs = [pair for pair in pairs if pair[0] != each.to]
            else:
                asked = next((int(value) for name, value in pairs if name == "limit" and value.isdigit()), 100)
                pairs = [pair for pair in pairs if pair[0] != "limit"] + [("limit", str(min(asked, int(each.to))))]
            query = urlencode(pairs)
    return query


def order_as(deviations: Iterable[Deviation], operation: ServedOperation, order: str) -> str:
    """Returns the column a list is ordered by where its query does not say."""
    return next((each.to for each in deviations if each.kind == "order" and _is_about(each, operation)), order)


def text_as(
    deviations: Sequence[Deviation], contract: ServedContract, model: str | None, text: str | None
) -> str | None:
    """Returns an answer's JSON text with the fields as the API has them now."""
    found = [each for each in deviations if each.kind in OF_FIELDS]
    if not found or text is None or model is None:
        return text
    value: Json = json.loads(text)
    for row in value if isinstance(value, list) else [value]:
        _change(found, contract, model, row)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _change(deviations: Sequence[Deviation], contract: ServedContract, model: str, row: Json) -> None:
    if not isinstance(row, dict):
        return
    properties = mapping(contract.schemas[model].get("properties", {}))
    for name, value in list(row.items()):
        inner = _model_in(mapping(properties.get(name, {})))
        if inner is not None:
            for each in value if isinstance(value, list) else [value]:
                _change(deviations, contract, inner, each)
        for deviation in deviations:
            if deviation.where in ("*", f"{model}.{name}"):
                _field(deviation, row, name, properties)


def _field(deviation: Deviation, row: Object, name: str, properties: Object) -> None:
    match deviation.kind:
        case "rename":
            row[deviation.to] = row.pop(name)
        case "null":
            row[name] = None
        case "value":
            row[name] = deviation.to
        case "retype":
            row[name] = _ANOTHER[deviation.to]
        case "naive":
            value = row[name]
            if isinstance(value, str) and mapping(properties.get(name, {})).get("format") == "date-time":
                row[name] = value.removesuffix("Z")


def _model_in(node: Object) -> str | None:
    options = node.get("oneOf")
    inner = node.get("items") or (options[0] if isinstance(options, list) else None)
    reference = inner.get("$ref") if isinstance(inner, dict) else None
    return str(reference).rpartition("/")[2] if reference else None


def drawn(contract: ServedContract, seed: int, count: int, fits: Callable[[str, str], bool]) -> list[Deviation]:
    """Returns deviations of fields drawn from all fields of all models, each of another field; the same for a seed.

    Args:
        contract: whose models.
        seed: of the draw.
        count: how many.
        fits: whether a field of a model may be drawn.
    """
    draw = random.Random(f"{seed} deviations")
    fields = [
        (name, field, mapping(node))
        for name, schema in sorted(contract.schemas.items())
        if schema.get("x-role") == "response"
        for field, node in mapping(schema["properties"]).items()
        if fits(name, field)
    ]
    return [_drawn(draw, *each, contract) for each in draw.sample(fields, count)]


def _drawn(draw: random.Random, model: str, field: str, node: Object, contract: ServedContract) -> Deviation:
    kinds: list[Deviation] = [Deviation("rename", f"{model}.{field}", f"{field}_renamed")]
    types = node.get("type")
    nested = _model_in(node) is not None
    others = [to for to in ("object", "boolean") if to not in (types if isinstance(types, list) else [types])]
    kinds += [Deviation("retype", f"{model}.{field}", to) for to in others if not (nested and to == "object")]
    required = contract.schemas[model].get("required", [])
    if isinstance(required, list) and field in required and "null" not in (types if isinstance(types, list) else ()):
        kinds.append(Deviation("null", f"{model}.{field}"))
    if "enum" in node:
        kinds.append(Deviation("value", f"{model}.{field}", "unforeseen"))
    return draw.choice(kinds)
