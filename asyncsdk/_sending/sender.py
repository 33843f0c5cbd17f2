"""The way of one request: slot, budget, attempt, verdict, and again.

    slot -> budget (a try that does not wait; refused: give the slot back, wait, try again)
         -> attempt (time-outs start here) -> verdict -> done | wait and again

A `Sender` holds what a client and one of its copies differ in (settings) and what they share: the connections
(`Transport`) and, per token, the budget, the pause and the counters (`Account`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, Generic, TypeVar, overload

import attrs

from .._codec.decode import Decoding
from .._codec.values import Field
from .._limits import Ticket, clock
from ..errors import ClientClosedError, ConfigurationError, DecodeError
from ..errors._printable import printable
from . import outcomes, wire
from .account import Account, Accounts
from .call import Call
from .deadline import Deadline
from .events import RequestSent, ResponseReceived, RetryPlanned, announce
from .gate import Gate
from .loops import require_asyncio
from .opening import Connections
from .retry import READS, Again, Settled, decide, may_be_done, silence
from .secret import Secret, redacted
from .settings import Settings
from .transport import USER_AGENT, Attempt, Base, Pool, Transport
from .wire import Answer, Request

__all__ = ["Reply", "Sender", "ignore"]

logger: Final = logging.getLogger("asyncsdk")

T = TypeVar("T")


@attrs.define(eq=False)  # one a request, and made in a third of the time of a frozen one
class Reply(Generic[T]):
    """A success: the decoded value and the answer it came in."""

    value: T
    answer: Answer


@attrs.frozen(eq=False)
class Headers:
    """The headers that requests with one token carry."""

    token: Secret
    plain: Mapping[str, str]
    with_body: Mapping[str, str]


class Sender:
    """Sends requests for one token and company. Made by `Wethod`; resources and pagers send through it."""

    def __init__(self, settings: Settings, transport: Transport, accounts: Accounts) -> None:
        self.settings = settings
        self.transport = transport
        self.accounts = accounts
        self.account: Account = accounts.of(settings)
        self.decoding: Decoding = Decoding(strict=settings.strict, warn_once=accounts.warn_once)
        self.closed = False
        self._gate = Gate(settings, transport, self.account)
        self._route = transport.route(settings.connect_timeout, settings.read_timeout, settings.proxy, settings.ssl)
        self._base = _base_of(settings.base_url)
        token = settings.token
        self._headers = self._headers_with(token) if isinstance(token, Secret) else None
        self._asked: Headers | None = None  # those with what a token's function gave last

    def copy(self, settings: Settings) -> Sender:
        """A session with other settings on the same connections; each token has an account of its own."""
        self.check_open()
        return Sender(settings, self.transport, self.accounts)

    def connections(self) -> Connections | None:
        """The running loop's connections, for walks that have them made ahead; None with a borrowed session.

        Raises:
            ClientClosedError: the client was closed.
        """
        opener = self.transport.pool().opener
        return None if opener is None else opener.to(self._base.origin, self.settings.connect_timeout)

    def check_open(self) -> None:
        """Raises ClientClosedError once this client, or the one it was copied from, is closed."""
        if self.closed or self.transport.closed:
            raise ClientClosedError

    @overload
    async def call(
        self, method: str, path: str, model: type[T], query: Iterable[Field] = ..., body: Iterable[Field] | None = ...
    ) -> T: ...
    @overload
    async def call(
        self, method: str, path: str, model: None, query: Iterable[Field] = ..., body: Iterable[Field] | None = ...
    ) -> None: ...
    async def call(
        self,
        method: str,
        path: str,
        model: type[T] | None,
        query: Iterable[Field] = (),
        body: Iterable[Field] | None = None,
    ) -> T | None:
        """Sends one operation and decodes its answer into `model` (None: the answer says nothing)."""
        request = wire.build(method, path, query, None if body is None else wire.encode_fields(body))
        if model is None:
            await self.send(request, ignore)
            return None
        return (await self.send(request, self.decoding.one(model))).value

    async def send(self, request: Request, decode: Callable[[bytes], T]) -> Reply[T]:
        """Sends a request until it succeeds or may not be repeated.

        Args:
            request: what to send.
            decode: turns the body of a success into a value; raises `DecodeError`.

        Raises:
            ClientClosedError: the client was closed, before or meanwhile.
            TransportError: no usable answer came.
            APIError: the API answered with an error.
            DecodeError: the answer is not JSON, or does not fit.
        """
        require_asyncio()
        deadline = self.settings.deadline
        journey = Call(
            request,
            None if deadline is None else asyncio.get_running_loop().time() + deadline,
            Ticket(self.settings.priority == "bulk"),
        )
        while True:
            headers = self._headers or await self._headers_in_force(journey)
            pool = await self._gate.permit(journey, self.check_open)
            if self._headers is None:  # another request may have renewed the token meanwhile
                headers = await self._headers_in_force(journey)
            attempt = await self._attempt(journey, pool, headers)
            answer = attempt.answer
            unreadable: DecodeError | None = None
            if answer is not None and 200 <= answer.status < 300:
                try:
                    return Reply(decode(answer.body), answer)
                except DecodeError as error:
                    unreadable = error
                    attempt.distrust()
            answer = outcomes.answer_of(attempt)
            if answer is not None and answer.status == 401 and await self._renew_token(journey, headers, answer):
                continue
            outcome = outcomes.outcome_of(attempt, unreadable, clock.utc_now())
            if (seconds := silence(outcome)) is not None:
                # A fact about the token, whatever this request's patience: everybody who holds it has to wait.
                self.account.pause.begin(seconds)
                await self.account.budget.announce(seconds)
            history = journey.history(asyncio.get_running_loop().time())
            decision = decide(self.settings.retry, request.method, outcome, history, clock.chance())
            if isinstance(decision, Again) and not attempt.too_large:
                journey.lost = journey.lost or (attempt.sends > 0 and may_be_done(outcome))
                await self._again(journey, decision, pool)
                continue
            if decision == Settled("done") and answer is not None:
                try:
                    return Reply(decode(b""), answer)
                except DecodeError as error:
                    unreadable = error
            # Raised outside of any `except`: nothing that holds headers hangs on it as a context.
            raise outcomes.failure(
                request, attempt, decision, unreadable, now=clock.utc_now(), secrets=self._secrets(headers)
            )

    async def _attempt(self, journey: Call, pool: Pool, headers: Headers) -> Attempt:
        """One attempt; gives the slot back whatever happens."""
        request, hooks = journey.request, self.settings.hooks
        attempt = Attempt()
        late = False
        begun = clock.monotonic()
        try:
            journey.attempts += 1
            if hooks.request is not None:
                announce(hooks.request, RequestSent(request.method, request.path, journey.attempts))
            sending = pool.attempt(
                attempt,
                request,
                base=self._base,
                headers=headers.plain if request.body is None else headers.with_body,
                route=self._route,
            )
            if journey.deadline_at is None:
                await sending
            else:
                async with Deadline(journey.deadline_at):
                    await sending
        except TimeoutError:
            late = True
        finally:
            pool.slots.release()
            self._note(journey, attempt, headers, clock.monotonic() - begun)
        closed = attempt.answer is None and (self.closed or self.transport.closed)
        if late or closed:
            journey.lost = journey.lost or attempt.sends > 0
            stopped = ClientClosedError() if closed else self._gate.too_late(journey, "the answer")
            if attempt.head is not None and outcomes.is_success(attempt.head) and request.method not in READS:
                raise outcomes.cut_short(request, attempt.head, str(stopped), self._secrets(headers))
            raise journey.stopped_by(stopped)
        return attempt

    def _note(self, journey: Call, attempt: Attempt, headers: Headers, seconds: float) -> None:
        """Counts an attempt and tells the observers."""
        request, answer, account = journey.request, attempt.answer, self.account
        counters = account.counters
        if attempt.sends != 1:
            if attempt.sends == 0:
                account.budget.give_back(journey.turn)
            else:
                # aiohttp sent it again on a fresh connection: one more for the budget, and one more chance to be done.
                account.budget.extra(attempt.sends - 1)
                journey.lost = True
        size = 0 if answer is None else len(answer.body)
        counters.requests += attempt.sends
        counters.retries += attempt.sends if journey.attempts > 1 else max(0, attempt.sends - 1)
        counters.received += size
        if request.body is not None:
            counters.sent += len(request.body) * attempt.sends
        status = None if answer is None else answer.status
        if self.settings.hooks.response is not None:
            announce(
                self.settings.hooks.response,
                ResponseReceived(request.method, request.path, journey.attempts, status, seconds, size),
            )
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                "%s %s -> %s in %.0f ms, attempt %d",
                request.method,
                request.path,
                status or printable(redacted(attempt.problem, self._secrets(headers))) or "no answer",
                seconds * 1000,
                journey.attempts,
            )

    async def _again(self, journey: Call, decision: Again, pool: Pool) -> None:
        """Waits before a request is sent again."""
        request, seconds = journey.request, decision.seconds
        journey.turn = Ticket(journey.turn.bulk)  # the former one is spent
        if (late := self._gate.lateness(journey, seconds, f"trying again after {decision.reason}")) is not None:
            raise journey.stopped_by(late)
        # Beyond the usual attempts somebody should know: it may go on for as long as the policy's patience.
        level = logging.INFO if journey.attempts < self.settings.retry.attempts else logging.WARNING
        logger.log(
            level, "%s: %s (attempt %d); again in %.1f s", request.line, decision.reason, journey.attempts, seconds
        )
        announce(
            self.settings.hooks.retry,
            RetryPlanned(request.method, request.path, journey.attempts, seconds, decision.reason),
        )
        if decision.ordered:
            journey.ordered += 1
            journey.ordered_seconds += seconds
        if decision.shared:
            # The pause holds this request back like every other, and counts its seconds.
            if not decision.ordered:
                self.account.pause.begin(seconds)
                await self.account.budget.announce(seconds)
            return
        if decision.ordered:
            journey.waited += seconds
        await self._gate.wait(journey, seconds, pool)

    # The token: fixed, or asked for.

    def _headers_with(self, token: Secret) -> Headers:
        settings, transport = self.settings, self.transport
        defaults = {"Wethod-Company": settings.company, "Wethod-Version": settings.version}
        defaults |= {"Accept": "application/json", "User-Agent": USER_AGENT}
        plain = transport.headers(settings.headers.over(defaults) | {"Authorization": f"Bearer {token.reveal()}"})
        return Headers(token, plain, transport.headers({**plain, "Content-Type": "application/json"}))

    async def _headers_in_force(self, journey: Call) -> Headers:
        """The headers with the token that its function gave last; asks it where it was not asked yet."""
        token = self.account.credential.token
        if token is None:
            token = await self._in_time(journey, self.account.credential.current(journey.request.line))
            self.check_open()
        if self._asked is None or self._asked.token is not token:
            self._asked = self._headers_with(token)
        return self._asked

    async def _renew_token(self, journey: Call, headers: Headers, answer: Answer) -> bool:
        """After a 401: whether the token's function gives another one, asked once for a request."""
        if journey.renewed or isinstance(self.settings.token, Secret):
            return False
        journey.renewed = True
        journey.turn = Ticket(journey.turn.bulk)
        renewing = self.account.credential.renewed(headers.token, journey.request.line, answer)
        changed = await self._in_time(journey, renewing)
        self.check_open()
        if changed:
            logger.info("%s: status 401 (attempt %d); again with another token", journey.request.line, journey.attempts)
            announce(
                self.settings.hooks.retry,
                RetryPlanned(journey.request.method, journey.request.path, journey.attempts, 0.0, "status 401"),
            )
        return changed

    async def _in_time(self, journey: Call, asking: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout_at(journey.deadline_at):
                return await asking
        except TimeoutError:
            pass
        raise journey.stopped_by(self._gate.too_late(journey, "the token's function"))

    def _secrets(self, headers: Headers) -> tuple[Secret, ...]:
        return (headers.token, *self.settings.headers.secrets)


def _base_of(url: str) -> Base:
    """What the settings let pass and aiohttp cannot read after all is refused here, not at the first request."""
    try:
        return Base.of(url)
    except ValueError as problem:
        reason = printable(str(problem), 100)
    raise ConfigurationError(f"base_url cannot be used ({reason}); write it as https://api.wethod.com")


def ignore(body: bytes) -> None:
    """Decodes an answer that says nothing."""
