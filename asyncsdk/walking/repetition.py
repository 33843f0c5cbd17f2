"""Notices a list that gives the same page again although the offset moves on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from .joints import Identity, is_digest
from .line import Page
from .seen import Key

__all__ = ["Repetition"]

T = TypeVar("T")

MOST_UNIFORM: Final = 100
"""Pages of nothing but one row over and over that may follow each other: 10,000 equal rows without an id."""


class Repetition(Generic[T]):
    """Counts equal pages in a row: `times`, 1 as soon as another page was met.

    Two at the beginning of a walk, or three further on, are too many: the server ignores `offset`. They can be honest
    where, between them, as many rows were added before them as they hold; with tiny pages that happens more often.
    """

    __slots__ = ("_keys", "_most", "times")

    def __init__(self, identity: Identity[T], limit: int) -> None:
        self._keys = identity.keys
        self._most = 3 if limit >= 8 else 10 - limit
        self.times: int = 1

    def endless(self, before: Page[T], page: Page[T], *, second: bool) -> bool:
        """Take in the next page of the walk and the one before it; whether it came once too often.

        `second`: these are the first two pages of the walk.
        """
        if not self._equal(before.rows or [], page.rows or [], page.limit) or page.offset <= before.offset:
            self.times = 1
            return False
        self.times += 1
        if self.uniform(self._keys(page.rows or [])):
            return self.times >= MOST_UNIFORM
        return self.times >= self._most - (second and self._most == 3)

    @staticmethod
    def uniform(keys: Sequence[Key]) -> bool:
        """Whether a page has no ids and is one row over and over: then the next one may be equal to it."""
        return bool(keys) and keys[0] == keys[-1] and is_digest(keys[0]) and len(set(keys)) == 1

    def _equal(self, before: list[T], rows: list[T], limit: int) -> bool:
        keys = self._keys
        return len(before) == len(rows) >= limit and keys(before[:1]) == keys(rows[:1]) and keys(before) == keys(rows)
