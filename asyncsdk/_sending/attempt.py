"""One attempt to send a request through aiohttp.

An attempt raises nothing that the network does: it fills in an `Attempt`, so that aiohttp's errors (which hold the
request's headers, and so the token) go no further than this module.
"""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Final

import attrs
from multidict import CIMultiDict
from yarl import URL

from ..errors import ConfigurationError
from ..errors._printable import printable
from .http import aiohttp
from .network_errors import explain, outcome_of
from .retry import Lost, NotSent, Outcome
from .wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

    from .http import ResponseHandler
    from .opening import Origin
    from .proxies import Proxy

__all__ = ["Attempt", "Base", "Headers", "Route", "send_once"]

MAX_BODY: Final = 64 * 2**20  # bytes; a page of 100 rows has some 30 thousand
SHORTEST_REDACTED: Final = 8  # characters of a token
LONG_BODY: Final = 2**20  # bytes
PROXY_WANTS_CREDENTIALS: Final = 407

LOST: Final = Lost()


@attrs.define
class Attempt:
    """What one attempt came to; filled in as it goes, so that it tells how far it got even where it is cancelled.

    `head` is set when status and headers came, `answer` when all of it was read, `outcome` says what went wrong
    otherwise. `sends` is 1 once the request was handed to a connection, and never more. `problem` describes a failure
    in one line free of secrets; `timed_out` and `too_large` tell which one it was, `kind` is its name. `connection` is
    what the answer came over.
    """

    outcome: Outcome = LOST
    head: Answer | None = None
    answer: Answer | None = None
    sends: int = 0
    problem: str = ""
    timed_out: bool = False
    too_large: bool = False
    kind: str | None = None
    connection: ResponseHandler | None = attrs.field(default=None, repr=False)

    def over(self, connection: ResponseHandler | None) -> None:
        """Notes which connection the answer comes over; a mocked answer comes over none."""
        self.connection = connection

    def began(self, head: Answer) -> None:
        """Notes status and headers of the answer, whose body is still to come."""
        self.head = head

    def ended(self, answer: Answer) -> None:
        """Notes the whole answer."""
        self.answer = answer

    def overflowed(self) -> None:
        """Notes that the answer is longer than anybody wants to read."""
        self.too_large = True
        self.kind, self.problem = "ResponseTooLarge", f"the answer is longer than {MAX_BODY} bytes"

    def failed(self, outcome: Outcome, problem: str, *, kind: str, timed_out: bool = False) -> None:
        """Notes what went wrong: what it means, a line that tells it, and its name."""
        self.outcome, self.problem, self.kind, self.timed_out = outcome, problem, kind, timed_out

    def count(self, sent: bool | None) -> None:
        """Notes whether the request reached a connection; None: aiohttp was mocked, and the result tells."""
        if sent is None:
            self.sends = int(self.answer is not None or bool(self.problem and self.outcome == LOST))
        else:
            self.sends = int(sent and not isinstance(self.outcome, NotSent))

    def distrust(self) -> None:
        """Closes the connection, because what came over it cannot be the answer to this request.

        Then the answer that belongs here may be still to come, and would be taken for that of another request. One that
        is under way over the same connection is lost with it, and sent again where it may be.
        """
        if self.connection is not None:
            self.connection.close()


@attrs.frozen
class Base:
    """What the addresses of all requests of a client begin with."""

    scheme: str
    authority: str
    path: str
    host: str
    port: int | None

    @classmethod
    def of(cls, url: str) -> Base:
        """The parts of a base URL.

        Raises:
            ConfigurationError: what the settings let pass and aiohttp cannot read after all is refused here.
        """
        try:
            parsed = URL(url)
        except ValueError as problem:
            reason = printable(str(problem), 100)
        else:
            return cls._of(parsed)
        raise ConfigurationError(f"base_url cannot be used ({reason}); write it as https://api.wethod.com")

    @classmethod
    def _of(cls, parsed: URL) -> Base:
        path = parsed.raw_path.rstrip("/")
        return cls(parsed.scheme, parsed.raw_authority, path, parsed.raw_host or "", parsed.explicit_port)

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
class Route:
    """How the server is reached: time-outs of one attempt, the proxy and the certificates a client was told of."""

    timeouts: aiohttp.ClientTimeout
    proxy: Proxy | None = None
    ssl: SSLContext | None = None


@attrs.define(eq=False)
class _Sending:
    """The one time that aiohttp may send a request; notes how far it got.

    aiohttp repeats a GET or DELETE by itself where the connection breaks. Here that is a matter of the retry policy,
    which counts and waits: so the errors after which aiohttp would go on leave in a wrapping that it does not know.
    """

    request: aiohttp.ClientRequest | None = None

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        self.request = request
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as problem:
            raise _Broken(problem) from None

    @property
    def sent(self) -> bool | None:
        """Whether the request was handed to a connection; None: aiohttp did not come as far, or is mocked."""
        return None if self.request is None else self.request.response is not None

    @property
    def address(self) -> str:
        """The whole address, which texts are not to show: its query holds values."""
        return "" if self.request is None else str(self.request.url)

    @property
    def secrets(self) -> list[str]:
        """The token and a proxy's user and password, the longer first; what is short stands in ordinary words too."""
        if self.request is None:
            return []
        proxy, token = self.request.proxy, self.request.headers.get("Authorization", "").partition(" ")[2]
        found = {token if len(token) >= SHORTEST_REDACTED else ""}
        if proxy is not None:
            found |= {proxy.raw_password or "", proxy.password or "", proxy.raw_user or "", proxy.user or ""}
        return sorted(filter(None, found), key=len, reverse=True)


class _Broken(aiohttp.ClientError):
    """Holds an error that aiohttp would answer by sending the request once more."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem


class Headers(CIMultiDict[str]):
    """Headers that hold a token, and do not show it where a traceback prints local variables."""

    def __repr__(self) -> str:
        return f"<{len(self)} headers>"

    __str__ = __repr__


async def send_once(
    http: aiohttp.ClientSession,
    attempt: Attempt,
    request: Request,
    url: URL,
    headers: Mapping[str, str],
    route: Route,
    proxy: Proxy | None,
) -> None:
    """Sends a request once and fills `attempt` in.

    Raises:
        ConfigurationError: a borrowed session brings credentials of its own.
        asyncio.CancelledError: it was cancelled.
    """
    sending = _Sending()
    unusable: ConfigurationError | None = None
    try:
        response = await http.request(
            request.method,
            url,
            data=_payload(request.body),
            headers=headers,
            timeout=route.timeouts,
            allow_redirects=False,
            proxy=None if proxy is None else proxy.reveal(),
            ssl=route.ssl or True,
            # A borrowed session may have other defaults.
            raise_for_status=False,
            auto_decompress=True,
            middlewares=(sending,),
        )
        attempt.over(getattr(response, "_protocol", None))
        if response.status == PROXY_WANTS_CREDENTIALS:
            response.close()
            wanted = 'the proxy wants a user and a password: proxy="http://user:password@host:port" (407)'
            attempt.failed(NotSent(final=True), wanted, kind="ProxyAuthenticationRequired")
            return
        attempt.began(Answer(response.status, response.headers, b""))
        body = await _read(response)
        if body is None:
            attempt.overflowed()
        else:
            attempt.ended(Answer(response.status, response.headers, body))
    except asyncio.CancelledError as cancelled:
        if (task := asyncio.current_task()) is not None and not task.cancelling():
            # Nobody cancelled this request: closing a pool cancels what looks up a name for it.
            _fail(attempt, aiohttp.ClientConnectionError("the connections were closed"), sending, route)
            return
        # The frames of aiohttp hold the request's headers, and error trackers print the variables of each.
        raise cancelled.with_traceback(None)  # noqa: B904  # the same error goes on
    except Exception as problem:
        unusable = _fail(attempt, problem, sending, route)
    finally:
        attempt.count(sending.sent)
    if unusable is not None:
        raise unusable  # outside of the `except`: nothing that holds headers hangs on it as a context


def _payload(body: bytes | None) -> bytes | io.BytesIO | None:
    """The body in the form that aiohttp wants: long ones in pieces, between which the event loop goes on."""
    return body if body is None or len(body) <= LONG_BODY else io.BytesIO(body)


def _fail(attempt: Attempt, problem: Exception, sending: _Sending, route: Route) -> ConfigurationError | None:
    """Notes what went wrong; returns the error to raise where no other attempt would fare better."""
    if isinstance(problem, _Broken):
        problem = problem.problem
    if isinstance(problem, ConfigurationError):
        return problem.with_traceback(None)
    if type(problem) is ValueError and "AUTHORIZATION" in str(problem):
        return ConfigurationError(
            "the session lent to this Wethod adds credentials of its own (auth=, or trust_env=True with an entry "
            "in .netrc), and a request holds one Authorization header. Lend a session without, or none: a proxy "
            "named by the environment is found without trust_env, others are named with proxy="
        )
    timeouts = route.timeouts
    words = explain(
        problem,
        address=sending.address,
        connect=timeouts.sock_connect,
        read=timeouts.sock_read,
        secrets=sending.secrets,
    )
    late = isinstance(problem, TimeoutError)
    attempt.failed(outcome_of(problem, sent=sending.sent), words, kind=type(problem).__name__, timed_out=late)
    return None


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
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
            body = await content.readany()
            if not body:
                return bytes(rest)
            rest += body
    except BaseException:
        response.close()
        raise
    response.close()
    return None
