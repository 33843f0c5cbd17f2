"""Notices a list that gives the same page again although the offset moves on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from ..errors import WalkError
from .identity import RowIdentity, is_digest
from .seen import Key, Positions
from .window import PlannedPage

__all__ = ["Repetition"]

T = TypeVar("T")

MOST_UNIFORM: Final = 100
"""Pages of nothing but one row over and over that may follow each other: 10,000 equal rows without an id."""

MOST_BARREN: Final = 20
"""Pages without a new row that a walk may meet in a row, beside as many as brought some."""

MOST_BEGINNINGS: Final = 2
"""Times that the first page of a plain walk may not come again; once may be a shift by chance."""


class Repetition(Generic[T]):
    """Counts equal pages in a row, and pages without a new row; a walk that meets too many of them fails.

    Two equal pages at the beginning of a walk, or three further on, are too many: the server ignores `offset`. They can
    be honest where, between them, as many rows were added before them as they hold; with tiny pages that happens more
    often.

    A server may also give the rows it has in another order each time, or begin again behind the last. Then full pages
    go on to come without one new row, which may be honest for as long as they are not more than those that brought some
    (and a few): the list has grown by as much before them meanwhile. A plain walk does not know which rows it has met;
    it finds out by its first page, which comes again.

    Args:
        identity: tells how rows are told apart.
        limit: rows a page.
    """

    __slots__ = ("_barren", "_beginnings", "_first", "_fruitful", "_keys", "_most", "_previous", "_times")

    def __init__(self, identity: RowIdentity[T], limit: int) -> None:
        self._keys = identity.keys
        self._previous: PlannedPage[T] | None = None  # the page met last, accepted or known from before
        self.restart(limit)

    def restart(self, limit: int) -> None:
        """Counts anew, in smaller pages."""
        self._most = 3 if limit >= 8 else 10 - limit
        self._first: PlannedPage[T] | None = None  # of a plain walk
        self._fruitful = 0  # full pages that brought new rows
        self._barren = 0  # full pages in a row that brought none
        self._beginnings = 0  # times that the first page of a plain walk came again
        self._times = 1  # equal pages in a row

    def behind_previous(self, rows: Sequence[T]) -> Positions:
        """Returns the positions of rows that were not in the page met last.

        A server that filters after cutting the page shows the end of a short page a second time.
        """
        if self._previous is None or self._previous.rows is None:
            return range(len(rows))
        before = set(self._keys(self._previous.rows))
        return [at for at, key in enumerate(self._keys(rows)) if key not in before]

    # What a walk met. `second` says that the page is the second of the walk.

    def followed(self, page: PlannedPage[T], *, second: bool) -> None:
        """Takes in the next page of a plain walk.

        Raises:
            WalkError: the same page came too often, or the first one again.
        """
        self._repeat(page, second=second)
        first, rows = self._first, page.rows or []
        if first is None:
            self._first = page
        elif self._times == 1 and self._equal(first.rows or [], rows, page.limit):
            self._beginnings += not self._uniform(self._keys(rows))
        if self._beginnings >= max(MOST_BEGINNINGS, self._most):  # small pages are equal by chance
            raise WalkError(ROUND.format(offset=page.offset))

    def joined(self, page: PlannedPage[T], keys: Sequence[Key], *, new: bool, second: bool) -> None:
        """Takes in a page of a stable walk that joined, with rows not met before or without.

        Raises:
            WalkError: the same page came too often, or too many without a new row.
        """
        if not page.short and page.reason == "page":
            self._count(new=new)
        if new and not self._uniform(keys):
            self._previous = page
            self._times = 1
        else:
            self._repeat(page, second=second)

    def slid(self, page: PlannedPage[T], *, second: bool) -> None:
        """Takes in a full page of a stable walk that lies behind what was accepted: all of its rows were met.

        Raises:
            WalkError: as `joined`.
        """
        self._count(new=False)
        self._repeat(page, second=second)

    def _count(self, *, new: bool) -> None:
        self._fruitful += new
        self._barren = 0 if new else self._barren + 1

    def _repeat(self, page: PlannedPage[T], *, second: bool) -> None:
        """Compares a page with the one before it."""
        previous, self._previous = self._previous, page
        if previous is not None and self._endless(previous, page, second=second):
            raise WalkError(REPEATS.format(times=self._times, offset=page.offset))
        if self._barren > MOST_BARREN + self._fruitful:
            raise WalkError(BARREN.format(times=self._barren, offset=page.offset))

    def _endless(self, before: PlannedPage[T], page: PlannedPage[T], *, second: bool) -> bool:
        if not self._equal(before.rows or [], page.rows or [], page.limit) or page.offset <= before.offset:
            self._times = 1
            return False
        self._times += 1
        if self._uniform(self._keys(page.rows or [])):
            return self._times >= MOST_UNIFORM
        return self._times >= self._most - (second and self._most == 3)

    @staticmethod
    def _uniform(keys: Sequence[Key]) -> bool:
        """Returns whether a page has no ids and is one row over and over: then the next one may be equal to it."""
        return bool(keys) and keys[0] == keys[-1] and is_digest(keys[0]) and len(set(keys)) == 1

    def _equal(self, before: list[T], rows: list[T], limit: int) -> bool:
        if not len(before) == len(rows) >= limit:
            return False
        earlier, keys = self._keys(before), self._keys(rows)
        if earlier == keys:
            return True
        # In another order they are the same page only where each row is told by its id.
        return keys[0] in earlier and set(earlier) == set(keys) and not any(map(is_digest, keys))


REPEATS: Final = (
    "the same page came {times} times in a row, up to offset {offset}: the server ignores `offset`, or rows are added "
    "faster than they are read; ask for fewer rows with a filter, or for bigger pages with `limit`"
)
BARREN: Final = (
    "{times} full pages in a row, up to offset {offset}, held only rows that had come before: the server does not page "
    "by `offset`, or rows are added faster than they are read; narrow the list with a filter until it fits into one "
    "page"
)
ROUND: Final = (
    "the first page of the list came again, at last at offset {offset}: the server begins anew behind the last row; "
    "narrow the list with a filter until it fits into one page"
)
