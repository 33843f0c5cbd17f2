"""The moment from which on the next run asks what changed, told from two clocks that may both be wrong.

The server's clock stamps rows, but what a `Date` header says may be a proxy's; ours may be anything. The earlier of the
two is never later than the one that is right, so nothing that changed behind it is passed over: a wrong clock costs
requests, not rows. Without clock or network: all moments are handed in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["OVERLAP", "difference", "earlier", "said", "usable", "went_back"]

OVERLAP: Final = timedelta(minutes=5)
"""How much earlier than the watermark a run asks: rows are committed late, under an earlier time."""

LARGEST_DIFFERENCE: Final = timedelta(minutes=1)

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


def earlier(ours: datetime, server: datetime | None, newest: datetime | None = None) -> datetime | None:
    """The watermark of a pass, or the moment of a whole pass that counts.

    Args:
        ours: our clock at the start of the pass.
        server: the server's clock at its first answer; None: it did not say.
        newest: the latest `updated_at` that was met so far, which stands in for the server's clock.

    Returns:
        The earlier one; None where only ours is known, which alone proves nothing.
    """
    other = newest if server is None else server
    return None if other is None else max(min(ours, other), _FIRST)


def usable(stored: datetime | None, now: datetime) -> datetime | None:
    """A stored moment, unless it lies in the future: then a clock was wrong, and changes may lie before it."""
    return None if stored is None or stored > now else stored


def difference(server: datetime, asked: datetime, answered: datetime) -> timedelta | None:
    """How far our clock is ahead of the server's (negative: behind), where it is by more than a minute.

    Args:
        server: its clock, at some moment between the other two.
        asked, answered: our clock before and after.

    >>> at = datetime(2026, 5, 1, tzinfo=UTC)
    >>> difference(at, at + timedelta(hours=1), at + timedelta(hours=2))
    datetime.timedelta(seconds=3600)
    >>> difference(at, at - timedelta(hours=1), at) is None
    True
    """
    if asked - server > LARGEST_DIFFERENCE:
        return asked - server
    if server - answered > LARGEST_DIFFERENCE:
        return answered - server
    return None


def went_back(before: float | None, now: float | None) -> bool:
    """Whether the server's clock may have been set back between two runs, so that changes bear times before the first.

    Args:
        before: seconds by which it was ahead of ours in the first run; None: nobody knows.
        now: the same of the second run. It is less as well where ours was set forward.
    """
    return before is not None and now is not None and before - now > LARGEST_DIFFERENCE.total_seconds()


def said(length: timedelta) -> str:
    """A length of time in its largest unit, rounded.

    >>> said(timedelta(minutes=61)), said(timedelta(days=-365))
    ('61 minutes', '365 days')
    """
    seconds = abs(length.total_seconds())
    unit, name = next((each for each in _UNITS if seconds >= 2 * each[0]), _UNITS[-1])
    return f"{seconds / unit:.0f} {name}"
