"""Pools of connections, one per event loop: opened by the first request there, closed with the client or the loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import attrs
from multidict import istr

from .._limits import Slots
from .._limits.per_loop import PerLoop
from .._version import __version__
from ..errors import ClientClosedError
from .attempt import Attempt, Base, Headers, Route, send_once
from .connector import Connector, PromptRequest
from .http import aiohttp
from .opening import Opener
from .proxies import EnvironmentProxies, Proxy
from .wire import Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

__all__ = ["USER_AGENT", "Attempt", "Base", "Pool", "Route", "Transport"]

USER_AGENT: Final = f"asyncsdk/{__version__} {aiohttp.http.SERVER_SOFTWARE}"
LARGER_THAN_A_READ: Final = 2**19  # bytes; asyncio asks for 2**18 at a time, from a socket as from TLS


@attrs.define(eq=False)
class Pool:
    """The connections and slots of one event loop, and those who sleep on it."""

    http: aiohttp.ClientSession
    slots: Slots
    owned: bool
    proxies: EnvironmentProxies = attrs.field(factory=EnvironmentProxies)
    opener: Opener | None = None
    ended: bool = False
    sleepers: dict[asyncio.Future[None], None] = attrs.field(factory=dict)

    async def attempt(
        self, attempt: Attempt, request: Request, *, base: Base, headers: Mapping[str, str], route: Route
    ) -> None:
        """Sends a request once and fills `attempt` in.

        Raises:
            ConfigurationError: it cannot be sent with these settings: the environment names a proxy of an unknown
                kind, or a borrowed session brings credentials of its own.
            asyncio.CancelledError: it was cancelled.
        """
        await send_once(self.http, attempt, request, base.url(request), headers, route, self._proxy(base, route))

    def _proxy(self, base: Base, route: Route) -> Proxy | None:
        """The proxy of this request's own; None: none, or the one that a borrowed session brings."""
        proxy = route.proxy
        if proxy is None and self.owned:
            proxy = self.proxies.find(base.scheme, base.host, base.port)
        return proxy

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds`, or until the client is closed."""
        loop = asyncio.get_running_loop()
        nap = loop.create_future()
        self.sleepers[nap] = None
        timer = loop.call_later(seconds, _wake, nap)
        if self.ended:
            _wake(nap)
        try:
            await nap
        finally:
            timer.cancel()
            self.sleepers.pop(nap, None)

    def wake(self) -> None:
        """Ends every sleep, those to come too, and the wait for a slot: the client is closed, and all have to hear."""
        self.ended = True
        for nap in self.sleepers:
            _wake(nap)
        while self.slots.waiting:
            self.slots.release()  # more than there are, but none of them sends any more


def _wake(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)


class Transport:
    """Pools of connections, one per event loop, shared by a client and its copies.

    A pool is opened by the first request on a loop and closed by `aclose`, or by the end of its loop, whichever comes
    first. A borrowed session is used as it is and never closed.
    """

    def __init__(self, *, max_in_flight: int, borrowed: aiohttp.ClientSession | None) -> None:
        self._max_in_flight = max_in_flight
        self._borrowed = borrowed
        self._pools: PerLoop[Pool] = PerLoop()
        self.closed: bool = False

    def pool(self) -> Pool:
        """The running loop's pool, opened if need be.

        Raises:
            ClientClosedError: the client was closed.
        """
        if self.closed:
            raise ClientClosedError
        if self._borrowed is not None and self._borrowed.closed:
            raise ClientClosedError("the session lent to this Wethod is closed; keep it open for as long as the client")
        pool = self._pools.find()
        if pool is not None and not (pool.owned and pool.http.closed):
            return pool
        return self._open()

    def _open(self) -> Pool:
        slots = Slots(self._max_in_flight)
        if self._borrowed is not None:
            pool, close = Pool(self._borrowed, slots, owned=False), None
        else:
            connector = Connector()
            http = aiohttp.ClientSession(
                connector=connector,
                request_class=PromptRequest,
                # A shared jar would carry one company's cookies to another.
                cookie_jar=aiohttp.DummyCookieJar(),
            )
            pool, close = Pool(http, slots, owned=True, opener=Opener(connector, slots)), http.close
        _keep_read_buffers()
        return self._pools.keep(pool, close)

    async def aclose(self) -> None:
        """Closes the running loop's pool, and wakes whoever sleeps on another: the client is closed for all.

        The connections of other running loops close when their loops end.
        """
        self.closed = True
        for loop, pool in self._pools.others():
            with suppress(RuntimeError):  # its loop has just ended
                loop.call_soon_threadsafe(pool.wake)
        own = self._pools.find()
        if own is not None:
            own.wake()
            await self._pools.aclose()

    def headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Headers in the form that aiohttp takes without copying them first, and that nobody can read.

        Names as `istr` are not made so once more for each request.
        """
        return Headers({istr(name): value for name, value in headers.items()})

    def route(self, connect: float, read: float, proxy: Proxy | None = None, ssl: SSLContext | None = None) -> Route:
        """How requests of a client reach the server.

        Args:
            connect: seconds a connection may take to come about.
            read: seconds between two pieces of an answer.
            proxy: instead of the one that the environment, or a borrowed session, names.
            ssl: instead of the usual certificates.

        aiohttp's `total` is left off: it would count the wait for a slot. A borrowed pool may queue in `connect`; with
        one of our own that is name look-up, a proxy's answer and handshakes only.
        """
        whole = connect if self._borrowed is None else None
        timeouts = aiohttp.ClientTimeout(total=None, connect=whole, sock_connect=connect, sock_read=read)
        return Route(timeouts, proxy, ssl)


def _keep_read_buffers() -> None:
    """Sees to it that the buffers of reads come from the heap, where the last one is still at hand.

    asyncio reads into a new block of 256 KiB and shrinks it to what came. glibc maps blocks of that size into the
    process one by one, and unmaps them: six page faults and three system calls for a page of rows, a tenth of its CPU.
    It ceases to once a larger block was freed (mallopt(3), M_MMAP_THRESHOLD). Elsewhere this does nothing.
    """
    bytes(LARGER_THAN_A_READ)
