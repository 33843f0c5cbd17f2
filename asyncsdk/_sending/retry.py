"""Whether a request is sent again: one pure decision of (policy, method, outcome, history).

The rule behind the table: a request that was not carried out may always be repeated, one that only reads or removes
may be repeated after anything that looks like bad luck, and one whose answer was lost may not if doing it twice would
do harm. The status decides; the error's key only names the class that is raised.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from .settings import RetryPolicy
from .statuses import FAILURES, HONOURED, NOT_DONE, PASSING, REPEATABLE, UNKNOWN, carried_out, may_pass

__all__ = [
    "Again",
    "Answered",
    "Decision",
    "History",
    "Lost",
    "NotSent",
    "Outcome",
    "Settled",
    "decide",
    "may_be_done",
    "ordered_pause",
]

# Servers count in whole seconds and round down: "0" is less than a second, not a leave to ask for ever.
_SHORTEST_ORDER = 1.0
# The limit is by the hour. What is longer is a mistake, and must not stop a token for days.
_LONGEST_PAUSE = 3600.0


@attrs.frozen
class Answered:
    """An answer came.

    `wait` is what the server ordered (seconds), `garbled` a 2xx whose body is not JSON, `cut` one whose body broke off,
    `own` whether the body is an error of the API's own making (`{key, message}`), not a proxy's.
    """

    status: int
    wait: float | None = None
    garbled: bool = False
    own: bool = False
    cut: bool = False


@attrs.frozen
class NotSent:
    """No connection came about. `final`: it never will (a certificate that is not trusted)."""

    final: bool = False


@attrs.frozen
class Lost:
    """The request went out and no whole answer came back."""


Outcome: TypeAlias = Answered | NotSent | Lost


@attrs.frozen
class History:
    """What happened to this request before the outcome at hand.

    `attempts` counts sendings so far, this one included, without those the server answered with an order to wait;
    `waited` sums the seconds of ordered and budget waits; `lost` is true once an attempt may have been carried out
    without an answer; `failing` is the seconds since its first failure, less those waited.
    """

    attempts: int = 1
    waited: float = 0.0
    lost: bool = False
    failing: float = 0.0


@attrs.frozen
class Again:
    """Send it again after `seconds`.

    `ordered`: the server named the seconds. `shared`: everybody with this token has to wait, not this request alone.
    """

    seconds: float
    ordered: bool
    reason: str
    shared: bool = False


@attrs.frozen
class Settled:
    """Do not send it again. `verdict` says what the caller gets.

    `answer`: the answer as it is (a result, or the error of its status or of its body); `done`: success without an
    answer of its own (a DELETE whose lost first attempt did the work); `not_sent`, `lost`: the transport's error;
    `unknown`: sent, answer lost, and repeating could do it twice.
    """

    verdict: Literal["answer", "done", "not_sent", "lost", "unknown"]


Decision: TypeAlias = Again | Settled


def decide(policy: RetryPolicy, method: str, outcome: Outcome, history: History, chance: float) -> Decision:
    """Whether to send a request again.

    Args:
        policy: the numbers.
        method: upper case.
        outcome: what the last attempt came to.
        history: what came before.
        chance: a random number in [0, 1): the full jitter, drawn by the caller.
    """
    repeatable = method in REPEATABLE or method in policy.repeat
    # A write that may have been carried out once: no later failure makes that untrue.
    unknown = Settled("unknown") if history.lost and method not in REPEATABLE else None
    match outcome:
        case NotSent(final=True):
            return unknown or Settled("not_sent")
        case NotSent():
            return _back_off(policy, history, chance, "no connection") or unknown or Settled("not_sent")
        case Lost():
            again = _back_off(policy, history, chance, "answer lost") if repeatable else None
            return again or Settled("lost" if method in REPEATABLE else "unknown")
        case Answered(status=status, garbled=garbled, cut=cut) if 200 <= status < 300:
            # A write that was carried out is never repeated, whatever became of the answer.
            if method not in REPEATABLE or not (garbled or cut):
                return Settled("answer")
            # Patience is for what passes by itself; who answers, and with something else than JSON, is another server.
            policy = policy if cut else attrs.evolve(policy, patience=0.0)
            reason = "answer broken off" if cut else "unreadable body"
            return _back_off(policy, history, chance, reason) or Settled("answer")
        case Answered(status=404) if method == "DELETE" and history.lost:
            return Settled("done")
        case Answered(status=status, wait=wait, own=own):
            patient = may_pass(status) and history.failing < policy.patience
            passing = status in NOT_DONE or (repeatable and (status in PASSING or patient))
            if passing and (again := _after_status(policy, history, chance, status, wait)) is not None:
                return again
            doubtful = status in UNKNOWN or (status in FAILURES and not own)
            if doubtful and method not in REPEATABLE:
                return Settled("unknown")
            return unknown or Settled("answer")


def may_be_done(outcome: Outcome) -> bool:
    """Whether a request may have been carried out, or was, once an attempt came to this."""
    match outcome:
        case NotSent():
            return False
        case Lost():
            return True
        case Answered(status=status):
            return carried_out(status) is not False


def ordered_pause(outcome: Outcome) -> float | None:
    """Seconds for which nobody with this token may send; None where the server ordered nothing.

    It holds whatever becomes of the request at hand: others must not draw the same answer again. Only a 429 speaks of
    the token; a 503 that says when to come back speaks of what was asked for.
    """
    match outcome:
        case Answered(status=429, wait=float() | int() as wait):
            return min(max(float(wait), _SHORTEST_ORDER), _LONGEST_PAUSE)
        case _:
            return None


def _after_status(
    policy: RetryPolicy, history: History, chance: float, status: int, wait: float | None
) -> Again | None:
    reason, shared = f"status {status}", status == 429
    if wait is None or status not in HONOURED:
        return _back_off(policy, history, chance, reason, shared=shared)
    seconds = max(float(wait), _SHORTEST_ORDER)
    if history.waited + seconds > policy.max_wait:
        return None
    return Again(seconds, ordered=True, reason=reason, shared=shared)


def _back_off(
    policy: RetryPolicy, history: History, chance: float, reason: str, *, shared: bool = False
) -> Again | None:
    if history.attempts >= policy.attempts and history.failing >= policy.patience:
        return None
    # 2.0 ** 1024 overflows; long before that the cap decides.
    ceiling = min(policy.max_backoff, policy.backoff * 2.0 ** min(history.attempts - 1, 64))
    return Again(chance * ceiling, ordered=False, reason=reason, shared=shared)
