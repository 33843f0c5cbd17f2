"""When a request of one client may leave: a slot, no pause, a grant of the budget, within its deadline.

    async with gate.admit(call) as pool:
        ...                             # one attempt

    slot -> pause -> budget (tries that do not wait; refused: give the slot back, wait, try again)

The gate waits on behalf of calls, within their deadlines and the patience of the policy, and tells of every wait. What
it gave it takes back: the slot always, the grant where nothing was sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from types import TracebackType
from typing import Final

import attrs

from .._limits import Refused, clock
from ..errors import ClientClosedError, RateLimitError, RequestTimeoutError, WethodError
from ..events import WaitReason
from .account import Account
from .call import Call
from .deadline import Deadline
from .settings import Settings
from .statuses import READS
from .transport import Pool, Transport

__all__ = ["Gate", "Lifetime"]

LEEWAY: Final = 1.0  # seconds beyond max_wait for the orderly start after a pause: it is not the server's wait
LONG: Final = 10.0  # seconds; a wait of that length is worth a warning


class Lifetime:
    """Whether a client may send: until it, or the client it was copied from, is closed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._closed = False

    def close(self) -> None:
        """Ends this client alone."""
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return self._closed or self._transport.closed

    def check(self) -> None:
        """Raises ClientClosedError where it is over."""
        if self._closed or self._transport.closed:
            raise ClientClosedError


class Gate:
    """Lets the requests of a sender leave."""

    def __init__(self, settings: Settings, transport: Transport, account: Account, lifetime: Lifetime) -> None:
        self._settings = settings
        self._transport = transport
        self._account = account
        self._lifetime = lifetime

    def admit(self, call: Call) -> Admission:
        """Returns a block in which one attempt may be sent; entering it waits for that, and gives the pool.

        A deadline that comes within the block ends the block: `call.expired` tells.

        Raises:
            RateLimitError: it would have to wait longer than the policy allows.
            RequestTimeoutError: the deadline would pass.
            ClientClosedError: the client was closed.
            OutcomeUnknownError: one of these, after an attempt that may have been carried out.
        """
        return Admission(self, call)

    async def enter(self, call: Call) -> Pool:
        """Waits until the request may leave; the caller then holds a slot of the pool, and a grant."""
        account, ticket = self._account, call.ticket
        try:
            while True:
                pool = self._transport.pool()
                if not pool.slots.try_acquire():
                    await self._queue(call, pool)
                try:
                    refused = account.pause.ask(ticket)
                    if refused is None:
                        taking = account.budget.take(ticket)
                        refused = await (taking if call.deadline_at is None else self._in_time(call, taking))
                    self._lifetime.check()
                    if call.deadline_at is not None and (late := self.lateness(call, 0.0, "its place in the line")):
                        raise late
                except BaseException:
                    pool.slots.release()
                    raise
                if refused is None:
                    return pool
                pool.slots.release()
                await self._hold_back(call, refused, pool)
        except BaseException as error:
            account.pause.leave(ticket)
            account.budget.give_back(ticket)
            if isinstance(error, WethodError) and (instead := call.stopped_by(error)) is not error:
                raise instead from None
            raise

    def leave(self, call: Call, pool: Pool, sends: int) -> None:
        """Takes the slot back, and settles the grant with how often the request really went out."""
        pool.slots.release()
        if sends == 0:
            self._account.budget.give_back(call.ticket)
        elif sends > 1:
            # Sent again on a fresh connection by somebody below us: that counts for the budget as well.
            self._account.budget.extra(sends - 1)

    async def wait(self, call: Call, seconds: float, pool: Pool) -> None:
        """Holds this one request back before it is sent again."""
        self._tell(call, "backoff", seconds, "before it is tried again")
        await self._sleep(call, "backoff", pool, seconds)

    def lateness(self, call: Call, seconds: float, what: str) -> RequestTimeoutError | None:
        """The error of a wait that would pass the deadline: none such is begun, and nothing is sent after it."""
        if call.deadline_at is None or asyncio.get_running_loop().time() + seconds < call.deadline_at:
            return None
        return self.too_late(call, f"{what} ({seconds:.1f} s)" if seconds else what)

    def too_late(self, call: Call, what: str) -> RequestTimeoutError:
        """The error of a request whose deadline has come while it waited for something."""
        return RequestTimeoutError(
            f"the deadline of {self._settings.deadline} s would pass while waiting for {what}",
            request=call.request.line,
            phase="deadline",
            carried_out=None if call.lost and call.request.method not in READS else False,
        )

    async def _in_time(self, call: Call, taking: Awaitable[Refused | None]) -> Refused | None:
        """Asks a budget that may have to travel for its answer."""
        try:
            async with asyncio.timeout_at(call.deadline_at):
                return await taking
        except TimeoutError:
            raise self.too_late(call, "the shared budget") from None

    async def _queue(self, call: Call, pool: Pool) -> None:
        """Waits for a free slot. Time-outs do not run meanwhile; the deadline does."""
        self._tell(call, "slot", None, "until there is a free slot")
        begun = clock.monotonic()
        try:
            async with asyncio.timeout_at(call.deadline_at):
                await pool.slots.acquire()
        except TimeoutError:
            raise self.too_late(call, "a free slot (max_in_flight)") from None
        finally:
            waited = clock.monotonic() - begun
            self._account.counters.wait(waited)
            call.tell_waited("slot", waited)

    async def _hold_back(self, call: Call, refused: Refused, pool: Pool) -> None:
        """Waits for the budget or a pause, as far as the policy and the deadline allow."""
        what = "the hourly budget" if refused.reason == "budget" else "the pause the server ordered"
        most = self._settings.retry.max_wait
        if call.waited + refused.seconds > most + LEEWAY:
            raise RateLimitError(
                f"{what} would hold this request back for {refused.seconds:.0f} s, longer than max_wait "
                f"({most:.0f} s). To wait for it, raise RetryPolicy(max_wait=...)",
                request=call.request.line,
                status=None,
                retry_after=refused.seconds,
            )
        if (late := self.lateness(call, refused.seconds, what)) is not None:
            raise late
        self._tell(call, refused.reason, refused.seconds, self._why(refused))
        call.hold(refused.nap)
        await self._sleep(call, refused.reason, pool, refused.nap)

    async def _sleep(self, call: Call, reason: WaitReason, pool: Pool, seconds: float) -> None:
        self._account.counters.wait(seconds)
        begun = clock.monotonic()
        try:
            await pool.sleep(seconds)
        finally:
            call.tell_waited(reason, clock.monotonic() - begun)

    def _why(self, refused: Refused) -> str:
        """What a refusal waits for, in words: of a pause what the server ordered and what its line adds to it."""
        if refused.reason == "budget":
            return "for the budget"
        pause = self._account.pause
        ordered = pause.remaining()
        line = max(0.0, refused.seconds - ordered)
        return (
            f"for the pause ({ordered:.1f} s that the server ordered, then {line:.1f} s until its place in the line: "
            f"{pause.waiting} wait, and start one after the other)"
        )

    def _tell(self, call: Call, reason: WaitReason, seconds: float | None, why: str) -> None:
        self._account.counters.hold()
        # One warning a request, not one a nap: hundreds of tasks may be waiting for the same budget.
        long = seconds is not None and seconds >= LONG and not call.waited
        until = "" if seconds is None else f"{seconds:.1f} s "
        level = logging.WARNING if long else logging.DEBUG
        call.log(level, "%s waits %s%s", call.request.line, until, why, reason=reason, seconds=seconds)
        call.tell_wait(reason, seconds)


@attrs.define(eq=False)
class Admission:
    """A block in which one attempt of a call may be sent. What `Gate.admit` gives."""

    _gate: Gate
    _call: Call
    _pool: Pool | None = None
    _attempts: int = 0
    _deadline: Deadline | None = None

    async def __aenter__(self) -> Pool:
        call = self._call
        pool = self._pool = await self._gate.enter(call)
        self._attempts = call.attempts
        if call.deadline_at is not None:
            self._deadline = Deadline(call.deadline_at)
            await self._deadline.__aenter__()
        return pool

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        call = self._call
        try:
            if self._deadline is not None:
                await self._deadline.__aexit__(kind, error, trace)
        except TimeoutError:
            call.expire()
            return True
        finally:
            if self._pool is not None:
                sends = call.attempt.sends if call.attempts > self._attempts else 0
                self._gate.leave(call, self._pool, sends)
        return False
