"""Notices a list that gives the same page again and again although the offset moves on."""

from __future__ import annotations

from typing import Generic, TypeVar

from .joints import Identity
from .line import Page
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

    def endless(self, page: Page[T], rows: list[T], first: Key | None) -> bool:
        """Take in the next page of the walk, whose first row has the key `first`; whether it came once too often."""
        previous = self._previous
        self._previous = None if first is None else (first, rows, page.offset)
        if previous is None or previous[0] != first or not self._equal(page, rows, previous):
            self.times = 1
            return False
        self.times += 1
        return self.times >= self._most

    def _equal(self, page: Page[T], rows: list[T], previous: tuple[Key, list[T], int]) -> bool:
        _, before, offset = previous
        return (
            page.offset > offset
            and len(rows) == len(before) == page.limit
            and self._identity.keys(rows) == self._identity.keys(before)
        )
