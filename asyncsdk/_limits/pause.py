"""The pause a server orders with a 429, and the orderly start after it.

Without it a 429 stops one task and not its neighbours, which go on to draw more of them; and all that were held back
start again in the same instant.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable

from . import clock as clocks
from .ticket import SHORTEST_WAIT, Now, Refused, Ticket

__all__ = ["Pause"]

NO_PAUSE = float("-inf")
EASINGS = (0.6, 0.8, 0.9, 0.97, 0.995)
"""What is left of the distance after each one let go, by how much speaks for a limit of the server: the quickest start
is over in two and a half distances, the slowest keeps to the rate that was seen for as long as anybody waits."""
ALIKE = 1.35
"""Two rates that differ by less are the same limit, met twice."""
ROUNDING = 1e-6
"""Seconds. A moment reached by adding gaps and one reached by multiplying them differ by less."""


class Pause:
    """The pause a server ordered: one per token, shared by a client and its copies.

    Until it is over nobody sends. Then those who asked meanwhile are let go one by one, in the order they asked,
    and whoever comes while they leave joins the end. Their distance is the rate the server was seen to grant: what
    it let through since the last pause, over the time that took with this pause; never more than `spacing`.

    The distance shrinks with everyone who leaves, so that a 429 met by chance costs little more than what it ordered.
    How fast depends on what speaks for a limit: where most of a burst was refused it hardly shrinks, where the same
    rate was seen at two pauses in a row it shrinks less than before, and where it was another rate, more.

    `spacing`: seconds between two requests where nothing was seen; an hour over the hourly limit.
    `idle`: seconds without a request after which the rate is measured afresh.
    `longest_nap`: seconds between two looks of one waiter; those before him may have left.

    Safe to share between event loops in several threads.
    """

    def __init__(
        self,
        *,
        spacing: float = 3600 / 5000,
        idle: float = 10.0,
        longest_nap: float = 30.0,
        clock: Now = clocks.monotonic,
        jitter: Callable[[], float] = clocks.chance,
    ) -> None:
        self._spacing = spacing
        self._idle = idle
        self._longest_nap = longest_nap
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._until = NO_PAUSE  # when the pause ends
        self._begun = 0.0
        self._gap = spacing
        self._phase = 0.0  # share of a gap: processes told of the same pause do not start in the same instant
        self._head = 0.0  # when the first in the line may go; each behind him a gap later
        self._line: list[int] = []  # who waits, in the order they asked
        self._number = 0
        self._passed = 0  # let go since `_since`
        self._since = self._last = clock()
        self._let = 0  # let through before the present pause, over `_span` seconds
        self._span = 0.0
        self._refused = 0  # orders that began or lengthened the present pause
        self._measured: float | None = None  # seconds a request, as seen at the present pause
        self._former: float | None = None  # and at the pause before
        self._evidence = self._former_evidence = 0  # for a limit: an index of EASINGS

    @property
    def waiting(self) -> int:
        """How many wait for the pause to end, or for their place after it."""
        return len(self._line)

    def remaining(self) -> float:
        """Seconds until the pause is over; 0.0 when there is none."""
        return max(0.0, self._until - self._clock())

    def begin(self, seconds: float) -> None:
        """An answer ordered `seconds` of pause. The longest order wins."""
        with self._lock:
            self._hold(seconds)
            self._refused += 1
            self._let = max(0, self._let - 1)  # we let it go, the server did not let it through
            self._plan()

    def hold(self, seconds: float) -> None:
        """Pause for `seconds` because somebody else was told to. The longest order wins."""
        with self._lock:
            self._hold(seconds)
            self._plan()

    def ask(self, ticket: Ticket) -> Refused | None:
        """None: go. Otherwise how long until this ticket's own moment, at which it asks again."""
        with self._lock:
            now = self._clock()
            if self._until != NO_PAUSE and (refused := self._keep_back(ticket, now)) is not None:
                return refused
            if ticket.count():
                if now - self._last > self._idle:
                    self._since = now
                    self._passed = 0
                self._last = now
                self._passed += 1
            return None

    def leave(self, ticket: Ticket) -> None:
        """The ticket waits no longer: those behind it move up. Harmless when it does not wait."""
        with self._lock:
            index = self._index(ticket)
            if index is not None:
                del self._line[index]
            ticket.pause_at(None)

    def _keep_back(self, ticket: Ticket, now: float) -> Refused | None:
        index = self._index(ticket)
        moment = self._head + self._until_let(len(self._line) if index is None else index)
        if now < self._until or moment > now + ROUNDING:
            if index is None:
                self._number += 1
                self._line.append(self._number)
                ticket.pause_at(self._number)
            seconds = max(moment - now, SHORTEST_WAIT)
            return Refused(seconds, "pause", min(seconds, self._longest_nap))
        ticket.pause_at(None)
        if index is None:  # all who waited in front of a newcomer are on their way: it is over
            self._until = NO_PAUSE
            self._line.clear()
        else:
            del self._line[index]
            # After a stall of the event loop all would be late together, and go together.
            self._head = max(self._head, now - self._gap) + self._gap
            self._gap *= EASINGS[self._evidence]
        return None

    def _until_let(self, ahead: int) -> float:
        """Seconds between the first in the line and the one with `ahead` before him: the distances shrink."""
        easing = EASINGS[self._evidence]
        return self._gap * (1 - easing**ahead) / (1 - easing)

    def _index(self, ticket: Ticket) -> int | None:
        place = ticket.pause_place
        if place is None:
            return None
        index = bisect_left(self._line, place)
        return index if index < len(self._line) and self._line[index] == place else None

    def _hold(self, seconds: float) -> None:
        now = self._clock()
        if now >= self._until:
            self._former, self._former_evidence = self._measured, self._evidence
            self._refused = 0
            self._begun = now
            self._phase = self._jitter()
            self._let = self._passed
            self._span = now - self._since
            self._passed = 0
            self._since = self._last = now
        self._until = max(self._until, now + seconds)

    def _plan(self) -> None:
        took = self._span + self._until - self._begun
        self._measured = took / self._let if self._let else None
        self._evidence = self._weigh()
        self._gap = self._spacing if self._measured is None else min(self._spacing, self._measured)
        self._head = self._until + self._phase * self._gap

    def _weigh(self) -> int:
        """How much speaks for a limit of the server, and not for a 429 by chance."""
        if self._let >= 3 and self._refused >= 2 and 2 * self._refused >= self._let:
            return len(EASINGS) - 1
        if self._measured and self._former and 1 / ALIKE < self._measured / self._former < ALIKE:
            return min(self._former_evidence + 1, len(EASINGS) - 1)
        return max(self._former_evidence - 1, 0)
