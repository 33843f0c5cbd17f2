"""The rate limit of one person: an exact moving window."""

from __future__ import annotations

import math
from collections import deque

import attrs


@attrs.define
class Window:
    """At most `limit` requests in any `period` seconds. Refused requests do not count."""

    limit: int
    period: float
    _taken: deque[float] = attrs.field(factory=deque)

    def take(self, now: float) -> int:
        """Takes one request at `now` (seconds); returns 0, or the whole seconds until it is worth trying again."""
        while self._taken and self._taken[0] <= now - self.period:
            self._taken.popleft()
        if len(self._taken) < self.limit:
            self._taken.append(now)
            return 0
        free = self._taken[0] + self.period - now if self._taken else self.period
        return max(1, math.ceil(free))

    @property
    def used(self) -> int:
        """Requests taken and not yet known to be out of the window."""
        return len(self._taken)
