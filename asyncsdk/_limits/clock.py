"""The clocks and the chance that the package reads: the machine's own, or those of a simulation.

A client is often made when a module is imported, long before anybody knows on which event loop it will run. So clocks
are not kept by the objects that need them: they are looked up at the moment they are read, in the context of the
running task. A simulation hands in its own with `running_on`; everything that is started within sees them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

import attrs

__all__ = ["Clock", "chance", "monotonic", "running_on", "utc_now"]


@attrs.frozen
class Clock:
    """Where time and chance come from.

    Args:
        monotonic: returns seconds that only grow; their zero means nothing.
        utc_now: returns the present, aware, in UTC.
        chance: returns a random number in [0, 1).
    """

    monotonic: Callable[[], float] = time.monotonic
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random


_CLOCK: Final[ContextVar[Clock]] = ContextVar("clock", default=Clock())  # noqa: B039  # it is frozen


def monotonic() -> float:
    """Returns seconds of a clock that only grows."""
    return _CLOCK.get().monotonic()


def utc_now() -> datetime:
    """Returns the present in UTC."""
    return _CLOCK.get().utc_now()


def chance() -> float:
    """Returns a random number in [0, 1)."""
    return _CLOCK.get().chance()


@contextmanager
def running_on(clock: Clock) -> Iterator[None]:
    """Lets everything that is called or started in the block read `clock`."""
    token = _CLOCK.set(clock)
    try:
        yield
    finally:
        _CLOCK.reset(token)
