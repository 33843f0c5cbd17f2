"""The way of one request: slot, budget, attempt, verdict, and again.

    slot -> budget (a try that does not wait; refused: give the slot back, wait, try again)
         -> attempt (time-outs start here) -> verdict -> done | wait and again

A `Session` holds what a client and one of its copies differ in (settings) and what they share: the connections
(`Transport`) and, per token, the budget, the pause and the counters (`Account`).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import perf_counter
from typing import Generic, TypeVar, overload

import attrs
import msgspec

from . import wire
from .account import Account
from .codec import one_decoder
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
from .events import RequestSent, ResponseReceived, RetryPlanned, WaitBegun, WaitReason, announce
from .retry import REPEATABLE, Again, Answered, History, Settled, decide
from .settings import Settings
from .throttle import Refused, Turn
from .transport import USER_AGENT, Attempt, Pool, Transport
from .wire import Answer, Field, Request

__all__ = ["Reply", "Session"]

logger = logging.getLogger("asyncsdk")

T = TypeVar("T")


@attrs.frozen
class Reply(Generic[T]):
    """A success: the decoded value and the answer it came in."""

    value: T
    answer: Answer


@attrs.define
class _Journey:
    """What one request has been through so far."""

    request: Request
    deadline_at: float | None
    attempts: int = 0
    ordered: int = 0  # attempts the server answered with an order to wait; they do not count as failed ones
    waited: float = 0.0
    lost: bool = False

    def history(self) -> History:
        return History(attempts=self.attempts - self.ordered, waited=self.waited, lost=self.lost)


class Session:
    """Sends requests for one token and company. Made by `Wethod`; resources and pagers send through it."""

    def __init__(self, settings: Settings, transport: Transport, account: Account) -> None:
        self.settings = settings
        self.transport = transport
        self.account = account
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
        self._timeout = transport.timeout(settings.connect_timeout, settings.read_timeout)

    def copy(self, settings: Settings) -> Session:
        """A session with other settings on the same connections; another token brings an account of its own."""
        self.check_open()
        same = settings.token == self.settings.token
        return Session(settings, self.transport, self.account if same else Account.of(settings))

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
        return (await self.send(request, one_decoder(model))).value

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
        deadline = self.settings.deadline
        journey = _Journey(request, None if deadline is None else asyncio.get_running_loop().time() + deadline)
        while True:
            pool = await self._permit(journey)
            attempt = await self._attempt(journey, pool)
            answer = attempt.answer
            failure: WethodError | None = None
            outcome = attempt.outcome
            if answer is not None:
                outcome = Answered(answer.status)
                if 200 <= answer.status < 300:
                    try:
                        return Reply(decode(answer.body), answer)
                    except DecodeError as error:
                        error.request = request.line
                        failure = error
                        outcome = Answered(answer.status, garbled=not _is_json(answer.body))
                else:
                    failure = wire.error_of(request, answer, now=datetime.now(UTC))
                    if answer.status in {429, 503}:
                        outcome = Answered(answer.status, wait=wire.server_wait(answer.headers, now=datetime.now(UTC)))
            decision = decide(self.settings.retry, request.method, outcome, journey.history(), random.random())
            if isinstance(decision, Again) and not attempt.too_large:
                await self._again(journey, attempt, decision)
            elif decision == Settled("done") and answer is not None:
                return Reply(decode(b""), answer)
            else:
                # Raised outside of any `except`: nothing that holds headers hangs on it as a context.
                raise self._failure(request, attempt, decision, failure)

    async def _permit(self, journey: _Journey) -> Pool:
        """Waits until the request may leave; the caller then holds a slot of the pool, and a grant is spent."""
        pool = self.transport.pool()
        slots, account = pool.slots, self.account
        turn = Turn(bulk=self.settings.priority == "bulk")
        try:
            while True:
                if not slots.try_acquire():
                    await self._queue(journey, pool)
                try:
                    self.check_open()
                    refused = account.pause.ask(turn) or await account.budget.take(turn)
                except BaseException:
                    slots.release()
                    raise
                if refused is None:
                    return pool
                slots.release()
                await self._hold_back(journey, refused)
        except BaseException:
            account.budget.give_back(turn)
            raise

    async def _queue(self, journey: _Journey, pool: Pool) -> None:
        """Waits for a free slot. Time-outs do not run meanwhile; the deadline does."""
        self._tell_wait(journey, "slot", None)
        begun = perf_counter()
        try:
            async with asyncio.timeout_at(journey.deadline_at):
                await pool.slots.acquire()
        except TimeoutError:
            raise self._too_late(journey, "a free slot (max_in_flight)") from None
        finally:
            self.account.counters.waited += perf_counter() - begun

    async def _hold_back(self, journey: _Journey, refused: Refused) -> None:
        """Waits for the budget or a pause, as far as the policy and the deadline allow."""
        what = "the hourly budget" if refused.reason == "budget" else "the pause the server ordered"
        policy = self.settings.retry
        if journey.waited + refused.seconds > policy.max_wait:
            raise RateLimited(
                f"{what} would hold this request back for {refused.seconds:.0f} s, longer than max_wait "
                f"({policy.max_wait:.0f} s). To wait for it, raise RetryPolicy(max_wait=...)",
                request=journey.request.line,
                status=None,
                retry_after=refused.seconds,
            )
        self._check_deadline(journey, refused.seconds, what)
        self._tell_wait(journey, refused.reason, refused.seconds)
        journey.waited += refused.nap
        self.account.counters.waited += refused.nap
        await asyncio.sleep(refused.nap)

    async def _attempt(self, journey: _Journey, pool: Pool) -> Attempt:
        """One attempt; gives the slot back whatever happens."""
        request, hooks, counters = journey.request, self.settings.hooks, self.account.counters
        journey.attempts += 1
        if hooks.request is not None:
            announce(hooks.request, RequestSent(request.method, request.path, journey.attempts))
        counters.requests += 1
        counters.sent += len(request.body or b"")
        headers = self._headers if request.body is None else self._body_headers
        attempting = pool.attempt(request, base_url=self.settings.base_url, headers=headers, timeout=self._timeout)
        begun = perf_counter()
        try:
            if journey.deadline_at is None:
                attempt = await attempting
            else:
                async with asyncio.timeout_at(journey.deadline_at):
                    attempt = await attempting
        except TimeoutError:
            # What was sent by then may have been carried out.
            if request.method in REPEATABLE:
                raise self._too_late(journey, "the answer") from None
            raise OutcomeUnknown("the deadline passed before the answer came", request=request.line) from None
        finally:
            pool.slots.release()
        self._note(journey, attempt, perf_counter() - begun)
        return attempt

    def _note(self, journey: _Journey, attempt: Attempt, seconds: float) -> None:
        """Counts an attempt and tells the observers."""
        request, answer, counters = journey.request, attempt.answer, self.account.counters
        if attempt.sends > 1:
            # aiohttp sent it again on a fresh connection: another request for the budget, another chance to be done.
            self.account.budget.extra(attempt.sends - 1)
            counters.requests += attempt.sends - 1
            counters.retries += attempt.sends - 1
            journey.lost = True
        size = 0 if answer is None else len(answer.body)
        counters.received += size
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
                status or attempt.problem,
                seconds * 1000,
                journey.attempts,
            )

    async def _again(self, journey: _Journey, attempt: Attempt, decision: Again) -> None:
        """Waits before a request is sent again; an order of the server holds for everybody with this token."""
        request, account = journey.request, self.account
        if attempt.answer is None or attempt.answer.status in {502, 504}:
            journey.lost = journey.lost or attempt.sends > 0
        what = f"trying again after {decision.reason}"
        self._check_deadline(journey, decision.seconds, what)
        account.counters.retries += 1
        logger.info(
            "%s: %s (attempt %d); again in %.1f s", request.line, decision.reason, journey.attempts, decision.seconds
        )
        announce(
            self.settings.hooks.retry,
            RetryPlanned(request.method, request.path, journey.attempts, decision.seconds, decision.reason),
        )
        if decision.ordered:
            journey.ordered += 1
            account.pause.begin(decision.seconds)
            await account.budget.announce(decision.seconds)
            return  # the pause holds this request back like every other, and counts its seconds
        self._tell_wait(journey, "backoff", decision.seconds)
        account.counters.waited += decision.seconds
        await asyncio.sleep(decision.seconds)

    def _tell_wait(self, journey: _Journey, reason: WaitReason, seconds: float | None) -> None:
        self.account.counters.waits += 1
        level = logging.WARNING if seconds is not None and seconds >= 10 else logging.DEBUG
        if logger.isEnabledFor(level):
            until = "until there is a free slot" if seconds is None else f"{seconds:.1f} s for the {reason}"
            logger.log(level, "%s waits %s", journey.request.line, until)
        if self.settings.hooks.wait is not None:
            request = journey.request
            announce(self.settings.hooks.wait, WaitBegun(request.method, request.path, reason, seconds))

    def _check_deadline(self, journey: _Journey, seconds: float, what: str) -> None:
        """No sleep is begun that would pass the deadline."""
        if journey.deadline_at is not None and asyncio.get_running_loop().time() + seconds > journey.deadline_at:
            raise self._too_late(journey, f"{what} ({seconds:.1f} s)")

    def _too_late(self, journey: _Journey, what: str) -> RequestTimeout:
        return RequestTimeout(
            f"the deadline of {self.settings.deadline} s would pass while waiting for {what}",
            request=journey.request.line,
            phase="deadline",
        )

    def _failure(
        self, request: Request, attempt: Attempt, decision: Again | Settled, failure: WethodError | None
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
        if failure is not None:
            return failure
        if decision == Settled("not_sent"):
            if attempt.timed_out:
                return RequestTimeout(f"no connection in time: {problem}", request=line, phase="connect")
            return ConnectionFailed(f"no connection: {problem}", request=line)
        if attempt.timed_out:
            return RequestTimeout(f"no answer in time: {problem}", request=line, phase="read")
        return TransportError(f"the connection broke: {problem}", request=line)


def ignore(body: bytes) -> None:
    """Decodes an answer that says nothing."""


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
