"""`Wethod`, the client: what it is set up with, what it shares with its copies, and one attribute per resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import attrs

from ._codec.omitted import OMITTED, Omitted
from ._lists.raw_calls import RawCalls
from ._sending.options import changed, settings_of
from ._sending.proxies import Proxy
from ._sending.secret import Secret, wrapped
from ._sending.settings import Priority, RetryPolicy, Settings, hidden_address, hidden_budget
from ._sending.tokens import Token, hidden
from .errors import ConfigurationError
from .errors._printable import shown
from .events import Hooks
from .resources import Resources, ResourcesWithResponse

if TYPE_CHECKING:
    from ssl import SSLContext
    from types import TracebackType

    from ._limits import Quota
    from ._sending.account import Stats
    from ._sending.http import aiohttp

__all__ = ["Wethod"]


class Wethod(RawCalls, Resources):
    """A client of the Wethod REST API for one person and one company.

    Use it as an async context manager, or call `aclose`. It may be made outside of any event loop and used on several;
    each loop gets its own connections, which close with the loop at the latest.

    Args:
        token: API token; or the environment variable WETHOD_TOKEN. Or a function that returns it, plain (then quick: it
            runs on the event loop) or async: it is asked when a token is first needed, and once more after a 401. Give
            the same function for the same person: budget, pause and statistics are kept by it, not by what it returns.
        company: the company's slug, as in its address; or WETHOD_COMPANY.
        version: date of the API's version; or WETHOD_VERSION; else 2024-06-15.
        base_url: scheme and host; or WETHOD_BASE_URL; else https://api.wethod.com.
        max_in_flight: requests on the wire at the same time, for this client and its copies together.
        connect_timeout: seconds for name look-up and handshake of one attempt.
        read_timeout: seconds between two pieces of an answer of one attempt.
        deadline: seconds one request may take in all, with its queueing, waits and retries; None: no such limit.
        retry: how often and how patiently requests are repeated.
        budget: requests an hour that this token may spend (5,000 is the API's limit), or None for no budget; or
            WETHOD_BUDGET. Each process counts alone: give each of four workers `budget=5000 // 4`, or share one.
        shared_budget: `redis://host:port/db`, where `budget` is counted for all processes and hosts together; or
            WETHOD_SHARED_BUDGET. Where it cannot be reached each process keeps to a quarter, with a warning.
        budget_key: name of the shared budget, where one person has several tokens or a function gives them; or
            WETHOD_BUDGET_KEY. By default a hash of the token.
        single_flight: let equal GETs that are in the air at the same time share one request: of the same path, query,
            token, company and settings. A write through the client or a copy of it ends the sharing.
        strict: refuse rows in which a value is null or missing where the contract promises one, with a DecodeError; by
            default such a value is None, is warned of once, and is counted in the report of a walk.
        read_only: refuse every write with a ConfigurationError before it is sent. See `dry_run` too.
        priority: "bulk" leaves a fifth of the budget to others, for jobs that run beside people.
        headers: headers of your own, such as `{"X-Request-Id": "7"}`, for every request. They are shown nowhere.
        proxy: address of a proxy, such as `http://user:password@host:3128`; by default the one that the environment
            names for the base URL (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, without the hosts of NO_PROXY).
        ssl: an `ssl.SSLContext`, such as `ssl.create_default_context(cafile="ca.pem")`, for certificates of your own;
            by default those of the system, or of the file that SSL_CERT_FILE names.
        session: an `aiohttp.ClientSession` to send through, for what the arguments above do not reach. It is never
            closed here; its own middlewares are not run. Its pool may use a connection on which something arrived that
            nobody asked for, and take that for an answer; the client's own closes such connections.
        hooks: observers of requests, answers, retries and waits.

    Raises:
        ConfigurationError: no token or company, or a value that cannot be used; nothing was sent.

    Example:
        >>> async with Wethod() as wethod:  # doctest: +SKIP
        ...     async for row in wethod.production_plan_streams.list(project_id=7):
        ...         print(row.date, row.value)
    """

    def __init__(
        self,
        *,
        token: Token | None = None,
        company: str | None = None,
        version: str | None = None,
        base_url: str | None = None,
        max_in_flight: int = 16,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        deadline: float | None = None,
        retry: RetryPolicy | None = None,
        budget: int | Omitted | None = OMITTED,
        shared_budget: str | Secret | None = None,
        budget_key: str | None = None,
        single_flight: bool = False,
        strict: bool = False,
        read_only: bool = False,
        priority: Priority = "interactive",
        proxy: str | Proxy | None = None,
        ssl: SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
        session: aiohttp.ClientSession | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        # Out of sight at once: whatever is refused from here on, a traceback with local variables shows no secret.
        token = None if token is None else hidden(token)
        budget = hidden_budget(budget)
        shared_budget = hidden_address(shared_budget)
        proxy = None if proxy is None else Proxy(proxy)
        sent, headers = wrapped(headers), None
        url, base_url = None if base_url is None else wrapped(base_url), None
        settings = settings_of(
            {
                "token": token,
                "company": company,
                "version": version,
                "base_url": url,
                "max_in_flight": max_in_flight,
                "connect_timeout": connect_timeout,
                "read_timeout": read_timeout,
                "deadline": deadline,
                "retry": retry,
                "budget": budget,
                "shared_budget": shared_budget,
                "budget_key": budget_key,
                "single_flight": single_flight,
                "strict": strict,
                "read_only": read_only,
                "priority": priority,
                "proxy": proxy,
                "ssl": ssl,
                "headers": sent,
                "hooks": hooks,
            }
        )
        # aiohttp takes a third of a second to import: it waits until a client is made.
        from ._sending.account import Accounts
        from ._sending.http import aiohttp
        from ._sending.sender import Sender
        from ._sending.single_flight import Flights
        from ._sending.transport import Transport

        if session is not None and not isinstance(session, aiohttp.ClientSession):
            raise ConfigurationError(f"session is an aiohttp.ClientSession, not {shown(session)}")
        self._owner = True
        transport = Transport(max_in_flight=settings.max_in_flight, borrowed=session)
        self._sender = Sender(settings, transport, Accounts(), Flights())

    def with_options(
        self,
        *,
        token: Token | Omitted = OMITTED,
        company: str | Omitted = OMITTED,
        version: str | Omitted = OMITTED,
        base_url: str | Omitted = OMITTED,
        connect_timeout: float | Omitted = OMITTED,
        read_timeout: float | Omitted = OMITTED,
        deadline: float | Omitted | None = OMITTED,
        retry: RetryPolicy | Omitted = OMITTED,
        budget_key: str | Omitted | None = OMITTED,
        single_flight: bool | Omitted = OMITTED,
        strict: bool | Omitted = OMITTED,
        read_only: bool | Omitted = OMITTED,
        priority: Priority | Omitted = OMITTED,
        proxy: str | Proxy | Omitted | None = OMITTED,
        ssl: SSLContext | Omitted | None = OMITTED,
        headers: Mapping[str, str | None] | Omitted | None = OMITTED,
        hooks: Hooks | Omitted = OMITTED,
    ) -> Wethod:
        """A copy that differs in what is named and shares connections and slots with this client.

        A copy with another token has a budget, a pause and statistics of its own; every other copy shares those too.
        Closing a copy closes nothing else; closing this client ends its copies.

        `headers` are put over those of this client, whatever the case of their names; None as a value takes one away,
        None as a whole takes all away.

        Raises:
            ConfigurationError: a value that cannot be used.
            ClientClosedError: this client is closed.
        """
        token = token if isinstance(token, Omitted) else hidden(token)
        sent = headers if isinstance(headers, Omitted) else wrapped(headers)
        headers = None
        url = base_url if isinstance(base_url, Omitted) else wrapped(base_url)
        base_url = OMITTED
        proxy = proxy if proxy is None or isinstance(proxy, Omitted) else Proxy(proxy)
        settings = changed(
            self._sender.settings,
            {
                "token": token,
                "company": company,
                "version": version,
                "base_url": url,
                "connect_timeout": connect_timeout,
                "read_timeout": read_timeout,
                "deadline": deadline,
                "retry": retry,
                "budget_key": budget_key,
                "single_flight": single_flight,
                "strict": strict,
                "read_only": read_only,
                "priority": priority,
                "proxy": proxy,
                "ssl": ssl,
                "headers": sent,
                "hooks": hooks,
            },
        )
        return self._copy(settings)

    def dry_run(self) -> Wethod:
        """A copy that reads as this client does, and whose writes are logged instead of sent.

        Each write goes through all checks of its arguments and is written to the log `asyncsdk` (level INFO) with its
        body. Nobody answers it: the call returns None, whatever its annotation says, and `request` a status of 204.

        Raises:
            ClientClosedError: this client is closed.

        Example:
            >>> rehearsal = wethod.dry_run()  # doctest: +SKIP
            >>> await rehearsal.projects.update(7, probability=80)
        """
        return self._copy(attrs.evolve(self._sender.settings, dry_run=True))

    def _copy(self, settings: Settings) -> Wethod:
        copy = Wethod.__new__(Wethod)
        copy._owner = False
        copy._sender = self._sender.copy(settings)
        return copy

    @property
    def with_response(self) -> ResourcesWithResponse:
        """The same calls, which return the whole `Response`: `status`, `headers` and `body` beside the `value`.

        Lists are the same as without: `page.headers` has the headers of a page.

        Example:
            >>> response = await wethod.with_response.projects.get(7)  # doctest: +SKIP
            >>> response.status, response.headers["date"], response.value.name
        """
        return ResourcesWithResponse(self._sender.with_responses())

    async def aclose(self) -> None:
        """Closes the client and its connections; its copies end with it. Closing a copy ends that copy alone."""
        from ._sending.loops import require_asyncio

        self._sender.close()
        if self._owner:
            require_asyncio()
            try:
                await self._sender.transport.aclose()
            finally:
                await self._sender.accounts.aclose()

    async def __aenter__(self) -> Self:
        from ._sending.loops import require_asyncio

        require_asyncio()
        self._sender.check_open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        if "_sender" not in self.__dict__:  # a traceback that shows variables meets it half made
            return "<Wethod, not set up>"
        settings = self._sender.settings
        return f"Wethod(company={settings.company!r}, base_url={settings.base_url!r})"

    @property
    def settings(self) -> Settings:
        """What the client was set up with; the token in it shows itself to nobody."""
        return self._sender.settings

    @property
    def quota(self) -> Quota:
        """What is left of this hour's requests: of this process, or in Redis at the last look; and when it is full."""
        return self._sender.account.quota

    async def refresh_quota(self) -> Quota:
        """The same, asking Redis first where it keeps the budget; `quota` is as fresh as the last request.

        Raises:
            ClientClosedError: the client is closed.
        """
        self._sender.check_open()
        return await self._sender.account.budget.refresh()

    @property
    def stats(self) -> Stats:
        """What this token's requests came to so far: requests, retries, waits, bytes, rows."""
        return self._sender.account.stats
