"""When a request of one client may leave: a slot, no pause, a grant of the budget; and every wait is told.

    slot -> pause -> budget (tries that do not wait; refused: give the slot back, wait, try again)

The gate waits on behalf of requests, within their deadlines and the patience of the policy.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from .._limits import Refused, clock
from ..errors import RateLimitError, RequestTimeoutError, WethodError
from .events import WaitBegun, WaitReason, announce
from .retry import READS

if TYPE_CHECKING:
    from .account import Account
    from .call import Call
    from .settings import Settings
    from .transport import Pool, Transport

__all__ = ["Gate"]

logger: Final = logging.getLogger("asyncsdk")

LEEWAY: Final = 1.0  # seconds beyond max_wait for the orderly start after a pause: it is not the server's wait
LONG: Final = 10.0  # seconds; a wait of that length is worth a warning


class Gate:
    """Lets the requests of a session leave."""

    def __init__(self, settings: Settings, transport: Transport, account: Account) -> None:
        self._settings = settings
        self._transport = transport
        self._account = account

    async def permit(self, journey: Call, check_open: Callable[[], None]) -> Pool:
        """Waits until the request may leave; the caller then holds a slot of the pool, and a grant is spent.

        `check_open` raises ClientClosedError once the client is closed.
        """
        account, turn = self._account, journey.turn
        try:
            while True:
                pool = self._transport.pool()
                if not pool.slots.try_acquire():
                    await self._queue(journey, pool)
                try:
                    refused = account.pause.ask(turn)
                    if refused is None:
                        taking = account.budget.take(turn)
                        refused = await (taking if journey.deadline_at is None else self._in_time(journey, taking))
                    check_open()
                    if journey.deadline_at is not None and (late := self.lateness(journey, 0.0, "its turn")):
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

    async def wait(self, journey: Call, seconds: float, pool: Pool) -> None:
        """Holds this one request back before it is sent again."""
        self._tell(journey, "backoff", seconds, "before it is tried again")
        self._account.counters.waited += seconds
        await pool.sleep(seconds)

    def lateness(self, journey: Call, seconds: float, what: str) -> RequestTimeoutError | None:
        """The error of a wait that would pass the deadline: none such is begun, and nothing is sent after it."""
        if journey.deadline_at is None or asyncio.get_running_loop().time() + seconds < journey.deadline_at:
            return None
        return self.too_late(journey, f"{what} ({seconds:.1f} s)" if seconds else what)

    def too_late(self, journey: Call, what: str) -> RequestTimeoutError:
        """The error of a request whose deadline has come while it waited for something."""
        return RequestTimeoutError(
            f"the deadline of {self._settings.deadline} s would pass while waiting for {what}",
            request=journey.request.line,
            phase="deadline",
            carried_out=None if journey.lost and journey.request.method not in READS else False,
        )

    async def _in_time(self, journey: Call, taking: Awaitable[Refused | None]) -> Refused | None:
        """Asks a budget that may have to travel for its answer."""
        try:
            async with asyncio.timeout_at(journey.deadline_at):
                return await taking
        except TimeoutError:
            raise self.too_late(journey, "the shared budget") from None

    async def _queue(self, journey: Call, pool: Pool) -> None:
        """Waits for a free slot. Time-outs do not run meanwhile; the deadline does."""
        self._tell(journey, "slot", None, "until there is a free slot")
        begun = clock.monotonic()
        try:
            async with asyncio.timeout_at(journey.deadline_at):
                await pool.slots.acquire()
        except TimeoutError:
            raise self.too_late(journey, "a free slot (max_in_flight)") from None
        finally:
            self._account.counters.waited += clock.monotonic() - begun

    async def _hold_back(self, journey: Call, refused: Refused, pool: Pool) -> None:
        """Waits for the budget or a pause, as far as the policy and the deadline allow."""
        what = "the hourly budget" if refused.reason == "budget" else "the pause the server ordered"
        most = self._settings.retry.max_wait
        if journey.waited + refused.seconds > most + LEEWAY:
            raise RateLimitError(
                f"{what} would hold this request back for {refused.seconds:.0f} s, longer than max_wait "
                f"({most:.0f} s). To wait for it, raise RetryPolicy(max_wait=...)",
                request=journey.request.line,
                status=None,
                retry_after=refused.seconds,
            )
        if (late := self.lateness(journey, refused.seconds, what)) is not None:
            raise late
        self._tell(journey, refused.reason, refused.seconds, self._why(refused))
        journey.waited += refused.nap
        self._account.counters.waited += refused.nap
        await pool.sleep(refused.nap)

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

    def _tell(self, journey: Call, reason: WaitReason, seconds: float | None, why: str) -> None:
        self._account.counters.waits += 1
        # One warning a request, not one a nap: hundreds of tasks may be waiting for the same budget.
        long = seconds is not None and seconds >= LONG and not journey.waited
        level = logging.WARNING if long else logging.DEBUG
        if logger.isEnabledFor(level):
            until = "" if seconds is None else f"{seconds:.1f} s "
            logger.log(level, "%s waits %s%s", journey.request.line, until, why)
        if self._settings.hooks.wait is not None:
            request = journey.request
            announce(self._settings.hooks.wait, WaitBegun(request.method, request.path, reason, seconds))
