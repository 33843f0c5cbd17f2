"""The silence a server orders with a 429, and the orderly start after it.

Without it a 429 stops one task and not its neighbours, which go on to draw more of them; and all that were held back
start again in the same instant.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from .turn import SHORTEST_WAIT, Clock, Refused, Turn

__all__ = ["Pause"]

NO_PAUSE = float("-inf")


class Pause:
    """The silence a server ordered: one per token, shared by a client and its copies.

    Until it is over nobody sends. Then those who asked meanwhile are let go one by one, in the order they asked,
    and whoever comes while they leave joins the end. Their distance is the rate the server was seen to grant: what
    it let through since the last pause, over the time that took with this pause; never more than `spacing`.

    `spacing`: seconds between two requests where nothing was seen; an hour over the hourly limit.
    `idle`: seconds without a request after which the rate is measured afresh.
    """

    def __init__(
        self,
        *,
        spacing: float = 3600 / 5000,
        idle: float = 10.0,
        clock: Clock = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._spacing = spacing
        self._idle = idle
        self._clock = clock
        self._jitter = jitter
        self._until = NO_PAUSE  # when the silence ends
        self._begun = 0.0
        self._gap = spacing
        self._phase = 0.0  # share of a gap: processes told of the same pause do not start in the same instant
        self._first = 0  # the place that goes first when the silence ends
        self._next = 0  # the place the next who asks gets
        self._passed = 0  # let go since `_since`
        self._since = self._last = clock()
        self._let = 0  # let through before the present pause, over `_span` seconds
        self._span = 0.0

    def remaining(self) -> float:
        """Seconds until the silence is over; 0.0 when there is none."""
        return max(0.0, self._until - self._clock())

    def begin(self, seconds: float) -> None:
        """An answer ordered `seconds` of silence. The longest order wins."""
        self._hold(seconds)
        self._let = max(0, self._let - 1)  # we let it go, the server did not let it through
        self._plan()

    def hold(self, seconds: float) -> None:
        """Keep silent for `seconds` because somebody else was told to. The longest order wins."""
        self._hold(seconds)
        self._plan()

    def ask(self, turn: Turn) -> Refused | None:
        """None: go. Otherwise how long until this turn's own moment, at which it asks again."""
        now = self._clock()
        if self._until != NO_PAUSE:
            place = turn.pause_place
            if place is None or place < self._first:
                place = self._next
            seconds = self._moment(place) - now
            if seconds > 0:
                if place == self._next:
                    self._next += 1
                turn.pause_place = place
                seconds = max(seconds, SHORTEST_WAIT)
                return Refused(seconds, "pause", seconds)
            turn.pause_place = None
            if place == self._next:  # nobody waits in front of a newcomer: it is over
                self._until = NO_PAUSE
                self._first = self._next
        if now - self._last > self._idle:
            self._since = now
            self._passed = 0
        self._last = now
        self._passed += 1
        return None

    def _hold(self, seconds: float) -> None:
        now = self._clock()
        if now >= self._until:
            if self._until != NO_PAUSE:
                self._let_go(now)
            self._begun = now
            self._phase = self._jitter()
            self._let = self._passed
            self._span = now - self._since
            self._passed = 0
            self._since = self._last = now
        self._until = max(self._until, now + seconds)

    def _let_go(self, now: float) -> None:
        # Those whose moment came before this pause are on their way; the others keep their order.
        late = now - self._moment(self._first)
        if late >= 0:
            gone = 1 + int(late / self._gap) if self._gap else self._next
            self._first = min(self._next, self._first + gone)

    def _plan(self) -> None:
        took = self._span + self._until - self._begun
        self._gap = min(self._spacing, took / self._let) if self._let else self._spacing

    def _moment(self, place: int) -> float:
        return self._until + (place - self._first + self._phase) * self._gap
