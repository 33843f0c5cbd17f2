"""One hourly budget for all processes and hosts of a person, kept in Redis.

The window, the line of those who wait and the pause live in Redis and are decided by one script, so that a request
costs at most one round trip and every process sees the same truth on Redis's own clock. `limits`, the library one
would take, keeps an equally exact moving window. It cannot do the rest: its window runs on each host's clock, it
answers yes or no (a second trip tells when), it takes a block whole or not at all, cannot give a grant back, and
knows neither a line nor a pause; those, in scripts beside it, would be three trips for each request.

How it stays exact: a grant counts from the moment it is given, by Redis's clock. Where that clock was set back, what is
stamped in the future counts as given now.

How it stays fair: those who were refused are served in the order they came, whichever process they are of, and a
process that has had its share leaves the rest to those who lately went hungry, until they have theirs or ask no more.

What happens without Redis: one warning, then this process keeps to its share of the limit and looks for Redis now
and then. When Redis comes back, or was restarted and forgot, each process tells it again what it was granted.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import uuid
import weakref
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING

from . import clock as clocks
from .budget import LocalBudget
from .pause import Pause
from .redis_address import connections_to, named, place_of
from .ticket import SHORTEST_WAIT, Clock, Quota, Refused, Ticket

if TYPE_CHECKING:
    from .redis_worker import Answer, Connections, Lane, Load

__all__ = ["SharedBudget", "connections_to"]

logger: logging.Logger = logging.getLogger(__name__)

KEYS = ("window", "first", "bulk", "due", "tally", "hungry", "pause", "born")
"""What the script keeps; described there."""

SLACK = 0.05
"""Seconds. The rest of a pause shorter than this is the difference between two clocks, not news."""

CLOCKS_DIFFER = 1.0
"""Seconds. A clock that says less than before by more than this was set back; answers may overtake each other."""

MOST_FRESH = 1.0
"""Seconds. How long the rest of its fair share is kept for a process that went hungry and asks no more."""


class SharedBudget:
    """An exact moving window shared through Redis: in no `period` are more than `limit` requests granted in all.

    `url`: `redis://[:password@]host:port/db`, `rediss://...`, `unix://...`. `key`: who shares; a hash of the token,
    or a name of your own (the limit is per person, who may hold several tokens), never the token. `pause`: the
    token's pause, which is told what other processes were ordered. `limit`, `period`, `reserve`, `longest_nap`,
    `grace`: as for `LocalBudget`. `workers`: without Redis this process keeps to `limit / workers`. `probe`: seconds
    between two looks for Redis meanwhile. `timeout`: seconds until Redis counts as down.

    `connections`: shared with other budgets and closed by whoever made them; by default its own.

    May be used on several event loops and after a fork; each has its own connection, which `aclose` closes.

    Raises `ConfigurationError` where the extra `redis` is not installed, `ArgumentError` where `url` is none.
    """

    def __init__(
        self,
        url: str,
        key: str,
        limit: int = 5000,
        period: float = 3600.0,
        *,
        pause: Pause,
        reserve: float = 0.2,
        workers: int = 4,
        probe: float = 5.0,
        timeout: float = 1.0,
        longest_nap: float = 30.0,
        grace: float = 1.0,
        connections: Connections | None = None,
        clock: Clock = clocks.monotonic,
    ) -> None:
        self._connections = connections or connections_to(url, timeout)
        self._owner = connections is None
        self.limit = limit
        self.period = period
        self._url = url
        self._keys = [f"asyncsdk:{{{key}}}:{name}" for name in KEYS]
        self._pause = pause
        self._reserve = reserve
        self._workers = workers
        self._probe = probe
        self._timeout = timeout
        self._longest_nap = longest_nap
        self._grace = grace
        self._clock = clock
        self._lanes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Lane] = weakref.WeakKeyDictionary()
        self._inherited: list[object] = []
        self._pid = os.getpid()
        self._process = uuid.uuid4().hex
        self._numbers = itertools.count(1)
        self._granted: OrderedDict[int, int] = OrderedDict()  # own grants of the last period: number, Redis's time
        self._offset = clocks.utc_now().timestamp() - clock()  # Redis's clock less ours, seconds; measured on each trip
        self._latest = 0  # what Redis's clock said on the last trip, microseconds
        self._born: int | None = None
        self._used = 0
        self._full = clock()  # when the whole limit is there again
        self._share: LocalBudget | None = None  # while Redis is down
        self._probe_at = 0.0

    def __repr__(self) -> str:
        return f"SharedBudget({place_of(self._url)}, limit={self.limit}, period={self.period:g})"

    async def take(self, turn: Ticket) -> Refused | None:
        """Grant one request, or say when it is worth asking again. Waits for Redis, never for the budget."""
        lane = self._lane()
        if self._share is not None:
            return await self._take_share(lane, turn)
        if turn.number is None:
            turn.number = next(self._numbers)
        try:
            ask = await lane.ask(turn, turn.number)
        except BaseException:
            self.give_back(turn)  # the trip may still bring a grant or a place home: the next one takes it back
            raise
        if ask is None:
            return await self._take_share(lane, turn)
        if ask.wait < 0:
            return None
        seconds = max(ask.wait, SHORTEST_WAIT)
        if ask.silent:
            return self._pause.ask(turn) or Refused(seconds, "pause", seconds)
        return Refused(seconds, "budget", min(seconds, self._longest_nap))

    def give_back(self, turn: Ticket) -> None:
        """Undo a grant that was not used, and leave the line. Redis learns of it with the next trip, begun at once."""
        if self._share is not None:
            self._share.give_back(turn)
        turn.place = turn.grant = None
        if turn.number is not None:
            self._forget(self._open_lane(), turn.number)
            turn.number = None

    def extra(self, count: int = 1) -> None:
        """Charge `count` requests that were sent without asking."""
        lane = self._open_lane()
        for _ in range(count):
            number = next(self._numbers)
            self._granted[number] = self._redis_time()
            if lane is not None:
                lane.load.told.append((number, 0))
        if self._share is not None:
            self._share.extra(count)
        elif lane is not None:
            lane.depart()

    async def announce(self, seconds: float) -> None:
        """Tell all who share this budget of a pause. Does not wait; they learn of it when they next ask."""
        lane = self._open_lane()
        if lane is not None and self._share is None:
            lane.load.order = max(lane.load.order, seconds)
            lane.depart()

    def quota(self) -> Quota:
        """What was left at the last look."""
        if self._share is not None:
            return self._share.quota()
        full_in = self._full - self._clock()
        if full_in <= 0:
            return Quota(self.limit, self.limit)
        return Quota(self.limit, max(0, self.limit - self._used), clocks.utc_now() + timedelta(seconds=full_in))

    async def refresh(self) -> Quota:
        """What is left now."""
        lane = self._lane()
        lane.depart()
        await lane.home()
        return self.quota()

    async def aclose(self) -> None:
        """Let the last trip come home and close this event loop's connection. Takes at most twice `timeout`."""
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(loop)
        if lane is None:
            return
        try:
            await lane.home(self._timeout)
        finally:
            self._lanes.pop(loop, None)
            try:
                await lane.aclose()
            finally:
                if self._owner:
                    await self._connections.aclose()

    # What the lane asks its home.

    def question(self, load: Load) -> dict[str, object]:
        """The script's argument."""
        return {
            "process": self._process,
            "limit": self.limit,
            "bulk_limit": self.limit - int(self.limit * self._reserve),
            "period": _us(self.period),
            "grace": _us(self._grace),
            "nap": _us(self._longest_nap),
            "fresh": _us(min(MOST_FRESH, self.period / 10)),
            "order": int(load.order * 1000),
            "told": load.told,
            "gone": load.gone,
            "asks": [(ask.number, ask.turn.bulk, ask.turn.arrived) for ask in load.asks],
        }

    def arrive(self, lane: Lane, load: Load, answer: Answer) -> None:
        """Hand out what a trip brought home."""
        now = self._clock()
        self._offset = answer.now / 1e6 - now
        self._used = answer.used
        self._full = now + self.period - (answer.now - answer.last) / 1e6
        self._remember(lane, answer)
        silence = answer.silence / 1000
        if silence > SLACK:
            self._pause.hold(silence)
        for index, ask in enumerate(load.asks):
            if ask.answered.done():
                continue  # cancelled meanwhile, and given back
            ask.silent = silence > 0
            ask.wait = silence if ask.silent else answer.waits[index] / 1e6
            if ask.wait < 0:
                self._granted[ask.number] = answer.now
            elif not ask.turn.arrived and not ask.silent:
                ask.turn.arrived = answer.now + index + 1
            ask.answered.set_result(True)

    def lose(self, lane: Lane, load: Load, error: Exception) -> None:
        """Redis is down: keep to a share of the limit, in which what this process was granted counts."""
        self._probe_at = self._clock() + self._probe
        lane.load.gone[:0] = load.gone
        if self._share is not None:
            return
        spent = sorted(stamp / 1e6 - self._offset for stamp in self._granted.values())
        self._share = LocalBudget(
            max(1, self.limit // self._workers),
            self.period,
            reserve=self._reserve,
            longest_nap=self._probe,
            grace=self._grace,
            spent=spent,
            clock=self._clock,
        )
        logger.warning(
            "the budget in Redis at %s cannot be used (%s); until it can, at most %d requests in %g s are sent",
            place_of(self._url),
            named(error, self._timeout),
            self._share.limit,
            self.period,
        )

    def _remember(self, lane: Lane, answer: Answer) -> None:
        """Keep the own grants of one period, and tell them to a Redis that was away or forgot them."""
        granted = self._granted
        if answer.now < self._latest - _us(CLOCKS_DIFFER):
            # Redis's clock was set back: as the script does, the newest counts as given now.
            ahead = max(0, max(granted.values(), default=0) - answer.now)
            for number, stamp in granted.items():
                if stamp > answer.now:
                    granted[number] = stamp - ahead
        self._latest = answer.now
        while granted:
            number, stamp = next(iter(granted.items()))
            if stamp > answer.now - _us(self.period):
                break
            del granted[number]
        if self._share is not None or self._born not in (None, answer.born):
            lane.load.told = list(granted.items())
        if self._share is not None:
            self._share = None
            logger.info("the budget in Redis at %s is back", place_of(self._url))
        self._born = answer.born

    async def _take_share(self, lane: Lane, turn: Ticket) -> Refused | None:
        if self._share is None:  # Redis was down and is up again in the same moment
            return Refused(SHORTEST_WAIT, "budget", SHORTEST_WAIT)
        refused = await self._share.take(turn)
        if refused is None:
            if turn.number is None:
                turn.number = next(self._numbers)
            self._granted[turn.number] = self._redis_time()
        if self._clock() >= self._probe_at:
            self._probe_at = self._clock() + self._probe
            lane.depart()
        return refused

    def _forget(self, lane: Lane | None, number: int) -> None:
        """A grant or a place that is not wanted any more."""
        self._granted.pop(number, None)
        if lane is not None:
            lane.load.gone.append(number)
            if self._share is None:
                lane.depart()

    def _redis_time(self) -> int:
        return _us(self._clock() + self._offset)

    def _open_lane(self) -> Lane | None:
        # What is cleaned up after the client was closed must not open a connection nobody would close.
        try:
            return self._lanes.get(asyncio.get_running_loop())
        except RuntimeError:
            return None

    def _lane(self) -> Lane:
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(loop)
        if lane is None:
            from .redis_worker import Lane

            if self._pid != os.getpid():
                self._start_over()
            lane = self._lanes[loop] = Lane(self, self._connections.link(), self._keys, self._timeout)
        return lane

    def _start_over(self) -> None:
        """After a fork: the grants are the parent's. Its connections are kept, but never touched.

        Closing one here would take it from the poll set that both processes still share.
        """
        self._pid = os.getpid()
        self._process = uuid.uuid4().hex
        self._granted = OrderedDict()
        self._inherited += [(loop, lane) for loop, lane in self._lanes.items()]
        self._lanes = weakref.WeakKeyDictionary()


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
