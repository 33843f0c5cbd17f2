"""Whether a request is sent again: one pure decision of (policy, method, outcome, history).

The rule behind the table: a request that was not carried out may always be repeated, one that only reads or removes
may be repeated after anything that looks like bad luck, and one whose answer was lost may not if doing it twice would
do harm. The status decides; the error's key only names the class that is raised.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from .settings import RetryPolicy

__all__ = ["REPEATABLE", "Again", "Answered", "Decision", "History", "Lost", "NotSent", "Outcome", "Settled", "decide"]

REPEATABLE = frozenset({"GET", "HEAD", "DELETE"})
_UNCERTAIN = frozenset({502, 504})  # a gateway lost the answer: the API may have acted
_PASSING = _UNCERTAIN | {503}


@attrs.frozen
class Answered:
    """An answer came. `wait` is what the server ordered (seconds), `garbled` a 2xx whose body is not JSON."""

    status: int
    wait: float | None = None
    garbled: bool = False


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
    without us hearing of it.
    """

    attempts: int = 1
    waited: float = 0.0
    lost: bool = False


@attrs.frozen
class Again:
    """Send it again after `seconds`. `ordered`: the server said so, and everybody with this token has to wait."""

    seconds: float
    ordered: bool
    reason: str


@attrs.frozen
class Settled:
    """Do not send it again. `verdict` says what the caller gets.

    `answer`: the answer as it is (a result or the error of its status); `done`: success without an answer of its own
    (a DELETE whose lost first attempt did the work); `not_sent`, `lost`: the transport's error; `unknown`: sent, answer
    lost, and repeating could do it twice.
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
    match outcome:
        case NotSent(final=True):
            return Settled("not_sent")
        case NotSent():
            return _back_off(policy, history, chance, "no connection") or Settled("not_sent")
        case Lost():
            again = _back_off(policy, history, chance, "answer lost") if repeatable else None
            return again or Settled("lost" if method in REPEATABLE else "unknown")
        case Answered(status=429 | 503, wait=float() | int() as wait):
            if history.waited + wait > policy.max_wait:
                return Settled("answer")
            return Again(float(wait), ordered=True, reason=f"status {outcome.status}")
        case Answered(status=429):
            # Refused unread, so any method may go again.
            return _back_off(policy, history, chance, "status 429") or Settled("answer")
        case Answered(status=404) if method == "DELETE" and history.lost:
            return Settled("done")
        case Answered(status=status) if status in _PASSING:
            again = _back_off(policy, history, chance, f"status {status}") if repeatable else None
            if again is None and status in _UNCERTAIN and method not in REPEATABLE:
                return Settled("unknown")
            return again or Settled("answer")
        case Answered(garbled=True) if repeatable:
            return _back_off(policy, history, chance, "unreadable body") or Settled("answer")
        case _:
            return Settled("answer")


def _back_off(policy: RetryPolicy, history: History, chance: float, reason: str) -> Again | None:
    if history.attempts >= policy.attempts:
        return None
    # 2.0 ** 1024 overflows; long before that the cap decides.
    ceiling = min(policy.max_backoff, policy.backoff * 2.0 ** min(history.attempts - 1, 64))
    return Again(chance * ceiling, ordered=False, reason=reason)
