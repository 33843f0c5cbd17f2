"""The HTTP server of a sandbox: the socket, the faults that strike what comes in, the log of it."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from asyncsdk.errors import ConfigurationError
from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.faults import Fault
from asyncsdk.sandbox.log import Log, Received
from asyncsdk.sandbox.losses import send
from asyncsdk.sandbox.service import ReceivedRequest, Service
from asyncsdk.sandbox.striking import Strike, strike_of

ControlHandler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

# Where tools look for a contract. What is JSON is YAML as well.
_CONTRACT = ("/openapi.json", "/openapi.yaml", "/specs/openapi.yaml")


class Server:
    """Serves a service on one address, and counts what it serves."""

    def __init__(
        self, service: Service, clock: ServiceClock, faults: list[Fault], *, latency: float, log_size: int, seed: int
    ) -> None:
        self.requests: Log = Log(log_size)
        self.statuses: Counter[int | None] = Counter()
        self.in_flight: int = 0
        self.peak_in_flight: int = 0
        self._service, self._clock, self._faults, self._latency, self._seed = service, clock, faults, latency, seed
        self._draw = random.Random(f"{seed} drift")
        self._closing = asyncio.Event()
        self._late: set[asyncio.Task[None]] = set()
        self._runner: web.ServerRunner | None = None
        self._port: asyncio.Server | None = None

    @property
    def draw(self) -> random.Random:
        """The chance by which rows change."""
        return self._draw

    @property
    def pending(self) -> int:
        """Deeds whose answers are out, that are still to be done."""
        return len(self._late)

    async def start(self, host: str, port: int, control: ControlHandler) -> int:
        """Binds an address and returns the port; OSError where it cannot be had."""
        self._closing = asyncio.Event()

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if request.path == "/_sandbox" or request.path.startswith("/_sandbox/"):
                return await control(request)
            if request.method == "GET" and request.path in _CONTRACT:
                return self._contract(request)
            return await self._handle(request)

        # Who goes away is answered no more: it is the server, not its runner, that has to be told.
        server = web.Server(handle, access_log=None, handler_cancellation=True)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            self._port = await asyncio.get_running_loop().create_server(server, host, port, backlog=128)
            bound = int(self._port.sockets[0].getsockname()[1])
            if port not in (0, bound):
                raise ConfigurationError(f"port {port} cannot be had on {host}; 0 takes a free one")
        except BaseException:
            await self.aclose()
            raise
        return bound

    async def aclose(self) -> None:
        """Ends the server; hung requests end with it, deeds that are still to be done are not done. Idempotent."""
        self._closing.set()
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self._port is not None:
            await _close_port(self._port)
            self._port = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def finished(self) -> None:
        """Waits until every deed is done whose answer went out before it."""
        while self._late:
            await asyncio.gather(*self._late, return_exceptions=True)

    def reset(self) -> None:
        """Forgets the log and the counts, and begins chance anew."""
        self.requests.clear()
        self.statuses.clear()
        self.peak_in_flight = self.in_flight
        self._draw = random.Random(f"{self._seed} drift")

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        body, status = b"", None
        try:
            try:
                body = await request.read() if request.body_exists else b""
            except web.HTTPRequestEntityTooLarge:
                status = 413
                return web.json_response(
                    {"key": "payload_too_large", "message": "The body is too large."}, status=status
                )
            response, status = await self._serve(request, body)
            return response
        finally:
            self.in_flight -= 1
            self._note(request, body, status)

    async def _serve(self, request: web.BaseRequest, body: bytes) -> tuple[web.StreamResponse, int | None]:
        url = request.rel_url
        method, path, query = request.method, url.raw_path, url.raw_query_string
        strike = strike_of(self._faults, method, path, query) if self._faults else Strike()
        asked = ReceivedRequest(method, path, strike.query(query), request.headers, request.content_type, body)
        if strike.before:
            await asyncio.sleep(strike.before)
        answer = None
        if strike.deed == "now":
            answer = strike.spoil(self._service.answer(asked), self._draw)
        elif strike.deed == "later":
            self._do_later(asked, strike.deed_after)
        if wait := self._latency + strike.wait:
            await asyncio.sleep(wait)
        return await send(strike.outgoing(answer), request, self._clock.header(), self._closing)

    def _do_later(self, asked: ReceivedRequest, seconds: float) -> None:
        async def do() -> None:
            await asyncio.sleep(seconds)
            self._service.answer(asked)

        task = asyncio.ensure_future(do())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _contract(self, request: web.BaseRequest) -> web.Response:
        document = {**self._service.contract.document, "servers": [{"url": f"http://{request.host}"}]}
        kind = "application/json" if request.path.endswith(".json") else "application/yaml"
        return web.Response(text=json.dumps(document, ensure_ascii=False), content_type=kind)

    def _note(self, request: web.BaseRequest, body: bytes, status: int | None) -> None:
        headers = {name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"}
        url, now = request.rel_url, self._clock.now() / 1000
        self.requests.note(Received(request.method, url.raw_path, url.raw_query_string, status, now, headers, body))
        self.statuses[status] += 1


async def _close_port(server: asyncio.Server) -> None:
    """Closes the port once what was accepted is a connection.

    A loop with selectors accepts a socket in one turn, makes it a connection in the next, and leaves it open for good
    where its server is closed in between (python/cpython#109564).
    """
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # a loop without selectors has nothing of this
        for socket in server.sockets:
            loop.remove_reader(socket.fileno())
    for _ in range(2):
        await asyncio.sleep(0)
    server.close()
