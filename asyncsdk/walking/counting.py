"""How long a list is, from as few pages as possible: pure, like everything that decides what to ask next."""

from __future__ import annotations

from typing import Final

__all__ = ["Counting"]

PROBE: Final = 100  # rows asked for at each probe


class Counting:
    """Finds where a list ends: page one, then four times as far at each step, then halving the gap.

        counting = Counting()
        while (offset := counting.probe()) is not None:
            counting.answered(number_of_rows_at(offset))     # asked for with limit=100
        counting.count

    One probe when there are fewer than 100 rows, at most 17 up to 100,000. While the list changes the answer is one
    that was true of some moment near by.
    """

    __slots__ = ("_asked", "_full", "_past", "count")

    def __init__(self) -> None:
        self.count = 0
        self._full = -1  # the furthest page known to be full
        self._past: int | None = None  # the nearest page known to be empty
        self._asked: int | None = 0

    def probe(self) -> int | None:
        """The offset to ask at next, None once `count` is known."""
        return None if self._asked is None else self._asked * PROBE

    def answered(self, rows: int) -> None:
        """Takes in how many rows came (0 to 100)."""
        page = self._asked
        if page is None:
            return
        if 0 < rows < PROBE:
            self.count, self._asked = page * PROBE + rows, None
            return
        if rows:
            self._full = max(self._full, page)
        else:
            self._past = page
        if self._past is None:
            self._asked = max(1, page * 4)
        elif self._past - self._full > 1:
            self._asked = (self._past + self._full) // 2
        else:
            self.count, self._asked = self._past * PROBE, None
