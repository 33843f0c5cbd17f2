"""The part of a list that a plan is about: its filters, how they are kept in files, and which rows lie within."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._catalog import find
from ..errors import ArgumentError
from ..filters import Filter

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["contains", "read_scope", "write_scope"]


def write_scope(scope: Mapping[str, object]) -> dict[str, str]:
    """Writes filters as the API has them.

    >>> from asyncsdk.filters import gte
    >>> write_scope({"date": gte("2026-05-01"), "project_id": 7})
    {'date': 'gte:2026-05-01', 'project_id': '7'}
    """
    return {name: _written(value) for name, value in scope.items()}


def _written(value: object) -> str:
    if isinstance(value, Filter):
        return f"{value.operator}:{','.join(_text(each) for each in value.values)}"
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def read_scope(resource: str, written: Mapping[str, str]) -> dict[str, object]:
    """Reads filters as they are written, in a file or on the command line.

    Raises:
        ArgumentError: the list has no such filter, or it does not take such a value.
    """
    listing = find(resource)
    for name in written:
        if name in {"updated_at", "deleted", "deleted_at", "limit", "offset"}:
            raise ArgumentError("scope", f"{name} says nothing of a row's content; give a field such as date")
    return {name: listing.value(name, text) for name, text in written.items()}


def contains(scope: Mapping[str, object], held: Mapping[str, Json]) -> str | None:
    """Returns the filter that keeps a row out of the scope, None where it lies within.

    A field that the row does not have says nothing: the API fills it in.
    """
    for name, wanted in scope.items():
        if name not in held:
            continue
        there = held[name]
        asked: Filter[Any] = wanted if isinstance(wanted, Filter) else Filter("eq", (wanted,))
        if not _fits(asked, there):
            return f"{name}={_written(wanted)}"
    return None


def _fits(asked: Filter[Any], there: object) -> bool:
    values = [each.isoformat() if isinstance(each, dt.date) else each for each in asked.values]
    if not isinstance(there, str):
        values = [int(each) if isinstance(each, str) and each.isdecimal() else each for each in values]
    value: Any = there
    try:
        match asked.operator:
            case "eq":
                return bool(value == values[0])
            case "neq":
                return bool(value != values[0])
            case "gt":
                return bool(value > values[0])
            case "gte":
                return bool(value >= values[0])
            case "lt":
                return bool(value < values[0])
            case "lte":
                return bool(value <= values[0])
            case "in":
                return value in values
            case "nin":
                return value not in values
            case "bt":
                return bool(values[0] <= value <= values[1])
    except TypeError:
        return False
