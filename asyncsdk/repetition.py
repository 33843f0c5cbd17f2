"""Notices a list that gives the same page again and again although the offset moves on."""

from __future__ import annotations

from typing import Generic, TypeVar

from .joints import Identity
from .line import Ask
from .seen import Key

__all__ = ["Repetition"]

T = TypeVar("T")


class Repetition(Generic[T]):
    """Counts equal pages in a row.

    Three are too many: the server ignores `offset`. Two can be honest, when as many rows were added before them as they
    hold; with tiny pages even more can.
    """

    __slots__ = ("_identity", "_most", "_previous", "times")

    def __init__(self, identity: Identity[T], limit: int) -> None:
        self._identity = identity
        self._most = 3 if limit >= 8 else 10 - limit
        self._previous: tuple[Key, list[T], int] | None = None  # its first key, its rows, its offset
        self.times = 1

    def endless(self, ask: Ask, rows: list[T], first: Key | None) -> bool:
        """Take in the next page of the walk, whose first row has the key `first`; whether it came once too often."""
        previous = self._previous
        self._previous = None if first is None else (first, rows, ask.offset)
        if (
            previous is not None
            and previous[0] == first
            and ask.offset > previous[2]
            and len(rows) == len(previous[1]) == ask.limit
            and self._identity.keys(rows) == self._identity.keys(previous[1])
        ):
            self.times += 1
        else:
            self.times = 1
        return self.times >= self._most
