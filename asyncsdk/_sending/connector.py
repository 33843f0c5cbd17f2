"""The pool of connections: aiohttp's, which hands out only those on which nothing came that nobody asked for.

aiohttp takes a kept connection for usable while it is connected. So an answer that came too late, a second answer, or
the 408 a proxy writes before it closes would be taken for the answer to the next request, whosever that is. Bytes may
have been read already, or still wait in the kernel because the loop was busy: both are looked at before each reuse.
What arrives after a request has left cannot be told from its answer.

A request that may not be repeated takes a connection that was in use a moment ago, or a new one: servers close idle
connections without a word, and a request that meets such a close on the way would have an unknown outcome.
"""

from __future__ import annotations

import asyncio
import select
import sys
from types import coroutine
from typing import TYPE_CHECKING, Any, Final, Literal

from .http import AbstractStreamWriter, Connection, HttpParser, ResponseHandler, Trace, aiohttp, pooling
from .opening import Roads
from .statuses import REPEATABLE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Generator

__all__ = ["Connector", "PromptRequest", "look"]

KEPT_ALIVE: Final = 50.0  # seconds; load balancers close at 60 or later
LATELY_USED: Final = 0.5  # seconds; servers close idle connections after 1 or more, and a request takes its time there
DNS_SECONDS: Final = 50  # a name is looked up again no sooner than its connections are let go
ITERATIONS: Final = 3  # of the event loop: what waits in the kernel has been read after two
UNASKED: Final = "the server closed a new connection, or wrote to it, before it was asked for anything"

Finding = Literal["sound", "unread", "spoilt"]


class Connector(aiohttp.TCPConnector):
    """Connections that are kept, and looked at before each use.

    Repeatable requests use those that were idle for up to 50 s, others those of the last half second.

    There is no limit here: slots queue before the time-out of a request starts, a limit here would queue after.
    """

    def __init__(self) -> None:
        # One second more than is used here: what was looked at may not expire while aiohttp takes it.
        super().__init__(limit=0, keepalive_timeout=KEPT_ALIVE + 1, ttl_dns_cache=DNS_SECONDS)
        self.roads: Roads = Roads()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """Returns an idle connection that can be trusted, else a new one."""
        self.roads.note(req)
        if await self._put_first(req):
            return await super().connect(req, traces, timeout)
        if self._conns.get(req.connection_key):
            # These were idle for too long for this request, and aiohttp would take one. They stay for others.
            await self.open(req, traces, timeout)
            if (idle := self._conns.get(req.connection_key)) is not None:
                idle.rotate(1)
        connection = await super().connect(req, traces, timeout)
        if connection.protocol is None or look(connection.protocol) == "spoilt":
            connection.close()
            raise aiohttp.ClientConnectionError(UNASKED)
        return connection

    async def open(self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> None:
        """Opens a connection as `req` needs it and puts it among the idle ones, as the newest.

        Raises:
            aiohttp.ClientError, TimeoutError: no connection came about.
        """
        async with asyncio.timeout(timeout.connect):
            protocol = await self._create_connection(req, traces, timeout)
        if self.closed or look(protocol) == "spoilt":
            protocol.close()
            raise aiohttp.ClientConnectionError("Connector is closed." if self.closed else UNASKED)
        self._release(req.connection_key, protocol)

    async def _put_first(self, req: aiohttp.ClientRequest) -> bool:
        """Puts a connection that is fit for a request where aiohttp takes the next one; False: there is none.

        Idle connections that turn out to be spoilt are closed. Between the last look and the sending nothing is
        waited for, so nothing can come that was not looked for.
        """
        newest = req.method not in REPEATABLE
        iterations = ITERATIONS
        while idle := self._conns.get(req.connection_key):
            protocol, since = idle[-1 if newest else 0]
            age = pooling.monotonic() - since  # type: ignore[attr-defined]  # the clock that noted `since`
            if newest and LATELY_USED < age <= KEPT_ALIVE:
                return False
            finding: Finding = "spoilt" if age > KEPT_ALIVE else look(protocol)
            if finding == "sound":
                idle.rotate(1 if newest else 0)
                return True
            if finding == "unread" and iterations:
                iterations -= 1
                await asyncio.sleep(0)
                continue
            _ = idle.pop() if newest else idle.popleft()
            protocol.close()
        return False


class PromptRequest(aiohttp.ClientRequest):
    """A request whose body leaves in the moment in which its connection was looked at.

    Before Python 3.12 aiohttp leaves head and body to a task that begins in the loop's next iteration. What came
    in between would be taken for the answer. And a body that nobody takes is given up after the read time-out, which
    aiohttp starts only when all of it is written.
    """

    def write_bytes(
        self, writer: AbstractStreamWriter, conn: Connection, content_length: int | None = None
    ) -> Coroutine[Any, Any, None]:
        """Writes what can be written now; returns what is left to do."""
        work = super().write_bytes(writer, conn, content_length)
        try:
            waiting = work.send(None)  # as an eager task would
        except BaseException as ended:
            return _finish(_ended(ended))
        return _finish(_going_on(work, waiting, conn))


async def _finish(rest: Awaitable[None]) -> None:
    await rest


async def _ended(how: BaseException) -> None:
    if not isinstance(how, StopIteration):
        raise how


@coroutine
def _going_on(work: Coroutine[Any, Any, None], waiting: object, conn: Connection) -> Generator[object, Any, None]:
    """Takes a coroutine to its end that has begun to wait; each time it is woken some of the body has left."""
    transport = conn.transport
    while True:
        if conn.protocol is not None:
            conn.protocol.start_timeout()
        thrown: BaseException | None = None
        try:
            came = yield waiting
        except BaseException as error:
            thrown = error
            if transport is not None:
                transport.abort()  # closing it would wait until the rest is taken, which may be never
        try:
            waiting = work.send(came) if thrown is None else work.throw(thrown)
        except StopIteration:
            return


def look(protocol: ResponseHandler) -> Finding:
    """Says whether anything came over a connection on which nobody has asked for anything.

    `unread`: bytes wait in the kernel that may belong to the encryption. A server sends tickets for resuming a TLS 1.3
    session right after the handshake, and they are no reason to give up a connection that was never used; the event
    loop reads them in its next iterations. Once it was used, nothing may come.
    """
    if not protocol.is_connected() or protocol.should_close:
        return "spoilt"
    parser = protocol._parser
    if parser is not None and _has_begun(parser):
        return "spoilt"
    transport = protocol.transport
    waiting = None if transport is None else transport.get_extra_info("socket")
    if transport is None or waiting is None:  # a transport that a test or a simulation provides
        return "sound"
    if not transport.is_reading():
        return "spoilt"  # what has been decrypted is held back, and nobody can see it
    if not _readable(waiting.fileno()):
        return "sound"
    return "unread" if parser is None and transport.get_extra_info("sslcontext") is not None else "spoilt"


def _has_begun(parser: HttpParser[Any]) -> bool:
    """Whether a part of an answer's head was read.

    The next request has a parser of its own, which would take what follows for an answer. This one is of no use then.
    """
    try:
        return bool(getattr(parser, "_tail", b"")) or parser.feed_eof() is not None
    except Exception:  # whatever it is that was begun
        return True


def _readable(descriptor: int) -> bool:
    """Whether bytes, an end or an error wait in the kernel."""
    if descriptor < 0:
        return True
    if sys.platform == "win32":
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()  # select() knows no descriptor above 1,023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
