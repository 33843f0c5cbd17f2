"""A clock that a test sets, and callers who ask until they are granted."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Coroutine
from typing import TypeVar

import attrs

from asyncsdk._limits import Refused, Ticket

T = TypeVar("T")


@attrs.define
class FakeClock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def at_once(call: Coroutine[object, object, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        call.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waited")


@attrs.define
class Caller:
    """Someone who asks until granted; `patience` is how often, before he goes away without a word."""

    number: int
    bulk: bool = False
    patience: int = 1_000_000
    polite: bool = True  # gives its place back when it goes
    turn: Ticket = attrs.Factory(Ticket)
    granted_at: float | None = None


def simulate(
    clock: FakeClock,
    arrivals: list[tuple[float, Caller]],
    ask: Callable[[Ticket], Refused | None],
    leave: Callable[[Ticket], None] = lambda turn: None,
    until: float = float("inf"),
) -> list[Caller]:
    """Let callers come at their times and ask again when told; the granted ones, in order."""
    ties = itertools.count()
    events = [(moment, next(ties), caller) for moment, caller in arrivals]
    heapq.heapify(events)
    granted = []
    while events:
        moment, _, caller = heapq.heappop(events)
        if moment > until:
            break
        clock.now = max(clock.now, moment)
        caller.turn.bulk = caller.bulk
        refused = ask(caller.turn)
        if refused is None:
            caller.granted_at = clock.now
            granted.append(caller)
        elif caller.patience > 1:
            caller.patience -= 1
            assert 0 < refused.nap <= refused.seconds
            heapq.heappush(events, (clock.now + refused.nap, next(ties), caller))
        elif caller.polite:
            leave(caller.turn)
    return granted


def times(granted: list[Caller]) -> list[float]:
    return [caller.granted_at for caller in granted if caller.granted_at is not None]
