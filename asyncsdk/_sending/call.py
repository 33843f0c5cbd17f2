"""What one request has been through so far: its attempts, its waits, and what may have happened unheard."""

from __future__ import annotations

import attrs

from .._limits.ticket import Ticket
from ..errors import OutcomeUnknownError, WethodError
from .retry import REPEATABLE, History
from .wire import Request

__all__ = ["Call"]


@attrs.define
class Call:
    """One request, from the call to its end.

    `deadline_at` is a moment of the event loop's clock, `turn` the way of the next attempt through pause and budget.
    `ordered` counts attempts the server answered with an order to wait, which do not count as failed ones;
    `ordered_seconds` and `waited` sum what was ordered and what was waited; `lost` is true once an attempt may have
    been carried out without our hearing of it; `renewed` is true once a new token was asked for because of a 401.
    `failing_from` is when its first attempt failed, and what it had waited until then.
    """

    request: Request
    deadline_at: float | None
    turn: Ticket
    attempts: int = 0
    ordered: int = 0
    ordered_seconds: float = 0.0
    waited: float = 0.0
    lost: bool = False
    renewed: bool = False
    failing_from: tuple[float, float] | None = None

    def history(self, now: float) -> History:
        """What the retry table wants to know, of an attempt that did not do and ended `now` (the loop's clock)."""
        since, before = self.failing_from = self.failing_from or (now, self.waited)
        return History(
            attempts=self.attempts - self.ordered,
            waited=max(self.waited, self.ordered_seconds),
            lost=self.lost,
            failing=max(0.0, now - since - (self.waited - before)),
        )

    def stopped_by(self, error: WethodError) -> WethodError:
        """The error of a journey that ends before its next attempt: whatever the reason, a lost write comes first."""
        if self.lost and self.request.method not in REPEATABLE:
            return OutcomeUnknownError(
                f"sent, but the answer was lost, and then: {error}; look before repeating it", request=self.request.line
            )
        return error
