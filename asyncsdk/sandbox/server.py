"""The sandbox: real HTTP on loopback through aiohttp, in front of the service that answers.

Here are the socket, the faults and the log; see the package's docstring for what can be asked of it.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import attrs
from aiohttp import web

from asyncsdk.sandbox import control
from asyncsdk.sandbox.access import Identity
from asyncsdk.sandbox.clock import Clock
from asyncsdk.sandbox.contract import Json
from asyncsdk.sandbox.drift import mutate, table_of
from asyncsdk.sandbox.faults import LOST, Fault, disfigure, from_json
from asyncsdk.sandbox.handlers import table_of as table_of_operation
from asyncsdk.sandbox.losses import lose
from asyncsdk.sandbox.positions import View
from asyncsdk.sandbox.service import Answer, Asked, Service
from asyncsdk.sandbox.store import Change, Store

_GZIP_FROM = 1024  # bytes; below it a compressed answer is not smaller by much
_LARGE = 20_000  # rows from which the first table is filled off the event loop
_VIEWS: Mapping[str, View] = MappingProxyType({"exclude": "live", "include": "all", "only": "deleted"})


@attrs.frozen
class Received:
    """One request that came in. `status` is None where no answer went out, `at` seconds since 1970.

    `query` is the raw query string; `headers` have lower-case names and no Authorization.
    """

    method: str
    path: str
    query: str
    status: int | None
    at: float
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


class Sandbox:
    """A local Wethod on a free port; an async context manager.

    `rows` is the number of production plan streams in a plain list. `rate_limit` requests in `rate_window` seconds are
    let through for each token. `without` names company features that are off. `permissions` are those of the first
    token, all of them by default. `database` is a file to keep the rows in, or ":memory:". `faults` are objects as the
    control path takes them. `clock` returns seconds since 1970: it stamps rows and the Date header and paces the rate
    limit. `log_size` is the number of requests that are kept. `order` is the field that lists are ordered by where a
    request does not say, descending after `-`: the real order is not documented.
    """

    def __init__(
        self,
        *,
        rows: int = 1000,
        seed: int = 1,
        latency_ms: float = 0,
        rate_limit: int | None = None,
        rate_window: float = 3600.0,
        without: Collection[str] = (),
        permissions: Iterable[str] | None = None,
        strict: bool = True,
        database: str | Path = ":memory:",
        faults: Json = None,
        validate_responses: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = "sandbox-token",  # noqa: S107  # it opens nothing but this sandbox
        company: str = "acme",
        log_size: int = 10_000,
        clock: Callable[[], float] | None = None,
        order: str = "id",
    ) -> None:
        if rows < 0:
            raise ValueError(f"rows: at least 0, not {rows}")
        self.rows, self.seed, self.latency_ms = rows, seed, latency_ms
        self.host, self.port, self.token, self.company = host, port, token, company
        self.requests: deque[Received] = deque(maxlen=log_size)
        self.statuses: Counter[int | None] = Counter()
        self.faults: list[Fault] = [] if faults is None else from_json(faults)
        self.in_flight = self.peak_in_flight = 0
        self._clock = Clock(clock) if clock else Clock()
        self._draw = random.Random(f"{seed} drift")
        self._closing = asyncio.Event()
        self._runner: web.ServerRunner | None = None
        self._service = Service(
            rows=rows,
            seed=seed,
            company=company,
            clock=self._clock,
            database=str(database),
            without=without,
            strict=strict,
            judge=validate_responses,
            rate_limit=rate_limit,
            rate_window=rate_window,
            order=order,
        )
        self.add_token(token, company=company, permissions=permissions)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def start(self) -> None:
        """Binds the port and, for many rows, writes them."""
        self._closing = asyncio.Event()
        server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(server, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            if self.rows >= _LARGE:
                await asyncio.to_thread(self.store.ready, "production_plan_streams")
            await web.TCPSite(self._runner, self.host, self.port).start()
        except BaseException:
            await self.aclose()
            raise
        self.port = int(self._runner.addresses[0][1])

    async def aclose(self) -> None:
        """Ends the server; hung requests end with it. Idempotent."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._service.close()

    @property
    def url(self) -> str:
        """The base URL to give to a client of this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104  # read, not bound
        return f"http://[{host}]:{self.port}" if ":" in host and "[" not in host else f"http://{host}:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The four variables that point a client here."""
        return {
            "WETHOD_TOKEN": self.token,
            "WETHOD_COMPANY": self.company,
            "WETHOD_VERSION": self._service.contract.version,
            "WETHOD_BASE_URL": self.url,
        }

    @property
    def store(self) -> Store:
        """The rows of the first company."""
        return self._service.store(self.company)

    @property
    def violations(self) -> list[str]:
        """Answers that broke the contract; kept where `validate_responses` is on."""
        return self._service.breaches

    def add_token(
        self, token: str, *, company: str | None = None, permissions: Iterable[str] | None = None, person: int = 1
    ) -> str:
        """Registers a token of a company, which comes into being with it, and returns it.

        `person` is the id of the token's person; `permissions` None gives all of them.
        """
        allowed = None if permissions is None else frozenset(permissions)
        self._service.register(Identity(token, company or self.company, person, allowed))
        return token

    def fail(
        self,
        on: str,
        *,
        status: int = 503,
        times: int | None = 1,
        after: int = 0,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        handled: bool = False,
    ) -> Fault:
        """Answers with a status. `body` is JSON (an error object by default), `retry_after` seconds are sent along."""
        return self.add_fault(
            Fault("fail", on, times, after, query or {}, handled, status, body, headers or {}, retry_after=retry_after)
        )

    def drop(self, on: str, *, times: int | None = 1, after: int = 0, handled: bool = False) -> Fault:
        """Closes the connection without an answer. aiohttp sends a lost GET once more by itself: count both."""
        return self.add_fault(Fault("drop", on, times, after, handled=handled))

    def cut(self, on: str, *, times: int | None = 1, after: int = 0) -> Fault:
        """Sends half of the body and closes the connection."""
        return self.add_fault(Fault("cut", on, times, after, handled=True))

    def garbage(self, on: str, *, times: int | None = 1, after: int = 0) -> Fault:
        """Answers 200 with bytes that are not JSON."""
        return self.add_fault(Fault("garbage", on, times, after))

    def html(
        self, on: str, *, status: int = 502, times: int | None = 1, after: int = 0, handled: bool = False
    ) -> Fault:
        """Answers with a proxy's HTML page."""
        return self.add_fault(Fault("html", on, times, after, status=status, handled=handled))

    def delay(self, on: str, *, seconds: float, times: int | None = 1, after: int = 0) -> Fault:
        """Answers later."""
        return self.add_fault(Fault("delay", on, times, after, seconds=seconds))

    def hang(self, on: str, *, times: int | None = 1, after: int = 0, handled: bool = False) -> Fault:
        """Never answers."""
        return self.add_fault(Fault("hang", on, times, after, handled=handled))

    def ignore_offset(self, on: str, *, times: int | None = None, after: int = 0) -> Fault:
        """Answers as if no offset had been sent."""
        return self.add_fault(Fault("ignore_offset", on, times, after))

    def rename(self, on: str, field: str, to: str, *, times: int | None = None, after: int = 0) -> Fault:
        """Sends a field under another name."""
        return self.add_fault(Fault("rename", on, times, after, field=field, to=to))

    def retype(self, on: str, field: str, to: str, *, times: int | None = None, after: int = 0) -> Fault:
        """Sends a field as a string, number, boolean, null, object or array."""
        return self.add_fault(Fault("retype", on, times, after, field=field, to=to))

    def drift(
        self,
        on: str,
        *,
        per_request: int = 1,
        kinds: Iterable[str] = ("insert", "update", "soft_delete", "hard_delete"),
        times: int | None = None,
        after: int = 0,
    ) -> Fault:
        """Changes rows of the list after each answer, by turns drawn from the seed. See `survivors`."""
        return self.add_fault(Fault("drift", on, times, after, per_request=per_request, kinds=tuple(kinds)))

    def add_fault(self, fault: Fault) -> Fault:
        """Orders a fault. It is removed with `sandbox.faults.remove(fault)`."""
        self.faults.append(fault)
        return fault

    def mutate(self, resource: str, kind: str = "update", count: int = 1) -> list[Change]:
        """Changes rows at once and returns what was changed. `kind` as in `drift`."""
        changes = (mutate(self.store, table_of(resource), kind, self._draw) for _ in range(count))
        return [change for change in changes if change is not None]

    def mark(self) -> int:
        """Returns the present point in the history of changes."""
        return len(self.store.history)

    def history(self, resource: str, *, since: int = 0) -> list[Change]:
        """Returns the changes to a list since a mark, oldest first."""
        table = table_of(resource)
        return [change for change in self.store.history[since:] if change.table == table]

    def survivors(self, resource: str, *, since: int = 0, deleted: str = "exclude") -> set[int]:
        """Returns the ids of the rows that were in a list at a mark and ever since."""
        came = {"exclude": ("insert", "restore"), "include": ("insert",), "only": ("insert", "soft_delete")}[deleted]
        ids = self.store.ids(table_of(resource), _VIEWS[deleted])
        return ids - {change.id for change in self.history(resource, since=since) if change.kind in came}

    def count(self, resource: str, *, deleted: str = "exclude") -> int:
        """Returns how many rows a list has."""
        return self.store.count(table_of(resource), _VIEWS[deleted])

    def reset(self) -> None:
        """Back to the first rows: no faults, no log, full rate limits. Tokens stay."""
        self._service.reset()
        self.faults.clear()
        self.requests.clear()
        self.statuses.clear()
        self.peak_in_flight = self.in_flight
        self._draw = random.Random(f"{self.seed} drift")

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/_sandbox"):
            return await control.answer(self, request)
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
        method, path, query = request.method, request.rel_url.raw_path, request.rel_url.raw_query_string
        struck = [fault for fault in self.faults if fault.strikes(method, path, query)] if self.faults else []
        lost = next((fault for fault in struck if fault.kind in LOST), None)
        answer = Answer(503, None)
        if lost is None or lost.handled:
            if any(fault.kind == "ignore_offset" for fault in struck):
                query = "&".join(part for part in query.split("&") if not part.startswith("offset="))
            asked = Asked(method, path, query, request.headers, request.content_type, body)
            answer = self._after(struck, self._service.answer(asked))
        if seconds := self.latency_ms / 1000 + sum(fault.seconds for fault in struck if fault.kind == "delay"):
            await asyncio.sleep(seconds)
        data = b"" if answer.text is None else answer.text.encode()
        headers = {**answer.headers, "Date": self._clock.header()}
        if lost is not None:
            return await lose(lost, request, data, headers["Date"], self._closing)
        if len(data) > _GZIP_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            data = packer.compress(data) + packer.flush()
            headers["Content-Encoding"] = "gzip"
        kind = None if answer.text is None else "application/json"
        return web.Response(body=data, status=answer.status, headers=headers, content_type=kind), answer.status

    def _after(self, struck: list[Fault], answer: Answer) -> Answer:
        """Applies the faults that leave an answer whole: other fields in it, or rows that change behind it."""
        operation, store = answer.operation, answer.store
        if answer.status >= 300 or operation is None or store is None:
            return answer
        for fault in struck:
            if fault.kind in ("rename", "retype") and answer.text:
                answer = attrs.evolve(answer, text=disfigure(fault, answer.text))
            elif fault.kind == "drift":
                table = table_of_operation(operation).name
                for _ in range(fault.per_request):
                    mutate(store, table, self._draw.choice(fault.kinds), self._draw)
        return answer

    def _note(self, request: web.BaseRequest, body: bytes, status: int | None) -> None:
        headers = {name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"}
        url, now = request.rel_url, self._clock.now() / 1000
        self.requests.append(Received(request.method, url.raw_path, url.raw_query_string, status, now, headers, body))
        self.statuses[status] += 1
