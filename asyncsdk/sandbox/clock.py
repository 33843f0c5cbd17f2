"""The server's clock: what stamps rows, and what the Date header says."""

from __future__ import annotations

import datetime as dt
import email.utils
import time
from collections.abc import Callable

import attrs


@attrs.define
class ServiceClock:
    """Wall clock in whole milliseconds. `tick()` never gives the same moment twice, so `updated_at` always moves.

    `source` returns seconds since 1970; a test can give its own. `behind` are seconds by which the Date header is
    behind the stamps of rows, as where a proxy with a clock of its own writes it.
    """

    source: Callable[[], float] = time.time
    behind: float = 0.0
    _last: int = 0

    def now(self) -> int:
        """Returns the present in milliseconds since 1970, never before a stamp that was given out."""
        return max(self._last, int(self.source() * 1000))

    def tick(self) -> str:
        """Returns a stamp for a changed row, later than every stamp before."""
        self._last = max(self._last + 1, int(self.source() * 1000))
        return stamp(self._last)

    def header(self) -> str:
        """Returns the present as a Date header has it: whole seconds, rounded down."""
        return email.utils.formatdate(self.now() // 1000 - self.behind, usegmt=True)

    def today(self) -> str:
        """Returns the present date in UTC."""
        return stamp(self.now())[:10]


def stamp(milliseconds: int) -> str:
    """Returns milliseconds since 1970 as the API writes a moment: 2026-03-27T11:39:28.826Z."""
    moment = dt.datetime.fromtimestamp(milliseconds // 1000, dt.UTC)
    return f"{moment.isoformat()[:19]}.{milliseconds % 1000:03d}Z"
