"""Where the n-th row of a table is, without reading the n rows before it.

`OFFSET` alone reads and drops every row it skips: seconds at a million rows. Here ids are counted in blocks, so a page
is one look at the running totals and one short range read. A change of one row changes one count.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import Literal

View = Literal["all", "live", "deleted"]

BLOCK = 256  # ids in one block: what a page skips at most


class Positions:
    """Counts of one table's rows by block of ids, all rows and softly deleted ones apart."""

    def __init__(self) -> None:
        self._all = array("i")
        self._deleted = array("i")
        self._sums: dict[View, list[int]] = {}

    def load(self, counts: list[tuple[int, int, int]]) -> None:
        """Takes (block, rows, softly deleted rows) as SQL counted them."""
        for block, rows, deleted in counts:
            self._grow(block)
            self._all[block], self._deleted[block] = rows, deleted
        self._sums.clear()

    def change(self, id: int, *, rows: int = 0, deleted: int = 0) -> None:
        """Adds to the counts of the block that holds `id`."""
        block = id // BLOCK
        self._grow(block)
        self._all[block] += rows
        self._deleted[block] += deleted
        self._sums.clear()

    def count(self, view: View) -> int:
        """Returns the number of rows in a view."""
        sums = self._totals(view)
        return sums[-1] if sums else 0

    def find(self, view: View, position: int) -> tuple[int, int] | None:
        """Returns the first id of the block with the row at `position`, and how many rows to skip from there."""
        sums = self._totals(view)
        if not sums or position >= sums[-1]:
            return None
        block = bisect_right(sums, position)
        return block * BLOCK, position - (sums[block - 1] if block else 0)

    def _grow(self, block: int) -> None:
        missing = block + 1 - len(self._all)
        if missing > 0:
            self._all.frombytes(bytes(missing * self._all.itemsize))
            self._deleted.frombytes(bytes(missing * self._deleted.itemsize))

    def _totals(self, view: View) -> list[int]:
        sums = self._sums.get(view)
        if sums is None:
            if view == "live":
                counts = [rows - deleted for rows, deleted in zip(self._all, self._deleted, strict=True)]
            else:
                counts = list(self._all if view == "all" else self._deleted)
            sums = self._sums[view] = list(accumulate(counts))
        return sums
