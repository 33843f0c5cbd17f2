"""One call: a request until its answer or its error, with all it has met, and what observers are told of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

import attrs

from .._limits import Ticket, clock
from ..errors import OutcomeUnknownError, WethodError
from ..errors._printable import printable
from ..events import WaitBegun, WaitEnded, WaitReason
from ..events._observers import Observers, new_id
from ..events._requests import CallBegun, CallEnded, DecodeFailed, RequestSent, ResponseReceived, RetryPlanned
from .attempt import Attempt
from .retry import History
from .secret import Secret, redacted
from .statuses import REPEATABLE
from .wire import Request

__all__ = ["Call"]

logger: Final = logging.getLogger("asyncsdk")

NOT_TRIED: Final = Attempt()
"""Stands where a call was not tried yet; nothing is ever noted in it."""


@attrs.define(eq=False)
class Call:
    """One request, from the call to its end. Only its own methods write on it.

    Attributes:
        request: what is sent.
        company: for which company.
        deadline_at: when its time is over, by the event loop's clock.
        ticket: the way of the next attempt through pause and budget.
        observers: who is told.
        walk_id: of the walk it reads a page for.
        attempt: the attempt at hand, or the last one.
        attempts: how often it was sent, or tried to.
        ordered: attempts that the server answered with an order to wait, which do not count as failed ones.
        ordered_seconds: what was ordered in all.
        waited: seconds held back by orders and the budget.
        lost: whether an attempt may have been carried out although no answer came.
        renewed: whether a new token was asked for because of a 401.
        expired: whether its deadline came while an attempt was under way.
        watched: whether the attempt at hand is, by an observer or the log.
    """

    request: Request
    company: str
    deadline_at: float | None
    ticket: Ticket
    observers: Observers
    walk_id: int | None = None
    attempt: Attempt = NOT_TRIED
    attempts: int = 0
    ordered: int = 0
    ordered_seconds: float = 0.0
    waited: float = 0.0
    lost: bool = False
    renewed: bool = False
    expired: bool = False
    watched: bool = False
    _failing_from: tuple[float, float] | None = None  # when its first attempt failed, and what it had waited until then
    _status: int | None = None
    _id: int | None = None
    _begun: float = 0.0  # by the clock of waits; only where somebody observes
    _sent_at: float = 0.0  # when it began, by the clock of waits; only where it is watched

    # What it meets.

    def try_again(self) -> Attempt:
        """Begins an attempt, and returns it: what is noted in it is kept even where it is cancelled."""
        self.attempts += 1
        self.attempt = Attempt()
        return self.attempt

    def expire(self) -> None:
        """Notes that the deadline came while the attempt was under way."""
        self.expired = True

    def take_in(self) -> None:
        """Notes what the attempt at hand, which is over, says about the call."""
        self.lost = self.lost or self.attempt.sends > 1
        if self.attempt.head is not None:
            self._status = self.attempt.head.status

    def lose(self) -> None:
        """Notes that an attempt may have been carried out although no answer came."""
        self.lost = True

    def hold(self, seconds: float) -> None:
        """Notes that it was held back by an order or by the budget."""
        self.waited += seconds

    def order(self, seconds: float) -> None:
        """Notes that the server answered with an order to wait, instead of a failure."""
        self.ordered += 1
        self.ordered_seconds += seconds

    def ask_anew(self) -> None:
        """Takes a fresh ticket, because the former one is spent; what follows is not about the last attempt."""
        self.ticket, self.attempt = Ticket(self.ticket.bulk), NOT_TRIED

    def renew(self) -> bool:
        """Returns whether a new token may be asked for, which it may once."""
        allowed, self.renewed = not self.renewed, True
        return allowed

    def history(self, now: float) -> History:
        """What the retry table wants to know, of an attempt that did not do and ended `now` (the loop's clock)."""
        since, before = self._failing_from = self._failing_from or (now, self.waited)
        return History(
            attempts=self.attempts - self.ordered,
            waited=max(self.waited, self.ordered_seconds),
            lost=self.lost,
            failing=max(0.0, now - since - (self.waited - before)),
        )

    def stopped_by(self, error: WethodError) -> WethodError:
        """The error of a call that ends before its next attempt: whatever the reason, a lost write comes first."""
        if self.lost and self.request.method not in REPEATABLE:
            return OutcomeUnknownError(
                f"sent, but the answer was lost, and then: {error}; look before repeating it", request=self.request.line
            )
        return error

    # What is told of it. Nothing is made where nobody wants to know.

    @property
    def identity(self) -> tuple[int, str | None, str | None, str, str, str, int | None]:
        """The first fields of its events. It has no number before somebody asks for it: most calls nobody observes."""
        request = self.request
        if self._id is None:
            self._id = new_id()
        return self._id, request.operation, request.route, request.method, request.path, self.company, self.walk_id

    def tell_begin(self, server: str) -> None:
        """Tells that it begins."""
        if self.observers.every:
            self._begun = clock.monotonic()
            self.observers.tell(CallBegun(*self.identity, server))

    def tell_end(self, error: BaseException | None, remaining: int | None) -> None:
        """Tells that it has ended."""
        name = None if error is None else type(error).__name__
        seconds = clock.monotonic() - self._begun
        event = CallEnded(*self.identity, self.attempts, seconds, self._status, name, remaining)
        self.observers.tell(event)

    def tell_sent(self, server: str) -> None:
        """Tells that the attempt at hand goes out."""
        observed = bool(self.observers)
        self.watched = observed or logger.isEnabledFor(logging.DEBUG)
        if self.watched:
            self._sent_at = clock.monotonic()
        if observed:
            self.observers.tell(RequestSent(*self.identity, self.attempts, server))

    def tell_answered(self, server: str, secrets: Iterable[Secret]) -> None:
        """Tells that the attempt at hand, which is watched, is over; in the log it has no `secrets`."""
        seconds = clock.monotonic() - self._sent_at
        if self.observers:
            self._tell_answered(seconds, server)
        if logger.isEnabledFor(logging.DEBUG):
            self._log_attempt(seconds, secrets)

    def _tell_answered(self, seconds: float, server: str) -> None:
        answer = self.attempt.answer
        status, size = (None, 0) if answer is None else (answer.status, len(answer.body))
        error = None if answer is not None else self.attempt.kind or "CancelledError"
        self.observers.tell(ResponseReceived(*self.identity, self.attempts, status, seconds, size, error, server))

    def tell_retry(self, seconds: float, reason: str) -> None:
        """Tells that it will be sent again."""
        if self.observers:
            self.observers.tell(RetryPlanned(*self.identity, self.attempts, seconds, reason))

    def tell_unreadable(self, where: str) -> None:
        """Tells that the body of a success could not be decoded."""
        if self.observers.every:
            self.observers.tell(DecodeFailed(*self.identity, self.attempts, where))

    def tell_wait(self, reason: WaitReason, seconds: float | None) -> None:
        """Tells that it waits."""
        if self.observers:
            self.observers.tell(WaitBegun(*self.identity, reason, seconds))

    def tell_waited(self, reason: WaitReason, seconds: float) -> None:
        """Tells that it waits no longer."""
        if self.observers.every:
            self.observers.tell(WaitEnded(*self.identity, reason, seconds))

    def log(self, level: int, text: str, *args: object, **more: object) -> None:
        """Writes a line to the log, with the call's identity and `more` as attributes of the record (`wethod_...`)."""
        if logger.isEnabledFor(level):
            fields = ("call_id", "operation", "route", "method", "path", "company", "walk_id")
            named: dict[str, object] = dict(zip(fields, self.identity, strict=True))
            named |= {"attempt": self.attempts, **more}
            extra = {f"wethod_{name}": value for name, value in named.items()}
            logger.log(level, text, *args, extra=extra, stacklevel=2)

    def _log_attempt(self, seconds: float, secrets: Iterable[Secret]) -> None:
        request, attempt = self.request, self.attempt
        status = None if attempt.answer is None else attempt.answer.status
        came = status or printable(redacted(attempt.problem, secrets)) or "no answer"
        text = "%s %s -> %s in %.0f ms, attempt %d"
        args = (request.method, request.path, came, seconds * 1000, self.attempts)
        self.log(logging.DEBUG, text, *args, status=status, seconds=seconds)
