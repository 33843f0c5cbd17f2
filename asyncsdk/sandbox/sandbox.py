"""The sandbox as a test or a program holds it: settings, rows, ordered faults. The package's docstring tells more."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from asyncsdk.errors._checks import check_whole_number
from asyncsdk.sandbox import control, exact, orders, settings
from asyncsdk.sandbox.access import Caller
from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.contract import Json
from asyncsdk.sandbox.deviations import Deviation
from asyncsdk.sandbox.drift import mutate, table_of
from asyncsdk.sandbox.faults import Fault, from_json
from asyncsdk.sandbox.log import Log
from asyncsdk.sandbox.row import Row, matching, read_row
from asyncsdk.sandbox.server import Server
from asyncsdk.sandbox.service import Service
from asyncsdk.sandbox.store import Mutation, Store
from asyncsdk.sandbox.tables import tables

_LARGE = 20_000  # rows from which the first table is filled off the event loop


class Sandbox:
    """A local Wethod on a free port; an async context manager.

    Args:
        rows: the number of production plan streams in a plain list; there are at least as many timesheets.
        seed: the same seed gives the same rows on the same day.
        today: the day the first rows end; by default the clock's, or the one a `database` file began with.
        empty: no rows at all; `add` puts in those a test needs.
        latency_ms: milliseconds before every answer.
        rate_limit: requests in `rate_window` seconds that are let through for each token; None for any number.
        rate_window: seconds.
        without: company features that are off.
        permissions: those of the first token, all of them by default.
        strict: whether parameters and fields that the contract does not know are refused.
        database: a file to keep the rows in, or ":memory:".
        faults: objects as the control path takes them.
        validate_responses: whether each answer is held against the contract; see `violations`.
        host: the address to listen on.
        port: 0 for a free one.
        token: the first token.
        company: its company.
        log_size: the number of requests that are kept.
        clock: returns seconds since 1970: it stamps rows and the Date header and paces the rate limit.
        clock_skew: seconds by which the server's clock is ahead of that; negative ones let it lag.
        order: the field lists are ordered by where a request does not say, descending after `-`: the real order is
            not documented.
        tidy: texts are kept trimmed and numbers rounded to two decimals, as some servers do.
        date_behind: seconds by which the Date header is behind the stamps of rows.
        deviations: ways in which the API is not as the contract says.

    Raises:
        ConfigurationError: for a setting that cannot be.
    """

    def __init__(
        self,
        *,
        rows: int = 1000,
        seed: int = 1,
        today: dt.date | str | None = None,
        empty: bool = False,
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
        clock_skew: float = 0.0,
        order: str = "id",
        tidy: bool = False,
        date_behind: float = 0.0,
        deviations: Iterable[Deviation] = (),
    ) -> None:
        for name, value, most in (("rows", rows, 10**7), ("port", port, 65_535), ("log_size", log_size, 10**7)):
            check_whole_number(name, value, 0, most)
        if rate_limit is not None:
            check_whole_number("rate_limit", rate_limit, 0, 10**9)
        settings.number("latency_ms", latency_ms, 0, 3_600_000)
        settings.number("rate_window", rate_window, 0.001, 86_400 * 366)
        settings.number("clock_skew", clock_skew, -86_400, 86_400)
        settings.number("date_behind", date_behind, -86_400, 86_400)
        self.rows: int = rows
        self.seed: int = seed
        self.latency_ms: float = latency_ms
        self.host: str = host
        self.port: int = port
        self.token: str = token
        self.company: str = company
        self.faults: list[Fault] = [] if faults is None else from_json(faults)
        source = clock or time.time
        self._clock = ServiceClock((lambda: source() + clock_skew) if clock_skew else source, date_behind)
        self._service = Service(
            rows=0 if empty else rows,
            seed=seed,
            company=company,
            clock=self._clock,
            database=str(database),
            without=[without] if isinstance(without, str) else without,
            strict=strict,
            judge=validate_responses,
            rate_limit=rate_limit,
            rate_window=rate_window,
            order=order,
            day=settings.day(today),
            empty=empty,
            tidy=tidy,
        )
        self._service.deviations.extend(deviations)
        self._server = Server(
            self._service, self._clock, self.faults, latency=latency_ms / 1000, log_size=log_size, seed=seed
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
        """Binds the port and, for many rows, writes them; OSError where the port cannot be had."""

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            return await control.answer(self, request)

        if self.rows >= _LARGE:
            await asyncio.to_thread(self.count, "production_plan_streams")
        try:
            self.port = await self._server.start(self.host, self.port, answer)
        except BaseException:
            self._service.close()
            raise

    async def aclose(self) -> None:
        """Ends the server; hung requests end with it, and deeds that are late are not done. Idempotent."""
        await self._server.aclose()
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
    def service(self) -> Service:
        """What answers, for a server of another kind in front of it."""
        return self._service

    def date_header(self) -> str:
        """Returns the present as a Date header has it."""
        return self._clock.header()

    @property
    def store(self) -> Store:
        """The rows of the first company."""
        return self._service.store(self.company)

    @property
    def requests(self) -> Log:
        """What came in: the last requests, oldest first."""
        return self._server.requests

    @property
    def statuses(self) -> Counter[int | None]:
        """How often each status went out; None counts answers that did not arrive whole."""
        return self._server.statuses

    @property
    def in_flight(self) -> int:
        """Requests that are being answered."""
        return self._server.in_flight

    @property
    def peak_in_flight(self) -> int:
        """The most requests that were being answered at one time."""
        return self._server.peak_in_flight

    @property
    def pending(self) -> int:
        """Late deeds that are still to be done."""
        return self._server.pending

    @property
    def violations(self) -> list[str]:
        """Answers that broke the contract; kept where `validate_responses` is on."""
        return self._service.breaches

    def add_token(
        self,
        token: str,
        *,
        company: str | None = None,
        permissions: Iterable[str] | None = None,
        person: int = 1,
        hidden: Iterable[str] = (),
    ) -> str:
        """Registers a token of a company, which comes into being with it, and returns it.

        The same token may be registered for several companies: they share its rate limit.

        `person` is the id of the token's person; `permissions` None gives all of them. Rows of the lists in `hidden`
        are not shown to it, not even those it makes.
        """
        allowed = None if permissions is None else frozenset(permissions)
        kept = frozenset(map(table_of, [hidden] if isinstance(hidden, str) else hidden))
        self._service.register(Caller(token, company or self.company, person, allowed, kept))
        return token

    def add(self, resource: str, /, *, company: str | None = None, **fields: Json | dt.date) -> Row:
        """Adds one row and returns it as the API shows it.

            row = sandbox.add("timesheets", hours=8, date=dt.date(2026, 5, 4))
            old = sandbox.add("streams", name="Legacy", deleted_at="2026-01-31T08:00:00Z")

        What is not given is filled in so that it fits: references point to rows that are there, or to new ones. Also
        lists that nothing can be created in over the API take rows, and `id` and the stamps may be given. It works
        before the sandbox starts and while it runs.

        Args:
            resource: the list, as in Python ("project_statuses") or as in the path.
            company: whose row it is, where it is not the first company's.
            fields: named as in the rows that come back, or as in the body that creates one.

        Raises:
            ArgumentError: for a list or field that is not there, or a value that does not fit.
        """
        with self._service.lock:
            name = table_of(resource)
            setting = self._service.setting(company or self.company)
            return read_row(setting.store, name, exact.add(setting, tables()[name], fields))

    def rows_of(
        self, resource: str, /, *, deleted: str = "exclude", company: str | None = None, **equal: Json | dt.date
    ) -> list[Row]:
        """Returns the rows of a list by id, those whose fields are equal to what is given.

            sandbox.rows_of("timesheets", person_id=3)

        Args:
            resource: the list.
            deleted: exclude, include or only.
            company: whose rows, where they are not the first company's.
            equal: fields and their values.

        Raises:
            ArgumentError: for a list, view or field that is not there.
        """
        with self._service.lock:
            store = self._service.store(company or self.company)
            return matching(store, table_of(resource), settings.view(deleted), equal)

    def row_of(self, resource: str, id: int, /, *, company: str | None = None) -> Row | None:
        """Returns one row of a list, deleted or not; None where there is none."""
        with self._service.lock:
            name, store = table_of(resource), self._service.store(company or self.company)
            return read_row(store, name, id) if store.text(name, id) is not None else None

    def mutate(self, resource: str, kind: str = "update", count: int = 1) -> list[Mutation]:
        """Changes rows at once and returns what was changed. `kind` as in `drift`."""
        with self._service.lock:
            name = table_of(resource)
            changes = (mutate(self.store, name, kind, self._server.draw) for _ in range(count))
            return [change for change in changes if change is not None]

    def mark(self) -> int:
        """Returns the present point in the history of changes."""
        return len(self.store.history)

    def history(self, resource: str, *, since: int = 0) -> list[Mutation]:
        """Returns the changes to a list since a mark, oldest first."""
        table = table_of(resource)
        return [change for change in self.store.history[since:] if change.table == table]

    def survivors(self, resource: str, *, since: int = 0, deleted: str = "exclude") -> set[int]:
        """Returns the ids of the rows that were in a list at a mark and ever since."""
        came = {"exclude": ("insert", "restore"), "include": ("insert",), "only": ("insert", "soft_delete")}
        with self._service.lock:
            ids = self.store.ids(table_of(resource), settings.view(deleted))
            return ids - {c.id for c in self.history(resource, since=since) if c.kind in came[deleted]}

    def count(self, resource: str, *, deleted: str = "exclude") -> int:
        """Returns how many rows a list has."""
        with self._service.lock:
            return self.store.count(table_of(resource), settings.view(deleted))

    def reset(self) -> None:
        """Back to the first rows: no faults, no log, full rate limits. Tokens stay."""
        with self._service.lock:
            self._service.reset()
        self.faults.clear()
        self._server.reset()

    async def finished(self) -> None:
        """Waits until every late deed is done."""
        await self._server.finished()

    def add_fault(self, fault: Fault) -> Fault:
        """Orders a fault. It is removed with `sandbox.faults.remove(fault)`."""
        self.faults.append(fault)
        return fault

    fail: Final = orders.fail
    drop: Final = orders.drop
    cut: Final = orders.cut
    garbage: Final = orders.garbage
    html: Final = orders.html
    hang: Final = orders.hang
    late: Final = orders.late
    delay: Final = orders.delay
    ignore_offset: Final = orders.ignore_offset
    rename: Final = orders.rename
    retype: Final = orders.retype
    drift: Final = orders.drift
