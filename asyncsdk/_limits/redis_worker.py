"""Sends the questions of one event loop to Redis, batch after batch: what gathers meanwhile goes with the next one.

So a burst of requests costs a few round trips, not one each, and a caller who is cancelled never interrupts a round
trip under way. What a batch carries and what its reply means is decided by the budget that owns the worker.
"""

from __future__ import annotations

import asyncio
import json
from importlib import resources
from typing import Protocol, cast

import attrs
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from .per_loop import PerLoop
from .ticket import Ticket

__all__ = ["GrantRequest", "RedisBatch", "RedisClient", "RedisConnections", "RedisWorker", "ScriptReply"]


class _Script(Protocol):
    async def __call__(self, keys: list[str], args: list[str]) -> object: ...


@attrs.define(eq=False)
class GrantRequest:
    """One ticket that asks for a grant under `number`; `answered` tells True, or False when Redis is down."""

    ticket: Ticket
    number: int
    answered: asyncio.Future[bool]
    wait: float = 0.0  # seconds; negative: granted
    paused: bool = False  # refused because of a pause

    def answer(self, wait: float, *, paused: bool) -> None:
        """Takes in what Redis said, and tells whoever waits."""
        self.wait, self.paused = wait, paused
        self.answered.set_result(True)


@attrs.define(eq=False)
class RedisBatch:
    """What goes to Redis with one round trip."""

    requests: list[GrantRequest] = attrs.Factory(list)
    gone: list[int] = attrs.Factory(list)  # grants and places given up
    told: list[tuple[int, int]] = attrs.Factory(list)  # grants Redis may not know: number, its time or 0 for now
    order: float = 0.0  # seconds of pause to announce

    def __bool__(self) -> bool:
        return bool(self.requests or self.gone or self.told or self.order)

    def announce(self, seconds: float) -> None:
        """Adds a pause to announce; the longest one counts."""
        self.order = max(self.order, seconds)

    def tell(self, granted: list[tuple[int, int]]) -> None:
        """Puts all grants that Redis may have forgotten in the place of those that were to be told."""
        self.told = granted

    def open(self) -> list[GrantRequest]:
        """Returns the requests that somebody still waits for."""
        return [each for each in self.requests if not each.answered.done()]


@attrs.frozen
class ScriptReply:
    """What Redis replied to a batch.

    Times are microseconds of Redis's clock; `waits` has one for each request, negative: granted.
    """

    now: int
    born: int
    used: int
    last: int
    pause: int  # milliseconds
    waits: list[int]


class BatchOwner(Protocol):
    """Who owns a worker and knows what its batches are about."""

    def argument(self, requests: list[GrantRequest], batch: RedisBatch) -> dict[str, object]:
        """Returns what to send; called when a round trip begins."""
        ...

    def apply(self, worker: RedisWorker, requests: list[GrantRequest], reply: ScriptReply) -> None:
        """Takes in the reply to a batch and answers each of its requests."""
        ...

    def fail(self, worker: RedisWorker, batch: RedisBatch, error: Exception) -> None:
        """Takes in that a round trip failed; its requests are told so afterwards."""
        ...


@attrs.define(eq=False)
class RedisClient:
    """One event loop's client; `over` once it closes, be it because the loop ends: then no round trip may begin."""

    client: Redis
    over: bool = False

    async def aclose(self) -> None:
        """Closes the client's connections."""
        self.over = True
        await self.client.aclose()


class RedisConnections:
    """Connections to one Redis, for as many budgets as there are: a few per event loop, not one per budget.

    They close with `aclose`, or with their loop at the latest. `timeout`: seconds until Redis counts as down.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._clients: PerLoop[RedisClient] = PerLoop()

    def client(self) -> RedisClient:
        """Returns the running loop's client. Its connections are opened as they are needed."""
        found = self._clients.find()
        if found is not None:
            return found
        # No retries inside: the worker tries a round trip once more, and then requests go on without Redis.
        redis = Redis.from_url(
            self._url,
            socket_timeout=self._timeout,
            socket_connect_timeout=self._timeout,
            retry=Retry(NoBackoff(), 0),
        )
        made = RedisClient(redis)
        return self._clients.keep(made, made.aclose)

    async def aclose(self) -> None:
        """Closes the running loop's connections. They may be opened again."""
        await self._clients.aclose()


class RedisWorker:
    """Runs the round trips of one event loop. `timeout`: seconds of one, with connecting and a second try."""

    def __init__(self, owner: BatchOwner, client: RedisClient, keys: list[str], timeout: float) -> None:
        text = resources.files(__package__).joinpath("shared_budget.lua").read_text(encoding="utf-8")
        self._script = cast("_Script", client.client.register_script(text))
        self._client = client
        self._owner = owner
        self._keys = keys
        self._timeout = timeout
        self._running: asyncio.Task[None] | None = None
        self.batch: RedisBatch = RedisBatch()

    async def request(self, ticket: Ticket, number: int) -> GrantRequest | None:
        """Asks for one grant with the next batch. None: Redis is down, or the loop ends."""
        if self._client.over:
            return None
        asked = GrantRequest(ticket, number, asyncio.get_running_loop().create_future())
        self.batch.requests.append(asked)
        self.start()
        return asked if await asked.answered else None

    def start(self) -> None:
        """Sends the batch: now, or right after the round trip under way."""
        if self._running is None and not self._client.over:  # a timer may ring while its loop is being shut down
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def drain(self, at_most: float | None = None) -> None:
        """Waits until no round trip is under way, for `at_most` seconds."""
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=at_most)

    async def aclose(self) -> None:
        """Lets the last round trip end, for at most the time-out."""
        try:
            await self.drain(self._timeout)
        finally:
            if self._running is not None:
                self._running.cancel()

    async def _run(self) -> None:
        batch = RedisBatch()
        try:
            while True:
                batch, self.batch = self.batch, RedisBatch()
                requests = batch.open()
                try:
                    reply = await self._execute(self._owner.argument(requests, batch))
                    self._owner.apply(self, requests, reply)
                except Exception as error:  # whatever it is, requests go on without Redis
                    waiting = [*requests, *self.batch.requests]
                    self.batch.requests.clear()
                    self._owner.fail(self, batch, error)
                    for each in waiting:
                        if not each.answered.done():
                            each.answered.set_result(False)
                    return
                if not self.batch:
                    return
        finally:
            self._running = None
            for each in (*batch.requests, *self.batch.requests):
                each.answered.cancel()  # unanswered only where the loop is being shut down

    async def _execute(self, argument: dict[str, object]) -> ScriptReply:
        text = [json.dumps(argument)]
        async with asyncio.timeout(self._timeout):
            try:
                reply = await self._script(self._keys, text)
            except (OSError, RedisConnectionError):
                # A connection dropped while it was idle. Asking again is safe: numbers are granted once.
                reply = await self._script(self._keys, text)
        return ScriptReply(*cast("tuple[int, int, int, int, int, list[int]]", reply))
