"""How long a list is, from as few pages as possible: pure, like everything that decides what to ask next."""

from __future__ import annotations

from typing import Final

from .._sending.page_sizes import PageSizes
from ..errors import WalkError

__all__ = ["Counting"]

PROBE: Final = 100  # rows asked for at each probe
MOST_PROBES: Final = 100
"""No list is so long: four times as far at each step, 50 probes reach 10**30 rows."""


class Counting:
    """Finds where a list ends: page one, then four times as far at each step, then halving the gap.

        counting = Counting()
        while (offset := counting.probe()) is not None:
            counting.answered(number_of_rows_at(offset))     # asked for with limit=100
        counting.count

    One probe when there are fewer than 100 rows, at most 17 up to 100,000. While the list changes the answer is one
    that was true of some moment near by. A list that comes whole whatever is asked for is counted by its one page.
    """

    __slots__ = ("_asked", "_doubted", "_full", "_past", "_probes", "_proving", "_refusal", "_size", "_sizes", "count")

    def __init__(self, sizes: PageSizes | None = None) -> None:
        self.count: int = 0
        self._sizes = sizes
        self._size = PROBE
        self._full = -1  # the furthest page known to be full
        self._past: int | None = None  # the nearest page known to be empty
        self._refusal: Exception | None = None  # what that page was refused with
        self._asked: int | None = 0
        self._doubted = 0  # rows of a first page that may be all the server gives at once
        self._proving = False
        self._probes = 0

    def probe(self) -> int | None:
        """Returns the offset to ask at next, None once `count` is known.

        Raises:
            WalkError: the list has no end.
        """
        if self._asked is None:
            return None
        self._probes += 1
        if self._probes > MOST_PROBES:
            raise WalkError(f"no end was found in {MOST_PROBES} pages; is this a list that pages by `offset`?")
        if self._proving:
            return self._asked * self._size - 1
        return self._doubted or self._asked * self._size

    def answered(self, rows: int, *, repeated: bool = False) -> None:
        """Takes in how many rows came; `repeated`: they are those of the first page.

        Raises:
            WalkError: the first page came again at another offset.
        """
        if repeated and rows:
            raise WalkError(
                "the same page came at two offsets: the server ignores `offset`, so the list cannot be counted"
            )
        page = self._asked
        if page is None:
            return
        if self._sizes is not None:
            self._sizes.met(rows)
        if self._proving:
            self._prove(page, rows)
        elif self._doubted:
            self._settle_doubt(rows)
        elif page == 0 and rows > self._size:
            self._finish(rows)  # it does not page: this is the whole list
        elif page == 0 and self._sizes is not None and rows < self._size and self._sizes.doubtful(rows):
            self._doubted = rows
        elif 0 < rows < self._size:
            self._finish(page * self._size + rows)
        else:
            self._narrow(page, rows, None)

    def refused(self, error: Exception) -> None:
        """Takes in that a page was refused, as some servers do beyond the end.

        Raises:
            Exception: `error`, where it means something else.
        """
        page = self._asked
        if not page or self._proving or self._doubted:
            raise error
        self._narrow(page, 0, error)

    def _narrow(self, page: int, rows: int, refusal: Exception | None) -> None:
        if rows:
            self._full = max(self._full, page)
        else:
            self._past, self._refusal = page, refusal
        if self._past is None:
            self._asked = max(1, page * 4)
        elif self._past - self._full > 1:
            self._asked = (self._past + self._full) // 2
        elif self._refusal is not None:
            self._asked, self._proving = self._past, True  # the row before it is the last, if it was refused for that
        else:
            self._finish(self._past * self._size)

    def _prove(self, page: int, rows: int) -> None:
        if rows > 1 and self._refusal is not None:
            raise self._refusal
        self._finish(page * self._size - 1 + rows)

    def _settle_doubt(self, rows: int) -> None:
        """Takes in how many rows came behind a first page that was short."""
        size, self._doubted = self._doubted, 0
        sizes = self._sizes or PageSizes()
        if not rows:
            sizes.proved(size)
            self._finish(size)
            return
        sizes.capped(size)
        if rows < size:
            self._finish(size + rows)
        else:
            self._size, self._full, self._asked = size, 1, 4

    def _finish(self, count: int) -> None:
        self.count, self._asked = count, None
