"""Sends one request: through the gate, as often as the retry policy says, until its answer or its error.

    gate -> attempt (time-outs start here) -> outcome -> done | wait and again

A `Sender` holds what a client and one of its copies differ in (settings) and what they share: the connections
(`Transport`) and, per token, the budget, the pause and the counters (`Account`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final, TypeVar, cast, overload

from .._codec import arguments
from .._codec.decode import Decoding
from .._codec.values import Field
from .._limits import Ticket, clock
from ..errors import ClientClosedError, DecodeError
from ..events import CallShared
from ..events._observers import Observers, observers_alone, observers_of
from . import outcomes, wire
from .account import Account, Accounts
from .attempt import Base
from .authorization import Authorization, RequestHeaders
from .call import Call
from .gate import Gate, Lifetime
from .loops import require_asyncio
from .opening import Connections
from .response import response_of
from .retry import Again, Settled, decide, may_be_done, ordered_pause
from .settings import Settings
from .single_flight import Flights
from .statuses import READS
from .transport import Pool, Transport
from .unsent import unsent
from .wire import Reply, Request

__all__ = ["Reply", "Sender", "ignore"]

T = TypeVar("T")

logger: Final = logging.getLogger("asyncsdk")


class Sender:
    """Sends requests for one token and company. Made by `Wethod`; resources and pagers send through it.

    Args:
        settings: what the client was set up with.
        transport: the connections, shared with its copies.
        accounts: what requests of a token share.
        flights: what is in the air, for clients with `single_flight=True`.
        lifetime: shared with the sender that this one is another face of; None: one of its own.
        responses: whether `call` returns the whole `Response` instead of the value.
    """

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        accounts: Accounts,
        flights: Flights,
        *,
        lifetime: Lifetime | None = None,
        responses: bool = False,
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.accounts = accounts
        self.account: Account = accounts.of(settings)
        self.decoding: Decoding = Decoding(strict=settings.strict, warn_once=accounts.warn_once)
        self._flights = flights
        self._lifetime = lifetime or Lifetime(transport)
        self._responses = responses
        self._gate = Gate(settings, transport, self.account, self._lifetime)
        self._route = transport.route(settings.connect_timeout, settings.read_timeout, settings.proxy, settings.ssl)
        self._base = Base.of(settings.base_url)
        self._authorization = Authorization(settings, transport, self.account, self._gate, self._lifetime)
        self._observers: Observers = observers_alone(settings.hooks)
        self._server = f"{self._base.scheme}://{self._base.authority}"

    def copy(self, settings: Settings) -> Sender:
        """A sender with other settings on the same connections; each token has an account of its own."""
        self.check_open()
        return Sender(settings, self.transport, self.accounts, self._flights)

    def with_responses(self) -> Sender:
        """The same sender, but that its `call` returns the whole `Response`."""
        parts = (self.settings, self.transport, self.accounts, self._flights)
        return Sender(*parts, lifetime=self._lifetime, responses=True)

    def connections(self) -> Connections | None:
        """The running loop's connections, for walks that have them made ahead; None with a borrowed session.

        Raises:
            ClientClosedError: the client was closed.
        """
        opener = self.transport.pool().opener
        return None if opener is None else opener.to(self._base.origin, self.settings.connect_timeout)

    def close(self) -> None:
        """Ends this client alone; nothing is sent from now on."""
        self._lifetime.close()

    def check_open(self) -> None:
        """Raises ClientClosedError once this client, or the one it was copied from, is closed."""
        self._lifetime.check()

    def observers(self) -> Observers:
        """Who is to be told of what begins now: the client's hooks, and the observers of the process."""
        return observers_of(self.settings.hooks, self._observers)

    @overload
    async def call(
        self,
        operation: str,
        method: str,
        route: str,
        model: type[T],
        query: Iterable[Field] = ...,
        *,
        body: Iterable[Field] | None = ...,
        **ids: object,
    ) -> T: ...
    @overload
    async def call(
        self,
        operation: str,
        method: str,
        route: str,
        model: None,
        query: Iterable[Field] = ...,
        *,
        body: Iterable[Field] | None = ...,
        **ids: object,
    ) -> None: ...
    async def call(
        self,
        operation: str,
        method: str,
        route: str,
        model: type[T] | None,
        query: Iterable[Field] = (),
        *,
        body: Iterable[Field] | None = None,
        **ids: object,
    ) -> T | None:
        """Sends one operation and decodes its answer.

        Args:
            operation: its name in this package, such as `streams.archive`.
            method: upper case.
            route: its path, with `{id}` in the place of each of `ids`.
            model: what the answer is decoded into; None: it says nothing.
            query: parameters by wire name.
            body: the fields of the body.
            **ids: by their names in the route.
        """
        path = arguments.path(route, **ids) if ids else route
        content = None if body is None else wire.encode_fields(body)
        request = wire.build(method, path, query, content, operation=operation, route=route)
        if model is None:
            return cast("T | None", self.result(await self.send(request, ignore)))
        return self.result(await self.send(request, self.decoding.one(model)))

    def result(self, reply: Reply[T]) -> T:
        """What a call returns of a success: its value, or the whole `Response` where that was asked for."""
        # Typed by the generator: whoever has a sender of responses has methods that return them.
        return cast("T", response_of(reply)) if self._responses else reply.value

    async def send(self, request: Request, decode: Callable[[bytes], T], *, walk_id: int | None = None) -> Reply[T]:
        """Sends a request until it succeeds or may not be repeated.

        Args:
            request: what to send.
            decode: turns the body of a success into a value; raises `DecodeError`.
            walk_id: of the walk that it reads a page for.

        Raises:
            ConfigurationError: it writes, and the client only reads; or no event loop of asyncio runs.
            ClientClosedError: the client was closed, before or meanwhile.
            TransportError: no usable answer came.
            APIError: the API answered with an error.
            DecodeError: the answer is not JSON, or does not fit.
        """
        require_asyncio()
        if request.method not in READS and (self.settings.dry_run or self.settings.read_only):
            self.check_open()
            return unsent(request, self.settings)
        if request.method not in READS:
            try:
                return await self._send(request, decode, walk_id)
            finally:
                self._flights.part()  # whoever reads from now on, through whichever copy, reads what was written
        if not self.settings.single_flight or request.method != "GET":
            return await self._send(request, decode, walk_id)
        key = (asyncio.get_running_loop(), self.account, self.settings, request)
        return await self._flights.share(
            key,
            decode,
            send=lambda: self._send(request, decode, walk_id),
            joined=lambda: self._joined(request, walk_id),
            check_open=self.check_open,
        )

    async def _send(self, request: Request, decode: Callable[[bytes], T], walk_id: int | None) -> Reply[T]:
        """Sends a request of its own, and tells when it begins and ends."""
        settings, observers = self.settings, self.observers()
        deadline = settings.deadline
        deadline_at = None if deadline is None else asyncio.get_running_loop().time() + deadline
        call = Call(request, settings.company, deadline_at, Ticket(settings.priority == "bulk"), observers, walk_id)
        call.tell_begin(self._server)
        error: BaseException | None = None
        try:
            return await self._until_settled(call, decode)
        except BaseException as raised:
            error = raised
            raise
        finally:
            if observers.every:
                call.tell_end(error, self.account.budget.remaining())
            error = None  # no cycle of an error and the frame that it holds

    async def _until_settled(self, call: Call, decode: Callable[[bytes], T]) -> Reply[T]:
        request, authorization = call.request, self._authorization
        while True:
            headers = authorization.fixed or await authorization.in_force(call)
            async with self._gate.admit(call) as pool:
                if authorization.fixed is None:  # another request may have renewed the token meanwhile
                    headers = await authorization.in_force(call)
                await self._attempt(call, pool, headers)
            self._check_ended(call, headers)
            attempt = call.attempt
            answer = attempt.answer
            unreadable: DecodeError | None = None
            if answer is not None and 200 <= answer.status < 300:
                try:
                    return Reply(decode(answer.body), answer)
                except DecodeError as error:
                    unreadable = error
                    attempt.distrust()
                    call.tell_unreadable(error.path or "$")
            answer = outcomes.answer_of(attempt)
            if answer is not None and answer.status == 401 and await authorization.renew(call, headers, answer):
                continue
            outcome = outcomes.outcome_of(attempt, unreadable, clock.utc_now())
            if (seconds := ordered_pause(outcome)) is not None:
                # A fact about the token, whatever this request's patience: everybody who holds it has to wait.
                self.account.pause.begin(seconds)
                await self.account.budget.announce(seconds)
            history = call.history(asyncio.get_running_loop().time())
            decision = decide(self.settings.retry, request.method, outcome, history, clock.chance())
            if isinstance(decision, Again) and not attempt.too_large:
                if attempt.sends > 0 and may_be_done(outcome):
                    call.lose()
                await self._again(call, decision, pool)
                continue
            if decision == Settled("done") and answer is not None:
                try:
                    return Reply(decode(b""), answer)
                except DecodeError as error:
                    unreadable = error
            # Raised outside of any `except`: nothing that holds headers hangs on it as a context.
            raise outcomes.failure(
                request, attempt, decision, unreadable, now=clock.utc_now(), secrets=authorization.secrets(headers)
            )

    async def _attempt(self, call: Call, pool: Pool, headers: RequestHeaders) -> None:
        """Sends a request once; what came of it is in `call.attempt`."""
        attempt, request = call.try_again(), call.request
        call.tell_sent(self._server)
        try:
            await pool.attempt(
                attempt,
                request,
                base=self._base,
                headers=headers.plain if request.body is None else headers.with_body,
                route=self._route,
            )
        finally:
            self._note(call, headers)

    def _note(self, call: Call, headers: RequestHeaders) -> None:
        """Counts an attempt and tells the observers."""
        call.take_in()
        attempt, request = call.attempt, call.request
        answer = attempt.answer
        size = 0 if answer is None else len(answer.body)
        sent = 0 if request.body is None else len(request.body)
        self.account.counters.attempt(attempt.sends, again=call.attempts > 1, sent=sent, received=size)
        if call.watched:
            call.tell_answered(self._server, self._authorization.secrets(headers))

    def _check_ended(self, call: Call, headers: RequestHeaders) -> None:
        """Raises the error of a call whose deadline came, or whose client was closed, while it was under way."""
        attempt = call.attempt
        closed = attempt.answer is None and self._lifetime.closed
        if not (call.expired or closed):
            return
        if attempt.sends > 0:
            call.lose()
        stopped = ClientClosedError() if closed else self._gate.too_late(call, "the answer")
        if attempt.head is not None and outcomes.is_success(attempt.head) and call.request.method not in READS:
            secrets = self._authorization.secrets(headers)
            raise outcomes.cut_short(call.request, attempt.head, str(stopped), secrets)
        raise call.stopped_by(stopped)

    async def _again(self, call: Call, decision: Again, pool: Pool) -> None:
        """Waits before a request is sent again."""
        seconds, reason = decision.seconds, decision.reason
        call.ask_anew()
        if (late := self._gate.lateness(call, seconds, f"trying again after {reason}")) is not None:
            raise call.stopped_by(late)
        # Beyond the usual attempts somebody should know: it may go on for as long as the policy's patience.
        level = logging.INFO if call.attempts < self.settings.retry.attempts else logging.WARNING
        line = call.request.line
        text = "%s: %s (attempt %d); again in %.1f s"
        call.log(level, text, line, reason, call.attempts, seconds, reason=reason, seconds=seconds)
        call.tell_retry(seconds, reason)
        if decision.ordered:
            call.order(seconds)
        if decision.shared:
            # The pause holds this request back like every other, and counts its seconds.
            if not decision.ordered:
                self.account.pause.begin(seconds)
                await self.account.budget.announce(seconds)
            return
        if decision.ordered:
            call.hold(seconds)
        await self._gate.wait(call, seconds, pool)

    # What is not sent.

    def _joined(self, request: Request, walk_id: int | None) -> None:
        observers = self.observers()
        if observers.every:
            where = (request.operation, request.route, request.method, request.path)
            observers.tell(CallShared(*where, self.settings.company, walk_id))


def ignore(body: bytes) -> None:
    """Decodes an answer that says nothing."""
