"""What calls and limits say to each other: a ticket asks, and is told to go or how long to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

__all__ = ["SHORTEST_WAIT", "HoldReason", "Now", "Position", "Quota", "Refused", "Ticket"]

Now: TypeAlias = Callable[[], float]
"""Returns seconds of a clock that only grows."""

HoldReason: TypeAlias = Literal["budget", "pause"]
Position: TypeAlias = tuple[float, int]
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
    reason: HoldReason
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

    Only the limits write on it. Once the attempt was sent its grant is spent: drop the ticket, never give it back.
    """

    bulk: bool = False
    pause_place: int | None = None
    counted: bool = False  # the pause has let it go
    place: Position | None = None
    grant: float | None = None
    number: int | None = None  # names this ticket in a shared budget
    arrived: int = 0  # when it first asked there, microseconds

    def pause_at(self, place: int | None) -> None:
        """Notes its place in the line of a pause; None: it has none any more."""
        self.pause_place = place

    def count(self) -> bool:
        """Notes that the pause has let it go. Returns whether that is news: it may ask again for the budget's sake."""
        news, self.counted = not self.counted, True
        return news

    def queue_at(self, place: Position) -> None:
        """Notes its place in the line of a budget."""
        self.place = place

    def granted(self, moment: float) -> None:
        """Notes a grant, which ends its wait in the budget's line."""
        self.grant, self.place = moment, None

    def leave(self) -> None:
        """Forgets its place in a budget's line and its grant there."""
        self.place = self.grant = None

    def name(self, number: int | None) -> None:
        """Notes the number that a shared budget knows it by; None: it knows it no more."""
        self.number = number

    def arrive(self, moment: int) -> None:
        """Notes when it first asked a shared budget."""
        self.arrived = moment
