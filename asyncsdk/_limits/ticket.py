"""What callers and gates say to each other: a turn asks, and is told to go or how long to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

__all__ = ["SHORTEST_WAIT", "Clock", "Place", "Quota", "Reason", "Refused", "Ticket"]

Clock: TypeAlias = Callable[[], float]
Reason: TypeAlias = Literal["budget", "pause"]
Place: TypeAlias = tuple[float, int]
"""A place in a line: when its holder came (on the line's own clock), and a number that tells two apart."""

SHORTEST_WAIT = 0.001
"""Seconds. A timer may fire a hair early; asking again at once would only be refused again."""


@attrs.frozen
class Refused:
    """Not now.

    `seconds`: the best estimate of how long until this request may be sent; hold it against deadlines.
    `reason`: what it waits for. `nap`: seconds after which to ask again; at most `seconds`, less where the
    estimate may improve (somebody gives a grant back).
    """

    seconds: float
    reason: Reason
    nap: float


@attrs.frozen
class Quota:
    """What is left of a budget. `limit` and `remaining` count requests; None where there is no limit.

    `full_at` is when the whole limit is there again if nothing is sent until then; None when it is there now.
    """

    limit: int | None
    remaining: int | None
    full_at: datetime | None = None


@attrs.define
class Ticket:
    """One attempt's way through pause and budget: whether it is `bulk`, the places it waits at, its grant.

    The rest belongs to the gates. Once the attempt was sent its grant is spent: drop the turn, never give it back.
    """

    bulk: bool = False
    pause_place: int | None = None
    counted: bool = False  # the pause has let it go
    place: Place | None = None
    grant: float | None = None
    number: int | None = None  # names this turn in a shared budget
    arrived: int = 0  # when it first asked there, microseconds
