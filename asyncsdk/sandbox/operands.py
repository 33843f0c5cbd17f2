"""Filters as they are written in a query: `gte:2026-01-01`, `in:a,b`, `bt:min,max`, a bare value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..filters import OPERATORS

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})")
_OPERATOR = re.compile(r"([A-Za-z]+):(.*)", re.DOTALL)

_COMPARE = MappingProxyType({"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="})

Operand = str | int


def condition(column: str, kind: str, text: str, name: str) -> tuple[str, dict[str, Operand]]:
    """Returns a filter as SQL and its values, named after `name`.

    `kind` is date, date-time or integer. ValueError, with words for the caller, where the text is not a filter.
    """
    read = _READERS[kind]
    found = _OPERATOR.fullmatch(text)
    operator, rest = (found[1], found[2]) if found else ("eq", text)
    if operator in _COMPARE:
        return f"{column} {_COMPARE[operator]} :{name}", {name: read(rest)}
    if operator not in ("in", "nin", "bt"):
        raise ValueError(f"{operator!r} is not an operator; use one of {', '.join(OPERATORS)}")
    operands = [read(part) for part in rest.split(",")]
    values = {f"{name}_{number}": operand for number, operand in enumerate(operands)}
    if operator == "bt":
        if len(operands) != 2:
            raise ValueError("bt takes two values: bt:min,max")
        return f"{column} BETWEEN :{name}_0 AND :{name}_1", dict(values)
    marks = ", ".join(f":{mark}" for mark in values)
    return f"{column} {'IN' if operator == 'in' else 'NOT IN'} ({marks})", dict(values)


def read_date(text: str) -> str:
    """Returns a calendar date; ValueError where it is none."""
    if not _DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date (YYYY-MM-DD)")
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar") from None


def read_moment(text: str) -> str:
    """Returns a moment in UTC as text that sorts beside stored stamps, which have milliseconds.

    A moment between two milliseconds sorts between their stamps.
    """
    found = _MOMENT.fullmatch(text)
    if not found:
        lost = " (a + in a query has to be sent as %2B)" if " " in text else ""
        raise ValueError(f"{text!r} is not a date-time with an offset, such as 2026-01-31T08:00:00Z{lost}")
    try:
        moment = dt.datetime.fromisoformat(f"{found[1]}{found[3].replace('Z', '+00:00')}").astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a moment of the calendar") from None
    fraction = (found[2] or "").ljust(3, "0")
    between = "~" if fraction[3:].strip("0") else ""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}.{fraction[:3]}Z{between}"


def read_integer(text: str) -> int:
    """Returns a whole number of a size SQLite keeps; ValueError where it is none."""
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


_READERS: Mapping[str, Callable[[str], Operand]] = MappingProxyType(
    {"date": read_date, "date-time": read_moment, "integer": read_integer}
)
