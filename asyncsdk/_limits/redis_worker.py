"""One event loop's way to Redis: one trip at a time, and whatever gathers meanwhile goes with the next.

So a burst of requests costs a few trips, not one each, and a caller who is cancelled never interrupts a trip under
way. What a trip carries and what its answer means is decided by the budget that owns the lane.
"""

from __future__ import annotations

import asyncio
import json
import os
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from importlib import resources
from typing import Final, Protocol, cast

import anyio
import attrs
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from .ticket import Ticket

__all__ = ["Answer", "Ask", "Connections", "Lane", "Load"]

CLOSING_SECONDS: Final = 2.0


class _Script(Protocol):
    async def __call__(self, keys: list[str], args: list[str]) -> object: ...


@attrs.define(eq=False)
class Ask:
    """One turn that asks for a grant under `number`; `answered` tells True, or False when Redis is down."""

    turn: Ticket
    number: int
    answered: asyncio.Future[bool]
    wait: float = 0.0  # seconds; negative: granted
    silent: bool = False  # refused because of a pause


@attrs.define(eq=False)
class Load:
    """What goes with one trip."""

    asks: list[Ask] = attrs.Factory(list)
    gone: list[int] = attrs.Factory(list)  # grants and places given up
    told: list[tuple[int, int]] = attrs.Factory(list)  # grants Redis may not know: number, its time or 0 for now
    order: float = 0.0  # seconds of pause to announce

    def __bool__(self) -> bool:
        return bool(self.asks or self.gone or self.told or self.order)


@attrs.frozen
class Answer:
    """What came home. Times are microseconds of Redis's clock; `waits` has one for each ask, negative: granted."""

    now: int
    born: int
    used: int
    last: int
    silence: int  # milliseconds
    waits: list[int]


class Home(Protocol):
    """Who owns a lane and knows what its trips are about."""

    def question(self, load: Load) -> dict[str, object]:
        """What to send; called when a trip departs."""
        ...

    def arrive(self, lane: Lane, load: Load, answer: Answer) -> None:
        """A trip came home; settles every ask of its load."""
        ...

    def lose(self, lane: Lane, load: Load, error: Exception) -> None:
        """A trip failed; its asks are told so afterwards."""
        ...


@attrs.define(eq=False)
class Link:
    """One event loop's client; `over` once it closes, be it because the loop ends: then no trip may begin."""

    client: Redis
    over: bool = False


class Connections:
    """Connections to one Redis, for as many budgets as there are: a few per event loop, not one per budget.

    They close with `aclose`, or with their loop at the latest. `timeout`: seconds until Redis counts as down.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._pid = os.getpid()
        self._open: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[Link, None]]
        self._open = weakref.WeakKeyDictionary()
        self._links: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Link] = weakref.WeakKeyDictionary()
        self._inherited: list[object] = []

    def link(self) -> Link:
        """The running loop's client. Its connections are opened as they are needed."""
        if self._pid != os.getpid():
            # The parent's. Closing one here would take it from the poll set that both processes still share.
            self._pid = os.getpid()
            self._inherited += [*self._links.items(), *self._open.items()]
            self._open, self._links = weakref.WeakKeyDictionary(), weakref.WeakKeyDictionary()
        loop = asyncio.get_running_loop()
        link = self._links.get(loop)
        if link is None:
            # No retries inside: a trip that fails is tried once more in `Lane`, and then requests go on without Redis.
            client = Redis.from_url(
                self._url,
                socket_timeout=self._timeout,
                socket_connect_timeout=self._timeout,
                retry=Retry(NoBackoff(), 0),
            )
            link = self._links[loop] = Link(client)
            closing = self._open[loop] = _closing_with_its_loop(link)
            with suppress(StopIteration):
                closing.__anext__().send(None)  # awaits nothing on its way to the yield
        return link

    async def aclose(self) -> None:
        """Close the running loop's connections. They may be opened again."""
        loop = asyncio.get_running_loop()
        self._links.pop(loop, None)
        closing = self._open.pop(loop, None)
        if closing is not None and self._pid == os.getpid():
            await closing.aclose()


async def _closing_with_its_loop(link: Link) -> AsyncGenerator[Link, None]:
    """Closes a client when the event loop ends: loops close the async generators that began on them."""
    try:
        yield link
    finally:
        link.over = True
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await link.client.aclose()


class Lane:
    """One event loop's way to Redis. `timeout`: seconds one trip may take, with connecting and a second try."""

    def __init__(self, home: Home, link: Link, keys: list[str], timeout: float) -> None:
        text = resources.files(__package__).joinpath("shared_budget.lua").read_text(encoding="utf-8")
        self._script = cast("_Script", link.client.register_script(text))
        self._link = link
        self._home = home
        self._keys = keys
        self._timeout = timeout
        self._trip: asyncio.Task[None] | None = None
        self.load: Load = Load()

    async def ask(self, turn: Ticket, number: int) -> Ask | None:
        """Ask for one grant with the next trip. None: Redis is down, or the loop ends."""
        if self._link.over:
            return None
        ask = Ask(turn, number, asyncio.get_running_loop().create_future())
        self.load.asks.append(ask)
        self.depart()
        return ask if await ask.answered else None

    def depart(self) -> None:
        """See to it that the load goes: now, or right after the trip under way."""
        if self._trip is None and not self._link.over:  # a timer may ring while its loop is being shut down
            self._trip = asyncio.get_running_loop().create_task(self._travel())

    async def home(self, at_most: float | None = None) -> None:
        """Wait until no trip is under way, for `at_most` seconds."""
        if self._trip is not None:
            await asyncio.wait({self._trip}, timeout=at_most)

    async def aclose(self) -> None:
        """Let the last trip come home, for at most the time-out."""
        try:
            await self.home(self._timeout)
        finally:
            if self._trip is not None:
                self._trip.cancel()

    async def _travel(self) -> None:
        load = Load()
        try:
            while True:
                load, self.load = self.load, Load()
                load.asks = [ask for ask in load.asks if not ask.answered.done()]
                try:
                    self._home.arrive(self, load, await self._carry(self._home.question(load)))
                except Exception as error:  # whatever it is, requests go on without Redis
                    load.asks += self.load.asks
                    self.load.asks = []
                    self._home.lose(self, load, error)
                    for ask in load.asks:
                        if not ask.answered.done():
                            ask.answered.set_result(False)
                    return
                if not self.load:
                    return
        finally:
            self._trip = None
            for ask in (*load.asks, *self.load.asks):
                ask.answered.cancel()  # unanswered only where the loop is being shut down

    async def _carry(self, question: dict[str, object]) -> Answer:
        argument = [json.dumps(question)]
        async with asyncio.timeout(self._timeout):
            try:
                answer = await self._script(self._keys, argument)
            except (OSError, RedisConnectionError):
                # A connection dropped while it was idle. Asking again is safe: numbers are granted once.
                answer = await self._script(self._keys, argument)
        return Answer(*cast("tuple[int, int, int, int, int, list[int]]", answer))
