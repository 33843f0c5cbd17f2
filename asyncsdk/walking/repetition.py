"""Notices a list that gives the same page again and again although the offset moves on."""

from __future__ import annotations

from typing import Generic, TypeVar

from .joints import Identity
from .line import Page

__all__ = ["Repetition"]

T = TypeVar("T")


class Repetition(Generic[T]):
    """Counts equal pages in a row: `times`, 1 as soon as another page was met.

    Three are too many: the server ignores `offset`. Two can be honest, when as many rows were added before them as they
    hold; with tiny pages even more can.
    """

    __slots__ = ("_keys", "_most", "times")

    def __init__(self, identity: Identity[T], limit: int) -> None:
        self._keys = identity.keys
        self._most = 3 if limit >= 8 else 10 - limit
        self.times: int = 1

    def endless(self, before: Page[T], page: Page[T]) -> bool:
        """Take in the next page of the walk and the one before it; whether it came once too often."""
        if not self._equal(before.rows or [], page.rows or [], page.limit) or page.offset <= before.offset:
            self.times = 1
            return False
        self.times += 1
        return self.times >= self._most

    def _equal(self, before: list[T], rows: list[T], limit: int) -> bool:
        keys = self._keys
        return len(before) == len(rows) == limit and keys(before[:1]) == keys(rows[:1]) and keys(before) == keys(rows)
