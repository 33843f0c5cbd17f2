"""Notices a list that gives the same page again although the offset moves on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from .joins import Identity, is_digest
from .line import Page
from .seen import Key

__all__ = ["Repetition"]

T = TypeVar("T")

MOST_UNIFORM: Final = 100
"""Pages of nothing but one row over and over that may follow each other: 10,000 equal rows without an id."""

MOST_BARREN: Final = 20
"""Pages without a new row that a walk may meet in a row, beside as many as brought some."""

MOST_BEGINNINGS: Final = 2
"""Times that the first page of a plain walk may not come again; once may be a shift by chance."""


class Repetition(Generic[T]):
    """Counts equal pages in a row: `times`, 1 as soon as another page was met.

    Two at the beginning of a walk, or three further on, are too many: the server ignores `offset`. They can be honest
    where, between them, as many rows were added before them as they hold; with tiny pages that happens more often.

    A server may also give the rows it has in another order each time, or begin again behind the last. Then full pages
    go on to come without one new row: `barren` counts them, which may be honest for as long as they are not more than
    those that brought some (and a few): the list has grown by as much before them meanwhile. A plain walk does not know
    which rows it has met; it finds out by its first page, which comes again, `begun_again` times so far.
    """

    __slots__ = ("_first", "_fruitful", "_keys", "_most", "barren", "begun_again", "times")

    def __init__(self, identity: Identity[T], limit: int) -> None:
        self._keys = identity.keys
        self._most = 3 if limit >= 8 else 10 - limit
        self._first: Page[T] | None = None
        self._fruitful = 0
        self.begun_again: int = 0
        self.barren: int = 0
        self.times: int = 1

    def brought(self, *, new: bool) -> None:
        """Takes in that a full page was met, with rows not met before or without."""
        self._fruitful += new
        self.barren = 0 if new else self.barren + 1

    @property
    def hopeless(self) -> bool:
        """Whether too many full pages in a row brought nothing new."""
        return self.barren > MOST_BARREN + self._fruitful

    def begins_again(self, page: Page[T]) -> bool:
        """Takes in the next page of a plain walk. Returns whether the walk's first one came once too often."""
        first, rows = self._first, page.rows or []
        if first is None:
            self._first = page
        elif self.times == 1 and self._equal(first.rows or [], rows, page.limit):
            self.begun_again += not self.uniform(self._keys(rows))
        return self.begun_again >= MOST_BEGINNINGS

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
        if not len(before) == len(rows) >= limit:
            return False
        earlier, keys = self._keys(before), self._keys(rows)
        if earlier == keys:
            return True
        # In another order they are the same page only where each row is told by its id.
        return not any(map(is_digest, keys)) and set(earlier) == set(keys)
