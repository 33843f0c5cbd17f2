"""The hourly budget: what one has to do, and one that is kept in process."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from . import clock as clocks
from .ticket import SHORTEST_WAIT, Now, Position, Quota, Refused, Ticket

__all__ = ["Budget", "LocalBudget", "Unlimited"]


class Budget(Protocol):
    """How many requests may be sent: in process (`LocalBudget`), shared through Redis (`SharedBudget`), or any."""

    async def take(self, ticket: Ticket) -> Refused | None:
        """Ask for one request, without waiting for the budget. None: granted, send it now."""
        ...

    def give_back(self, ticket: Ticket) -> None:
        """Undo: the ticket's grant was not used, or its holder waits no longer. Harmless when it holds nothing."""
        ...

    def extra(self, count: int = 1) -> None:
        """Charge `count` requests that were sent without asking."""
        ...

    async def announce(self, seconds: float) -> None:
        """Tell those who share this budget that the server ordered a pause of `seconds`. Does not wait."""
        ...

    def quota(self) -> Quota:
        """What is left, as far as is known here."""
        ...

    async def refresh(self) -> Quota:
        """What is left, asking whoever knows best."""
        ...

    async def aclose(self) -> None:
        """Close what belongs to the running event loop. The budget may be used again."""
        ...


class WaitingLine:
    """Who waits for a budget, in the order they came.

    Whoever does not return within `grace` seconds of the moment he was told drops out, so that a caller who
    vanished cannot keep a grant from the others.
    """

    __slots__ = ("_due", "_grace", "places")

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self.places: list[Position] = []
        self._due: dict[Position, float] = {}

    def ahead(self, place: Position | None, now: float) -> int:
        """How many are before `place`; None is the end of the line."""
        places = self.places
        while places and self._due[places[0]] + self._grace < now:
            self.leave(places[0])
        return len(places) if place is None else bisect_left(places, place)

    def wait(self, place: Position, due: float) -> None:
        """Keep `place` until `due`."""
        if place not in self._due:
            insort(self.places, place)
        self._due[place] = due

    def leave(self, place: Position) -> None:
        """Give `place` up, if it is in the line."""
        if self._due.pop(place, None) is not None:
            del self.places[bisect_left(self.places, place)]


class LocalBudget:
    """An exact moving window in process: in no `period` are more than `limit` requests granted.

    `limit`: requests. `period`: seconds. `reserve`: the share of `limit` that bulk tickets leave to the others.
    `longest_nap`: seconds between two looks of one waiter. `grace`: seconds a waiter may be late before his place
    is given up. `spent`: when requests were sent before, by `clock`, the oldest first.

    Those who were refused are served in the order they came, bulk after all others; each is told the moment at
    which a grant frees for him.

    Safe to share between event loops in several threads, not between processes: each counts what it sends itself, so
    four of them with the whole limit send four times as much. After a fork the child goes on from what its parent had
    sent.
    """

    def __init__(
        self,
        limit: int = 5000,
        period: float = 3600.0,
        *,
        reserve: float = 0.2,
        longest_nap: float = 30.0,
        grace: float = 1.0,
        spent: Iterable[float] = (),
        clock: Now = clocks.monotonic,
    ) -> None:
        self.limit = limit
        self.period = period
        self._bulk_limit = limit - int(limit * reserve)
        self._longest_nap = longest_nap
        self._clock = clock
        self._times: deque[float] = deque(spent)
        self._first = WaitingLine(grace)
        self._bulk = WaitingLine(grace)
        self._number = 0
        self._lock = threading.Lock()

    async def take(self, ticket: Ticket) -> Refused | None:
        """Grant one request, or say when it is worth asking again."""
        with self._lock:
            now = self._clock()
            times = self._times
            while times and times[0] + self.period <= now:
                times.popleft()
            limit, line = (self._bulk_limit, self._bulk) if ticket.bulk else (self.limit, self._first)
            ahead = line.ahead(ticket.place, now) if line.places else 0
            if ticket.bulk and self._first.places:
                ahead += self._first.ahead(None, now)
            missing = len(times) + ahead - limit
            if missing < 0:
                times.append(now)
                if ticket.place is not None:
                    line.leave(ticket.place)
                ticket.granted(now)
                return None
            seconds = max(self._until_free(missing, now), SHORTEST_WAIT)
            nap = min(seconds, self._longest_nap)
            if ticket.place is None:
                self._number += 1
                ticket.queue_at((now, self._number))
            if ticket.place is not None:
                line.wait(ticket.place, now + nap)
            return Refused(seconds, "budget", nap)

    def _until_free(self, missing: int, now: float) -> float:
        """Seconds until `missing` + 1 grants have left the window, those not yet given out counted from now."""
        rounds, index = divmod(missing, max(1, self.limit))
        leaves = self._times[index] if index < len(self._times) else now
        return leaves + (rounds + 1) * self.period - now

    def give_back(self, ticket: Ticket) -> None:
        """Undo a grant that was not used, and leave the line."""
        with self._lock:
            if ticket.place is not None:
                (self._bulk if ticket.bulk else self._first).leave(ticket.place)
            if ticket.grant is not None:
                times = self._times
                # From the right: what is given back was granted a moment ago.
                for index in range(len(times) - 1, -1, -1):
                    if times[index] == ticket.grant:
                        del times[index]
                        break
                    if times[index] < ticket.grant:
                        break
            ticket.leave()

    def extra(self, count: int = 1) -> None:
        """Charge `count` requests that were sent without asking."""
        with self._lock:
            now = self._clock()
            self._times.extend([now] * count)

    async def announce(self, seconds: float) -> None:
        """Nobody else shares this budget."""

    def quota(self) -> Quota:
        """What is left now."""
        with self._lock:
            now = self._clock()
            times = self._times
            while times and times[0] + self.period <= now:
                times.popleft()
            full_in = times[-1] + self.period - now if times else None
            remaining = max(0, self.limit - len(times))
        full_at = None if full_in is None else clocks.utc_now() + timedelta(seconds=full_in)
        return Quota(self.limit, remaining, full_at)

    async def refresh(self) -> Quota:
        """The same as `quota`."""
        return self.quota()

    async def aclose(self) -> None:
        """Nothing to close."""


class Unlimited:
    """No budget of one's own: only the server's 429 and the pause it orders hold requests back."""

    async def take(self, ticket: Ticket) -> Refused | None:
        """Always granted."""

    def give_back(self, ticket: Ticket) -> None:
        """Nothing was counted."""

    def extra(self, count: int = 1) -> None:
        """Nothing is counted."""

    async def announce(self, seconds: float) -> None:
        """Nobody else shares this budget."""

    def quota(self) -> Quota:
        """No limit."""
        return Quota(None, None)

    async def refresh(self) -> Quota:
        """No limit."""
        return self.quota()

    async def aclose(self) -> None:
        """Nothing to close."""
