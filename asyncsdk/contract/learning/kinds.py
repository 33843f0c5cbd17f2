"""Tells what a JSON value is, finer than JSON does: the form of a text is a kind of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

__all__ = ["ALL_KINDS", "Kind", "kind_of", "kinds_of_property"]

Kind: TypeAlias = Literal[
    "null",
    "boolean",
    "integer",
    "number",
    "text",
    "number as text",
    "date",
    "month",
    "date-time",
    "date-time without a zone",
    "object",
    "array",
    "empty array",
]
ALL_KINDS: Final[frozenset[Kind]] = frozenset(get_args(Kind))

_TEXTS: Final[frozenset[Kind]] = frozenset(
    {"text", "number as text", "date", "month", "date-time", "date-time without a zone"}
)
_DATE: Final = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_FORMS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(_DATE), "date"),
    (re.compile(_DATE + r"[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)"), "date-time"),
    (re.compile(_DATE + r"[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"), "date-time without a zone"),
    (re.compile(r"\d{4}-(?:0[1-9]|1[0-2])"), "month"),
    (re.compile(r"[+-]?\d{1,300}(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"), "number as text"),
)
_LONGEST_FORM: Final = 400


def kind_of(value: object) -> Kind:
    """What a JSON value is.

    >>> kind_of("2026-05-01T08:00:00"), kind_of("15.6"), kind_of([])
    ('date-time without a zone', 'number as text', 'empty array')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            forms = _FORMS if len(value) <= _LONGEST_FORM else ()
            return next((kind for form, kind in forms if form.fullmatch(value)), "text")
        case list():
            return "array" if value else "empty array"
    return "object"


def kinds_of_property(node: Mapping[str, Any]) -> frozenset[Kind]:
    """The kinds that a property of the contract may have, null apart."""
    if "x-coerce" in node:
        whole: frozenset[Kind] = frozenset({"integer", "number as text"})
        return whole if node["x-coerce"] == "integer" else whole | {"number"}
    if "oneOf" in node or "$ref" in node:
        return frozenset({"object"})
    types = node.get("type", [])
    found: set[Kind] = set()
    for each in [types] if isinstance(types, str) else types:
        match each:
            case "string":
                formats: dict[str, Kind] = {"date": "date", "date-time": "date-time", "YYYY-MM": "month"}
                found |= {formats[node["format"]]} if node.get("format") in formats else _TEXTS
            case "array":
                found |= {"array", "empty array"}
            case "number":
                found |= {"integer", "number"}
            case "integer" | "boolean" | "object":
                found.add(each)
    return frozenset(found) or ALL_KINDS
