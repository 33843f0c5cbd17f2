"""Looks at the settings of a sandbox before anything starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox.positions import View

_VIEWS: Mapping[str, View] = MappingProxyType({"exclude": "live", "include": "all", "only": "deleted"})


def number(name: str, value: object, low: float, high: float) -> None:
    """Refuses what is no number from `low` to `high`; NaN is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ArgumentError(name, f"a number from {low:,g} to {high:,g}, not {value!r}")


def day(today: dt.date | str | None) -> str | None:
    """Returns a day as text; None where none is given."""
    if today is None:
        return None
    try:
        read = dt.date.fromisoformat(today) if isinstance(today, str) else dt.date(today.year, today.month, today.day)
    except (ValueError, AttributeError):
        read = None
    if read is None or not 1900 <= read.year <= 9000:
        raise ArgumentError("today", f"a date such as 2026-05-20, not {today!r}")
    return read.isoformat()


def view(deleted: str) -> View:
    """Returns the rows that `deleted` asks for, as the store calls them."""
    if deleted in _VIEWS:
        return _VIEWS[deleted]
    raise ArgumentError("deleted", f"one of {', '.join(_VIEWS)}, not {deleted!r}")
