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

import itertools
import logging
import os
import uuid
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING

from . import clock as clocks
from .budget import LocalBudget
from .pause import Pause
from .per_loop import PerLoop
from .redis_address import connections_to, named, place_of
from .ticket import SHORTEST_WAIT, Now, Quota, Refused, Ticket

if TYPE_CHECKING:
    from .redis_worker import GrantRequest, RedisBatch, RedisConnections, RedisWorker, ScriptReply

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
        connections: RedisConnections | None = None,
        clock: Now = clocks.monotonic,
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
        self._by_loop: PerLoop[RedisWorker] = PerLoop()
        self._pid = os.getpid()
        self._process = uuid.uuid4().hex
        self._numbers = itertools.count(1)
        self._granted: OrderedDict[int, int] = OrderedDict()  # own grants of the last period: number, Redis's time
        self._offset = clocks.utc_now().timestamp() - clock()  # Redis's clock less ours, seconds; measured each time
        self._latest = 0  # what Redis's clock said on the last round trip, microseconds
        self._born: int | None = None
        self._used = 0
        self._full = clock()  # when the whole limit is there again
        self._share: LocalBudget | None = None  # while Redis is down
        self._probe_at = 0.0

    def __repr__(self) -> str:
        return f"SharedBudget({place_of(self._url)}, limit={self.limit}, period={self.period:g})"

    async def take(self, ticket: Ticket) -> Refused | None:
        """Grant one request, or say when it is worth asking again. Waits for Redis, never for the budget."""
        worker = self._worker()
        if self._share is not None:
            return await self._take_share(worker, ticket)
        if ticket.number is None:
            ticket.name(next(self._numbers))
        try:
            asked = await worker.request(ticket, ticket.number or 0)
        except BaseException:
            self.give_back(ticket)  # the round trip may still bring a grant or a place: the next one takes it back
            raise
        if asked is None:
            return await self._take_share(worker, ticket)
        if asked.wait < 0:
            return None
        seconds = max(asked.wait, SHORTEST_WAIT)
        if asked.paused:
            return self._pause.ask(ticket) or Refused(seconds, "pause", seconds)
        return Refused(seconds, "budget", min(seconds, self._longest_nap))

    def give_back(self, ticket: Ticket) -> None:
        """Undo a grant that was not used, and leave the line. Redis learns of it at once, with the next batch."""
        if self._share is not None:
            self._share.give_back(ticket)
        ticket.leave()
        if ticket.number is not None:
            self._forget(self._open_worker(), ticket.number)
            ticket.name(None)

    def extra(self, count: int = 1) -> None:
        """Charge `count` requests that were sent without asking."""
        worker = self._open_worker()
        for _ in range(count):
            number = next(self._numbers)
            self._granted[number] = self._redis_time()
            if worker is not None:
                worker.batch.told.append((number, 0))
        if self._share is not None:
            self._share.extra(count)
        elif worker is not None:
            worker.start()

    async def announce(self, seconds: float) -> None:
        """Tell all who share this budget of a pause. Does not wait; they learn of it when they next ask."""
        worker = self._open_worker()
        if worker is not None and self._share is None:
            worker.batch.announce(seconds)
            worker.start()

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
        worker = self._worker()
        worker.start()
        await worker.drain()
        return self.quota()

    async def aclose(self) -> None:
        """Let the last round trip end and close this event loop's connection. Takes at most twice `timeout`."""
        worker = self._by_loop.find()
        if worker is None:
            return
        try:
            await worker.drain(self._timeout)
        finally:
            await self._by_loop.aclose()
            try:
                await worker.aclose()
            finally:
                if self._owner:
                    await self._connections.aclose()

    # What the worker asks.

    def argument(self, requests: list[GrantRequest], batch: RedisBatch) -> dict[str, object]:
        """The script's argument."""
        return {
            "process": self._process,
            "limit": self.limit,
            "bulk_limit": self.limit - int(self.limit * self._reserve),
            "period": _us(self.period),
            "grace": _us(self._grace),
            "nap": _us(self._longest_nap),
            "fresh": _us(min(MOST_FRESH, self.period / 10)),
            "order": int(batch.order * 1000),
            "told": batch.told,
            "gone": batch.gone,
            "asks": [(each.number, each.ticket.bulk, each.ticket.arrived) for each in requests],
        }

    def apply(self, worker: RedisWorker, requests: list[GrantRequest], answer: ScriptReply) -> None:
        """Hand out what Redis replied to a batch."""
        now = self._clock()
        self._offset = answer.now / 1e6 - now
        self._used = answer.used
        self._full = now + self.period - (answer.now - answer.last) / 1e6
        self._remember(worker, answer)
        pause = answer.pause / 1000
        if pause > SLACK:
            self._pause.hold(pause)
        paused = pause > 0
        for index, each in enumerate(requests):
            if each.answered.done():
                continue  # cancelled meanwhile, and given back
            wait = pause if paused else answer.waits[index] / 1e6
            if wait < 0:
                self._granted[each.number] = answer.now
            elif not each.ticket.arrived and not paused:
                each.ticket.arrive(answer.now + index + 1)
            each.answer(wait, paused=paused)

    def fail(self, worker: RedisWorker, batch: RedisBatch, error: Exception) -> None:
        """Redis is down: keep to a share of the limit, in which what this process was granted counts."""
        self._probe_at = self._clock() + self._probe
        worker.batch.gone[:0] = batch.gone
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

    def _remember(self, worker: RedisWorker, answer: ScriptReply) -> None:
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
            worker.batch.tell(list(granted.items()))
        if self._share is not None:
            self._share = None
            logger.info("the budget in Redis at %s is back", place_of(self._url))
        self._born = answer.born

    async def _take_share(self, worker: RedisWorker, ticket: Ticket) -> Refused | None:
        if self._share is None:  # Redis was down and is up again in the same moment
            return Refused(SHORTEST_WAIT, "budget", SHORTEST_WAIT)
        refused = await self._share.take(ticket)
        if refused is None:
            if ticket.number is None:
                ticket.name(next(self._numbers))
            self._granted[ticket.number or 0] = self._redis_time()
        if self._clock() >= self._probe_at:
            self._probe_at = self._clock() + self._probe
            worker.start()
        return refused

    def _forget(self, worker: RedisWorker | None, number: int) -> None:
        """A grant or a place that is not wanted any more."""
        self._granted.pop(number, None)
        if worker is not None:
            worker.batch.gone.append(number)
            if self._share is None:
                worker.start()

    def _redis_time(self) -> int:
        return _us(self._clock() + self._offset)

    def _open_worker(self) -> RedisWorker | None:
        # What is cleaned up after the client was closed must not open a connection nobody would close.
        try:
            return self._by_loop.find()
        except RuntimeError:
            return None

    def _worker(self) -> RedisWorker:
        worker = self._by_loop.find()
        if worker is None:
            from .redis_worker import RedisWorker

            if self._pid != os.getpid():
                self._start_over()
            worker = RedisWorker(self, self._connections.client(), self._keys, self._timeout)
            self._by_loop.keep(worker)
        return worker

    def _start_over(self) -> None:
        """After a fork: the grants are the parent's."""
        self._pid = os.getpid()
        self._process = uuid.uuid4().hex
        self._granted = OrderedDict()


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
