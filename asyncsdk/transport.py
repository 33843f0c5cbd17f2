"""aiohttp, wrapped: pools of connections, one per event loop, and a single attempt to send a request.

The only module of the client that imports aiohttp, and it is loaded when a `Wethod` is made. An attempt never raises
for what the network does: it returns an `Attempt`, so that aiohttp's errors (which hold the request's headers, and so
the token) go no further than this module.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import aiohttp
import anyio
import attrs
from multidict import CIMultiDict
from yarl import URL

from . import __version__
from .errors import ClientClosed
from .opening import Opener, Origin, Roads
from .read_timeout import Listening, ReadTimeouts
from .retry import Lost, NotSent, Outcome
from .throttling import Slots
from .wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

__all__ = ["USER_AGENT", "Attempt", "Base", "Pool", "Timeouts", "Transport"]

USER_AGENT: Final = f"asyncsdk/{__version__} {aiohttp.http.SERVER_SOFTWARE}"
CLOSING_SECONDS: Final = 2.0  # how long closing connections may take; a peer that does not answer is left behind
MAX_BODY: Final = 64 * 2**20  # bytes; a page of 100 rows has some 30 thousand
LARGER_THAN_A_READ: Final = 2**19  # bytes; asyncio asks for 2**18 at a time, from a socket as from TLS

LOST: Final = Lost()


@attrs.define
class Attempt:
    """What one attempt came to; filled in as it goes, so that it tells how far it got even where it is cancelled.

    `answer` is set when an answer was read to its end, `outcome` says what went wrong otherwise. `sends` counts how
    often the request was handed to a connection: aiohttp itself repeats a GET or DELETE once when a pooled connection
    turns out to be closed (RFC 9112, 9.3.1), and each costs budget. `problem` describes a failure in words free of
    secrets; `timed_out` and `too_large` tell which one it was. `listening` looks for silence, where that
    is not left to aiohttp.
    """

    outcome: Outcome = LOST
    answer: Answer | None = None
    sends: int = 0
    problem: str = ""
    timed_out: bool = False
    too_large: bool = False
    listening: Listening | None = None


@attrs.frozen
class Base:
    """What the addresses of all requests of a client begin with."""

    scheme: str
    authority: str
    path: str

    @classmethod
    def of(cls, url: str) -> Base:
        """The parts of a base URL, checked by the settings."""
        parsed = URL(url)
        return cls(parsed.scheme, parsed.raw_authority, parsed.raw_path.rstrip("/"))

    @property
    def origin(self) -> Origin:
        """What tells the connections to this server from others."""
        url = URL.build(scheme=self.scheme, authority=self.authority, encoded=True)
        return url.raw_host or "", url.port, self.scheme == "https"

    def url(self, request: Request) -> URL:
        """The address of a request, whose path and query are encoded already. Half as costly as parsing its text."""
        return URL.build(
            scheme=self.scheme,
            authority=self.authority,
            path=self.path + request.path,
            query_string=request.query,
            encoded=True,
        )


@attrs.frozen
class Timeouts:
    """Time-outs of one attempt: those aiohttp looks after, and seconds of silence, None where aiohttp does that too."""

    session: aiohttp.ClientTimeout
    read: float | None


_SENDING: Final[ContextVar[Attempt]] = ContextVar("sending")
"""The attempt that a task is making, for those who count how often aiohttp hands it to a connection."""


class _CountingConnector(aiohttp.TCPConnector):
    """Counts what the session hands to it, and notes when a connection is there: aiohttp asks for one to send."""

    def __init__(self) -> None:
        # No limit of its own: slots queue before the time-out starts, aiohttp's pool would queue after.
        super().__init__(limit=0)
        self.roads = Roads()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        self.roads.note(req)
        attempt = _SENDING.get()
        attempt.sends += 1
        listening = attempt.listening
        if listening is None:
            return await super().connect(req, traces, timeout)
        listening.connecting()
        connection = await super().connect(req, traces, timeout)
        listening.heard()
        return connection


async def _count(sending: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """The same for a borrowed session, whose connector is not ours."""
    _SENDING.get().sends += 1
    return await handler(sending)


class Headers(CIMultiDict[str]):
    """Headers that hold a token, and do not show it where a traceback prints local variables."""

    def __repr__(self) -> str:
        return f"<{len(self)} headers>"

    __str__ = __repr__


@attrs.define(eq=False)
class Pool:
    """The connections and slots of one event loop, and those who sleep on it."""

    http: aiohttp.ClientSession
    slots: Slots
    read_timeouts: ReadTimeouts
    owned: bool
    process: int
    counting: tuple[aiohttp.ClientMiddlewareType, ...] = ()
    closer: AsyncGenerator[None, None] | None = None
    opener: Opener | None = None
    sleepers: set[asyncio.Future[None]] = attrs.field(factory=set)

    async def attempt(
        self, attempt: Attempt, request: Request, *, base: Base, headers: Mapping[str, str], timeouts: Timeouts
    ) -> None:
        """Sends a request once and fills `attempt` in. Raises only what cancels it."""
        _SENDING.set(attempt)
        if timeouts.read is not None:
            attempt.listening = self.read_timeouts.listen(timeouts.read)
        try:
            response = await self.http.request(
                request.method,
                base.url(request),
                data=request.body,
                headers=headers,
                timeout=timeouts.session,
                allow_redirects=False,
                # A borrowed session may have other defaults.
                raise_for_status=False,
                auto_decompress=True,
                middlewares=self.counting,
            )
            body = await _read(response, attempt.listening)
            if body is None:
                attempt.too_large = True
                attempt.problem = f"the answer is longer than {MAX_BODY} bytes"
            else:
                attempt.answer = Answer(response.status, response.headers, body)
        except asyncio.CancelledError as cancelled:
            if attempt.listening is None or not attempt.listening.ended():
                # The frames of aiohttp hold the request's headers, and error trackers print the variables of each.
                raise cancelled.with_traceback(None)  # noqa: B904  # the same error goes on
            _fail(attempt, Lost(), TimeoutError(f"nothing came for {timeouts.read} s"))
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch) as problem:
            _fail(attempt, NotSent(final=True), problem)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            _fail(attempt, NotSent(), problem)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as problem:
            _fail(attempt, Lost(), problem)
        except RuntimeError as problem:
            # aiohttp says "Session is closed" in this way; anything else is a defect and must be seen.
            if not self.http.closed:
                raise
            _fail(attempt, Lost() if attempt.sends else NotSent(), problem)
        finally:
            if attempt.listening is not None:
                self.read_timeouts.leave(attempt.listening)

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds`, or until the client is closed."""
        loop = asyncio.get_running_loop()
        nap = loop.create_future()
        self.sleepers.add(nap)
        timer = loop.call_later(seconds, _wake, nap)
        try:
            await nap
        finally:
            timer.cancel()
            self.sleepers.discard(nap)

    def wake(self) -> None:
        """Ends every sleep: the client is closed, and whoever sleeps has to hear of it."""
        for nap in self.sleepers:
            _wake(nap)


def _wake(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)


def _fail(attempt: Attempt, outcome: Outcome, problem: BaseException) -> None:
    attempt.outcome = outcome
    # The text of a ClientResponseError holds the whole address, and so the values of the query.
    words = problem.message if isinstance(problem, aiohttp.ClientResponseError) else str(problem)
    attempt.problem = f"{type(problem).__name__}: {words}" if words else type(problem).__name__
    attempt.timed_out = isinstance(problem, TimeoutError)
    if isinstance(outcome, NotSent) and attempt.sends:
        attempt.sends -= 1
        if attempt.sends:
            # aiohttp sent it on a pooled connection before it failed to make a new one.
            attempt.outcome = Lost()
    elif isinstance(outcome, Lost):
        attempt.sends = max(1, attempt.sends)  # to be on the safe side where the counting was got round


async def _read(response: aiohttp.ClientResponse, listening: Listening | None) -> bytes | None:
    """The body, or None where it is longer than MAX_BODY (a compressed one is measured as it unpacks).

    aiohttp takes the connection back by itself once a body was read to its end.
    """
    content = response.content
    try:
        body = await content.readany()
        if content.at_eof() and len(body) <= MAX_BODY:  # as a rule it came in one piece
            return body
        rest = bytearray(body)
        announced = response.content_length or 0
        while max(announced, len(rest)) <= MAX_BODY:
            if listening is not None:
                listening.heard()
            body = await content.readany()
            if not body:
                return bytes(rest)
            rest += body
    except BaseException:
        response.close()
        raise
    response.close()
    return None


class Transport:
    """Pools of connections, one per event loop, shared by a client and its copies.

    A pool is opened by the first request on a loop and closed by `aclose`, or by the end of its loop, whichever comes
    first. A borrowed session is used as it is and never closed.
    """

    def __init__(self, *, max_in_flight: int, borrowed: aiohttp.ClientSession | None) -> None:
        self._max_in_flight = max_in_flight
        self._borrowed = borrowed
        self._pools: dict[asyncio.AbstractEventLoop, Pool] = {}
        self._inherited: list[Pool] = []
        self.closed = False

    def pool(self) -> Pool:
        """The running loop's pool, opened if need be.

        Raises:
            ClientClosed: the client was closed.
        """
        if self.closed:
            raise ClientClosed
        if self._borrowed is not None and self._borrowed.closed:
            raise ClientClosed("the session lent to this Wethod is closed; keep it open for as long as the client")
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is not None and pool.process == os.getpid() and not pool.read_timeouts.closed:
            return pool
        return self._open(loop, pool)

    def _open(self, loop: asyncio.AbstractEventLoop, former: Pool | None) -> Pool:
        if former is not None and former.process != os.getpid():
            # A forked child shares the parent's sockets: closing them here would end them there.
            self._inherited.append(former)
        for other in list(self._pools):  # a copy: another thread may open its pool meanwhile
            if other.is_closed():
                self._pools.pop(other, None)
        slots, read_timeouts = Slots(self._max_in_flight), ReadTimeouts(loop)
        if self._borrowed is not None:
            pool = Pool(self._borrowed, slots, read_timeouts, owned=False, process=os.getpid(), counting=(_count,))
        else:
            connector = _CountingConnector()
            http = aiohttp.ClientSession(
                connector=connector,
                # A shared jar would carry one company's cookies to another.
                cookie_jar=aiohttp.DummyCookieJar(),
            )
            closer = _closing_with_its_loop(http, read_timeouts)
            _prime(closer)
            opener = Opener(connector, connector.roads, slots)
            pool = Pool(http, slots, read_timeouts, owned=True, process=os.getpid(), closer=closer, opener=opener)
        _keep_read_buffers()
        self._pools[loop] = pool
        return pool

    async def aclose(self) -> None:
        """Closes the pools this process opened. Those of other running loops close when their loops end."""
        self.closed = True
        loop = asyncio.get_running_loop()
        pool = self._pools.pop(loop, None)
        if pool is None or pool.process != os.getpid():
            return
        pool.wake()
        if pool.closer is not None:
            await pool.closer.aclose()

    def headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Headers in the form that aiohttp takes without copying them first, and that nobody can read."""
        return Headers(headers)

    def timeouts(self, connect: float, read: float) -> Timeouts:
        """Time-outs of one attempt, in seconds. aiohttp's `total` is left off: it would count the wait for a slot."""
        if self._borrowed is None:
            # With a pool of our own `connect` is name look-up and handshake only.
            return Timeouts(aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect), read)
        # A borrowed pool may queue in `connect`, and does not tell when a connection is there.
        return Timeouts(aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=read), None)


async def _closing_with_its_loop(
    http: aiohttp.ClientSession, read_timeouts: ReadTimeouts
) -> AsyncGenerator[None, None]:
    """Closes a session when the event loop ends: loops close the async generators that began on them.

    It holds the session and nothing that leads back to the client, so that a client that is dropped unclosed leaves no
    cycle: the generator then is what goes last, and its loop runs the closing.
    """
    try:
        yield
    finally:
        read_timeouts.close()
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await http.close()


def _keep_read_buffers() -> None:
    """Sees to it that the buffers of reads come from the heap, where the last one is still at hand.

    asyncio reads into a new block of 256 KiB and shrinks it to what came. glibc maps blocks of that size into the
    process one by one, and unmaps them: six page faults and three system calls for a page of rows, a tenth of its CPU.
    It ceases to once a larger block was freed (mallopt(3), M_MMAP_THRESHOLD). Elsewhere this does nothing.
    """
    bytes(LARGER_THAN_A_READ)


def _prime(generator: AsyncGenerator[None, None]) -> None:
    """Runs a generator to its yield. It awaits nothing on the way, so one step by hand does it."""
    with suppress(StopIteration):
        generator.__anext__().send(None)
