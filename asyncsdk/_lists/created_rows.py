"""Compares a row with what a create has sent: how each field comes back (`x-sent-as`), and how exactly."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["Creation", "Match", "matches", "spelled"]

Way: TypeAlias = Literal["", "lower-case", "number-or-string", "first-of-month"]
Match: TypeAlias = Literal["equal", "alike", "other"]
"""How a row compares with what was sent: `alike` is equal in ids and dates, and not in the rest."""


@attrs.frozen
class Creation:
    """What the generator knows of a create: where its row appears, and how what was sent comes back.

    Args:
        resource: its name in this package.
        path: of the list.
        model: of the row.
        row: the path of one row, with `{id}` in it; None: there is none.
        filters: fields of the body that the list can be filtered by, and whether as they are or with an operator.
        spelled: fields of the body that come back otherwise: under another name (None: not at all), in another way.
    """

    resource: str
    path: str
    model: type[Any]
    row: str | None = None
    filters: Mapping[str, Literal["plain", "date"]] = attrs.field(factory=dict)
    spelled: Mapping[str, tuple[str | None, Way]] = attrs.field(factory=dict)


def spelled(creation: Creation, sent: Mapping[str, Json]) -> dict[str, Json]:
    """Returns what the row of a create holds, by the names of its fields.

    >>> spelled(Creation("t", "/t", dict, spelled={"mode": ("mode", "lower-case"), "day": (None, "")}),
    ...         {"mode": "DAILY", "day": "mon", "hours": 8})
    {'mode': 'daily', 'hours': 8}
    """
    held: dict[str, Json] = {}
    for name, value in sent.items():
        field, way = creation.spelled.get(name, (name, ""))
        if field is None:
            continue
        if way == "lower-case" and isinstance(value, str):
            held[field] = value.lower()
        elif way == "first-of-month" and isinstance(value, str):
            held[field] = f"{value[:7]}-01"
        else:
            held[field] = value
    return held


def matches(row: Mapping[str, Json], held: Mapping[str, Json]) -> Match:
    """Compares a row with what a create's row holds.

    Texts are compared trimmed, numbers to two decimals, which is what servers do to them. Ids and dates must be equal.

    >>> matches({"id": 1, "name": "x ", "hours": 8.001}, {"name": "x", "hours": 8})
    'equal'
    >>> matches({"person_id": 3, "notes": "changed"}, {"person_id": 3, "notes": "x"})
    'alike'
    """
    verdict: Match = "equal"
    for name, value in held.items():
        there = row.get(name)
        if _same(there, value):
            continue
        if name.endswith("_id") or name == "id" or "date" in name or name in {"from", "to"}:
            return "other"
        verdict = "alike"
    return verdict


def _same(there: object, sent: object) -> bool:
    if isinstance(sent, bool) or isinstance(there, bool) or sent is None or there is None:
        return there is sent
    if isinstance(sent, int | float):
        number = _number(there)
        return number is not None and (isclose(number, sent, abs_tol=0.0051) or round(number, 2) == round(sent, 2))
    if isinstance(sent, str) and isinstance(there, str):
        return there.strip() == sent.strip() or (_number(there) is not None and _number(there) == _number(sent))
    return there == sent


def _number(value: object) -> float | None:
    try:
        return float(cast("float", value))
    except (TypeError, ValueError):
        return None
