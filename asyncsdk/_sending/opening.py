"""Connections made ahead of the requests that will use them, in the pool of one event loop.

A request that has to make its connection first takes three round trips instead of one, and later ones overtake it. So a
walk that knows that it will need more connections has them opened while its first pages are read, and sends a page when
a connection is ready to carry it. Connections that stay unused are idle ones like any other.

This works with the connector of a pool of our own, never with a borrowed session. It does nothing by itself: whoever
wants a connection runs `open` in a task and ends that task.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from .._limits import Slots
from .http import ConnectionKey, aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yarl import URL

    from .connector import Connector

__all__ = ["Connections", "Opener", "Origin", "Roads"]

Origin: TypeAlias = "tuple[str, int | None, bool]"
"""Host, port, and whether it is encrypted."""


@attrs.frozen
class _Road:
    """How the requests to one origin connect: the key under which a pool keeps their connections, and what makes it."""

    key: ConnectionKey
    origin: URL
    how: Mapping[str, Any] = attrs.field(repr=False)


class Roads:
    """Remembers how requests connect, by origin, so that a connection made ahead is one that they can use.

    The connector of a pool owns it and tells it of each request that is about to get a connection.
    """

    def __init__(self) -> None:
        self._by_origin: dict[Origin, _Road] = {}
        self._waiting: dict[asyncio.Future[None], None] = {}

    def note(self, request: aiohttp.ClientRequest) -> None:
        """Takes in how a request connects."""
        key = request.connection_key
        origin = (key.host, key.port, key.is_ssl)
        road = self._by_origin.get(origin)
        if road is not None and road.key == key:
            return
        how = {
            "ssl": request.ssl,
            "proxy": request.proxy,
            "proxy_auth": request.proxy_auth,
            "proxy_headers": request.proxy_headers,
            "server_hostname": request.server_hostname,
        }
        self._by_origin[origin] = _Road(key, request.url.origin(), how)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def to(self, origin: Origin) -> _Road | None:
        """Returns how requests to an origin connect; None: there was none."""
        return self._by_origin.get(origin)

    async def find(self, origin: Origin) -> _Road:
        """Returns the same, after the first of them."""
        while (road := self._by_origin.get(origin)) is None:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting[waiting] = None
            try:
                await waiting
            finally:
                del self._waiting[waiting]
        return road


class Opener:
    """Makes connections ahead in one pool, and counts those that are on their way.

    Args:
        connector: of the pool; calls `roads.note` before it gives a request a connection.
        slots: those of the pool: there are no more connections than requests may be in flight.
    """

    def __init__(self, connector: Connector, slots: Slots) -> None:
        self._connector = connector
        self._roads = connector.roads
        self._slots = slots
        self._opening = 0
        self._claimed = 0

    def to(self, origin: Origin, seconds: float) -> Connections:
        """Returns the connections to one origin; making one may take so many seconds."""
        return Connections(self, origin, seconds)

    def ready(self, origin: Origin) -> int | None:
        """Returns how many idle connections nobody has claimed; None where the pool is closed."""
        if self._connector.closed:
            return None
        road = self._roads.to(origin)
        idle = None if road is None else self._connector._conns.get(road.key)
        return sum([each[0].is_connected() for each in idle or ()]) - self._claimed

    def room(self, origin: Origin, free: int | None) -> int:
        """Returns how many more connections may be made where `free` more requests may be sent; None: as slots say."""
        slots = self._slots
        most = slots.free if free is None else min(free, slots.free)
        idle = max(0, self.ready(origin) or 0) + self._claimed  # or about to be made by a request
        return max(0, most - slots.waiting - idle - self._opening)

    def claim(self, count: int) -> None:
        """Keeps idle connections from being counted until the requests that take them do; negative: no longer."""
        self._claimed += count

    async def open(self, origin: Origin, seconds: float) -> bool:
        """Makes one connection and puts it among the idle ones.

        It connects as the requests before it did; before the first of them it waits for that one. What goes wrong is
        for the next request to find out, which then connects by itself.

        Returns:
            Whether it worked.
        """
        self._opening += 1
        try:
            road = await self._roads.find(origin)
            return await self._connect(road, seconds)
        except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError, TypeError, ValueError):
            return False
        finally:
            self._opening -= 1

    async def _connect(self, road: _Road, seconds: float) -> bool:
        connector = self._connector
        request = aiohttp.ClientRequest("GET", road.origin, loop=asyncio.get_running_loop(), **road.how)
        if connector.closed or request.connection_key != road.key:
            return False
        timeout = aiohttp.ClientTimeout(total=None, connect=seconds, sock_connect=seconds)
        await connector.open(request, [], timeout)
        return True


@attrs.frozen(eq=False)
class Connections:
    """The connections to one origin, as a walk counts on them and has them made ahead."""

    _opener: Opener
    _origin: Origin
    _seconds: float

    def ready(self) -> int | None:
        """Returns how many requests would find a connection now; None where that cannot be told."""
        return self._opener.ready(self._origin)

    def room(self, free: int | None) -> int:
        """Returns how many more connections may be made where `free` more requests may be sent; None: any number."""
        return self._opener.room(self._origin, free)

    def claim(self, count: int) -> None:
        """Counts connections for requests that are about to be sent; negative: they have them, or do without."""
        self._opener.claim(count)

    async def open(self) -> bool:
        """Makes one connection. Returns whether that worked."""
        return await self._opener.open(self._origin, self._seconds)
