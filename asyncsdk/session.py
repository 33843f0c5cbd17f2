"""The way of one request: slot, budget, attempt, verdict, and again.

    slot -> budget (a try that does not wait; refused: give the slot back, wait, try again)
         -> attempt (time-outs start here) -> verdict -> done | wait and again

A `Session` holds what a client and one of its copies differ in (settings) and what they share: the connections
(`Transport`) and, per token, the budget, the pause and the counters (`Account`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Generic, TypeVar, overload

import attrs

from . import clock, wire
from .account import Accounts
from .codec import Decoding, arrived_whole
from .errors import (
    ClientClosed,
    ConnectionFailed,
    DecodeError,
    OutcomeUnknown,
    RateLimited,
    RequestTimeout,
    ResponseTooLarge,
    TransportError,
    WethodError,
)
from .event_loop import require_asyncio
from .events import RequestSent, ResponseReceived, RetryPlanned, WaitBegun, WaitReason, announce
from .journey import Journey
from .opening import Connections
from .retry import Again, Answered, Outcome, Settled, decide, silence
from .settings import Settings
from .throttling import Refused, Turn
from .transport import USER_AGENT, Attempt, Base, Pool, Transport
from .wire import Answer, Field, Request

__all__ = ["Reply", "Session"]

logger = logging.getLogger("asyncsdk")

LEEWAY: Final = 1.0  # seconds beyond max_wait for the orderly start after a pause: it is not the server's wait

T = TypeVar("T")


@attrs.define(eq=False)  # one a request, and made in a third of the time of a frozen one
class Reply(Generic[T]):
    """A success: the decoded value and the answer it came in."""

    value: T
    answer: Answer


class Session:
    """Sends requests for one token and company. Made by `Wethod`; resources and pagers send through it."""

    def __init__(self, settings: Settings, transport: Transport, accounts: Accounts) -> None:
        self.settings = settings
        self.transport = transport
        self.accounts = accounts
        self.account = accounts.of(settings)
        self.decoding = Decoding(strict=settings.strict, warn_once=accounts.warn_once)
        self.closed = False
        self._headers = transport.headers(
            {
                "Authorization": f"Bearer {settings.token.reveal()}",
                "Wethod-Company": settings.company,
                "Wethod-Version": settings.version,
                "Accept": "application/json",
                "User-Agent": USER_AGENT,
            }
        )
        self._body_headers = transport.headers({**self._headers, "Content-Type": "application/json"})
        self._route = transport.route(settings.connect_timeout, settings.read_timeout, settings.proxy, settings.ssl)
        self._base = Base.of(settings.base_url)

    def copy(self, settings: Settings) -> Session:
        """A session with other settings on the same connections; each token has an account of its own."""
        self.check_open()
        return Session(settings, self.transport, self.accounts)

    def connections(self) -> Connections | None:
        """The running loop's connections, for walks that have them made ahead; None with a borrowed session.

        Raises:
            ClientClosed: the client was closed.
        """
        opener = self.transport.pool().opener
        return None if opener is None else opener.to(self._base.origin, self.settings.connect_timeout)

    def check_open(self) -> None:
        """Raises ClientClosed once this client, or the one it was copied from, is closed."""
        if self.closed or self.transport.closed:
            raise ClientClosed

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
            ClientClosed: the client was closed, before or meanwhile.
            TransportError: no usable answer came.
            APIError: the API answered with an error.
            DecodeError: the answer is not JSON, or does not fit.
        """
        require_asyncio()
        deadline = self.settings.deadline
        journey = Journey(
            request,
            None if deadline is None else asyncio.get_running_loop().time() + deadline,
            Turn(self.settings.priority == "bulk"),
        )
        while True:
            pool = await self._permit(journey)
            attempt = await self._attempt(journey, pool)
            answer = attempt.answer
            unreadable: DecodeError | None = None
            if answer is not None and 200 <= answer.status < 300:
                try:
                    return Reply(decode(answer.body), answer)
                except DecodeError as error:
                    error.request = request.line
                    unreadable = error
                    attempt.distrust()
            outcome = _outcome(attempt, unreadable)
            if (seconds := silence(outcome)) is not None:
                # A fact about the token, whatever this request's patience: everybody who holds it has to wait.
                self.account.pause.begin(seconds)
                await self.account.budget.announce(seconds)
            history = journey.history(asyncio.get_running_loop().time())
            decision = decide(self.settings.retry, request.method, outcome, history, clock.chance())
            if isinstance(decision, Again) and not attempt.too_large:
                await self._again(journey, attempt, decision, pool)
            elif decision == Settled("done") and answer is not None:
                return Reply(decode(b""), answer)
            else:
                # Raised outside of any `except`: nothing that holds headers hangs on it as a context.
                raise self._failure(request, attempt, decision, unreadable)

    async def _permit(self, journey: Journey) -> Pool:
        """Waits until the request may leave; the caller then holds a slot of the pool, and a grant is spent."""
        account, turn = self.account, journey.turn
        try:
            while True:
                pool = self.transport.pool()
                if not pool.slots.try_acquire():
                    await self._queue(journey, pool)
                try:
                    refused = account.pause.ask(turn)
                    if refused is None:
                        taking = account.budget.take(turn)
                        refused = await (taking if journey.deadline_at is None else self._in_time(journey, taking))
                    self.check_open()
                    if journey.deadline_at is not None and (late := self._lateness(journey, 0.0, "its turn")):
                        raise late
                except BaseException:
                    pool.slots.release()
                    raise
                if refused is None:
                    return pool
                pool.slots.release()
                await self._hold_back(journey, refused, pool)
        except BaseException as error:
            account.pause.leave(turn)
            account.budget.give_back(turn)
            if isinstance(error, WethodError) and (instead := journey.stopped_by(error)) is not error:
                raise instead from None
            raise

    async def _in_time(self, journey: Journey, taking: Awaitable[Refused | None]) -> Refused | None:
        """Asks a budget that may have to travel for its answer."""
        try:
            async with asyncio.timeout_at(journey.deadline_at):
                return await taking
        except TimeoutError:
            raise self._too_late(journey, "the shared budget") from None

    async def _queue(self, journey: Journey, pool: Pool) -> None:
        """Waits for a free slot. Time-outs do not run meanwhile; the deadline does."""
        self._tell_wait(journey, "slot", None)
        begun = clock.monotonic()
        try:
            async with asyncio.timeout_at(journey.deadline_at):
                await pool.slots.acquire()
        except TimeoutError:
            raise self._too_late(journey, "a free slot (max_in_flight)") from None
        finally:
            self.account.counters.waited += clock.monotonic() - begun

    async def _hold_back(self, journey: Journey, refused: Refused, pool: Pool) -> None:
        """Waits for the budget or a pause, as far as the policy and the deadline allow."""
        what = "the hourly budget" if refused.reason == "budget" else "the pause the server ordered"
        most = self.settings.retry.max_wait
        if journey.waited + refused.seconds > most + LEEWAY:
            raise RateLimited(
                f"{what} would hold this request back for {refused.seconds:.0f} s, longer than max_wait "
                f"({most:.0f} s). To wait for it, raise RetryPolicy(max_wait=...)",
                request=journey.request.line,
                status=None,
                retry_after=refused.seconds,
            )
        if (late := self._lateness(journey, refused.seconds, what)) is not None:
            raise late
        self._tell_wait(journey, refused.reason, refused.seconds)
        journey.waited += refused.nap
        self.account.counters.waited += refused.nap
        await pool.sleep(refused.nap)

    async def _attempt(self, journey: Journey, pool: Pool) -> Attempt:
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
                headers=self._headers if request.body is None else self._body_headers,
                route=self._route,
            )
            if journey.deadline_at is None:
                await sending
            else:
                async with asyncio.timeout_at(journey.deadline_at):
                    await sending
        except TimeoutError:
            late = True
        finally:
            pool.slots.release()
            self._note(journey, attempt, clock.monotonic() - begun)
        if late:
            journey.lost = journey.lost or attempt.sends > 0
            raise journey.stopped_by(self._too_late(journey, "the answer"))
        if attempt.answer is None and (self.closed or self.transport.closed):
            journey.lost = journey.lost or attempt.sends > 0
            raise journey.stopped_by(ClientClosed())
        return attempt

    def _note(self, journey: Journey, attempt: Attempt, seconds: float) -> None:
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
                status or self.settings.token.redact(attempt.problem) or "no answer",
                seconds * 1000,
                journey.attempts,
            )

    async def _again(self, journey: Journey, attempt: Attempt, decision: Again, pool: Pool) -> None:
        """Waits before a request is sent again."""
        request, seconds = journey.request, decision.seconds
        journey.turn = Turn(journey.turn.bulk)  # the former one is spent
        if attempt.sends and (attempt.answer is None or attempt.answer.status in {502, 504}):
            journey.lost = True
        if (late := self._lateness(journey, seconds, f"trying again after {decision.reason}")) is not None:
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
            # The pause holds this request back like every other, and counts its seconds.
            journey.ordered += 1
            journey.ordered_seconds += seconds
            return
        if decision.shared:
            self.account.pause.begin(seconds)
            await self.account.budget.announce(seconds)
            return
        self._tell_wait(journey, "backoff", seconds)
        self.account.counters.waited += seconds
        await pool.sleep(seconds)

    def _tell_wait(self, journey: Journey, reason: WaitReason, seconds: float | None) -> None:
        self.account.counters.waits += 1
        # One warning a request, not one a nap: hundreds of tasks may be waiting for the same budget.
        long = seconds is not None and seconds >= 10 and not journey.waited
        level = logging.WARNING if long else logging.DEBUG
        if logger.isEnabledFor(level):
            until = "until there is a free slot" if seconds is None else f"{seconds:.1f} s for the {reason}"
            logger.log(level, "%s waits %s", journey.request.line, until)
        if self.settings.hooks.wait is not None:
            request = journey.request
            announce(self.settings.hooks.wait, WaitBegun(request.method, request.path, reason, seconds))

    def _lateness(self, journey: Journey, seconds: float, what: str) -> RequestTimeout | None:
        """No sleep is begun that would pass the deadline, and nothing is sent after it."""
        if journey.deadline_at is None or asyncio.get_running_loop().time() + seconds < journey.deadline_at:
            return None
        return self._too_late(journey, f"{what} ({seconds:.1f} s)" if seconds else what)

    def _too_late(self, journey: Journey, what: str) -> RequestTimeout:
        return RequestTimeout(
            f"the deadline of {self.settings.deadline} s would pass while waiting for {what}",
            request=journey.request.line,
            phase="deadline",
        )

    def _failure(
        self, request: Request, attempt: Attempt, decision: Again | Settled, unreadable: DecodeError | None
    ) -> WethodError:
        """The error of a request that will not be sent again."""
        line, problem = request.line, self.settings.token.redact(attempt.problem)
        if attempt.too_large:
            return ResponseTooLarge(problem, request=line)
        if decision == Settled("unknown"):
            status = "" if attempt.answer is None else f"status {attempt.answer.status}"
            return OutcomeUnknown(
                f"sent, but the answer was lost ({problem or status}); look before repeating it", request=line
            )
        if unreadable is not None:
            return unreadable
        if attempt.answer is not None and (error := wire.error_of(request, attempt.answer, now=clock.utc_now())):
            return error
        if decision == Settled("not_sent"):
            if attempt.timed_out:
                return RequestTimeout(f"no connection in time: {problem}", request=line, phase="connect")
            return ConnectionFailed(f"no connection: {problem}", request=line)
        if attempt.timed_out:
            return RequestTimeout(f"no answer in time: {problem}", request=line, phase="read")
        return TransportError(f"the connection broke: {problem}", request=line)


def _outcome(attempt: Attempt, unreadable: DecodeError | None) -> Outcome:
    """An attempt as the retry table sees it."""
    answer = attempt.answer
    if answer is None:
        return attempt.outcome
    wait = wire.server_wait(answer.headers, now=clock.utc_now()) if answer.status in {429, 503} else None
    return Answered(answer.status, wait, garbled=unreadable is not None and not arrived_whole(answer.body))


def ignore(body: bytes) -> None:
    """Decodes an answer that says nothing."""
