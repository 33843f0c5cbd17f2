"""The sweep: what to ask for at the end of a walk, so that rows that moved while it ran are delivered too.

A row that was not met although it was there all the time must have moved, so it was updated after the first answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from .._limits import clock
from .._sending.headers import http_date
from ..errors import ArgumentError
from ..filters import OPERATORS

__all__ = ["MARGIN", "is_own_date", "moment_before", "own_date", "sweep_filter"]

MARGIN: Final = timedelta(seconds=5)
"""How much earlier than the first answer's `Date` a sweep begins: the rows were read before the header was written."""


CLOCK_MARGIN: Final = timedelta(minutes=15)
"""How far this machine's clock may be ahead of the server's where answers carry no date."""


def own_date() -> str:
    """Returns a date for an answer made now that has none: by our clock, and safely before."""
    return format_datetime((clock.utc_now() - CLOCK_MARGIN).replace(tzinfo=None))  # of no zone, unlike a server's


def is_own_date(date: str) -> bool:
    """Returns whether a date was not the server's, but that of this machine."""
    return date.endswith("-0000")


def moment_before(date: str, margin: timedelta = MARGIN) -> datetime | None:
    """Returns a moment safely before an answer with this `Date` header was made; None when it cannot be read."""
    moment = http_date(date)
    try:
        return None if moment is None else moment - margin
    except OverflowError:  # a margin before the year 1
        return None


def sweep_filter(own: str | None, date: str, *, margin: timedelta = MARGIN) -> str | None:
    """Returns the `updated_at` filter of a sweep: of the rows the walk's own filter lets pass, those changed since.

    `own` is the walk's own value (`gte:2026-01-01T00:00:00Z`, None without one), `date` the `Date` header of its first
    answer. None means that no row changed since can pass the walk's own filter: no sweep is needed.

    Raises `ArgumentError` when no single value says both, or a date cannot be read.

    >>> sweep_filter(None, "Sat, 21 Nov 2026 21:26:05 GMT")
    'gte:2026-11-21T21:26:00Z'
    >>> sweep_filter("lte:2026-11-01T00:00:00Z", "Sat, 21 Nov 2026 21:26:05 GMT") is None
    True
    """
    since = moment_before(date, margin)
    if since is None:
        raise ArgumentError("sweep", f"the Date header {date!r} cannot be read; walk with sweep=False")
    if own is None:
        return f"gte:{_wire(since)}"
    operator, colon, value = own.partition(":")
    if not colon or operator not in OPERATORS:
        operator, value = "eq", own
    bounds = [_moment(part, own) for part in value.split(",")]
    first, last = bounds[0], bounds[-1]
    match operator:
        case "gte" | "gt":
            return own if first >= since else f"gte:{_wire(since)}"
        case "lte":
            return f"bt:{_wire(since)},{value}" if last >= since else None
        case "bt":
            if last < since:
                return None
            return own if first >= since else f"bt:{_wire(since)},{value.split(',')[-1]}"
        case "eq" | "in" | "lt" if max(bounds) < since:
            return None
        case "eq" | "in":
            return own
        case _:
            raise ArgumentError(
                "sweep",
                f"updated_at={own} and 'changed since {_wire(since)}' do not fit into one filter; "
                "filter with gte, gt, lte or between, or walk with sweep=False",
            )


def _moment(text: str, own: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentError("sweep", f"updated_at={own} holds no date-time; write it as 2026-01-01T00:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _wire(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
