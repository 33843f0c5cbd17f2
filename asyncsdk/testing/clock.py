"""A clock that tests move."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from ..errors import ArgumentError

__all__ = ["FakeClock"]


class FakeClock:
    """Seconds since 1970 when called, as `time.time` gives them. It runs until it is frozen.

        clock.freeze(dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC))
        clock.advance(hours=1)

    The sandbox stamps rows, writes its `Date` header and counts the hour of its rate limit by it.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen: float | None = None

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self._source() + self._offset if self._frozen is None else self._frozen

    @property
    def now(self) -> dt.datetime:
        """The present in UTC."""
        return dt.datetime.fromtimestamp(self(), dt.UTC)

    def freeze(self, at: dt.datetime | None = None) -> None:
        """Stands still, at a moment or where it is.

        Raises:
            ArgumentError: the moment has no time zone.
        """
        if at is not None and at.utcoffset() is None:
            raise ArgumentError("at", f"{at!r} has no time zone; add tzinfo=datetime.UTC")
        self._frozen = self() if at is None else at.timestamp()

    def advance(self, *, seconds: float = 0.0, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0) -> None:
        """Moves on, also where it stands still."""
        step = dt.timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days).total_seconds()
        if self._frozen is None:
            self._offset += step
        else:
            self._frozen += step
