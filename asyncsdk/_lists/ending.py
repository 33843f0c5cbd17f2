"""Whether a short page is the end of the list."""

from __future__ import annotations

from typing import Any, Final, Literal

from .._sending.page_sizes import LARGEST_PAGE, PageSizes
from .line import Page

__all__ = ["Ending", "Verdict"]

MOST_CLOSINGS: Final = 5

Verdict = Literal["goes on", "capped", "end", "ask", "disorder"]
"""The list goes on; it does in smaller pages; it ends; its end has to be asked for; its pages make no sense."""


class Ending:
    """Judges the pages of one walk as they are accepted.

    Args:
        sizes: what is known about the server's pages; None: a short page is believed.
        expected: the offset at which the list is believed to end; None: nothing is believed.
    """

    __slots__ = ("_closings", "_doubted", "_expected", "_sizes")

    def __init__(self, sizes: PageSizes | None, expected: int | None) -> None:
        self._sizes = sizes
        self._expected = expected
        self._closings = 0  # closing pages in a row that brought rows
        self._doubted = 0  # rows of the first page, where they may be all that the server gives at once

    @property
    def closings(self) -> int:
        """How many pages in a row were to prove the end and brought more rows."""
        return self._closings

    def judge(
        self, page: Page[Any], rows: int, brought: int, *, first: bool, fresh: bool, last: bool, limit: int
    ) -> Verdict:
        """Says what an accepted page means.

        Args:
            page: as it was asked for and answered.
            rows: how many came.
            brought: how many of them were new.
            first: it is the first page of the walk.
            fresh: it was asked for after every accepted page had answered.
            last: no page behind it has rows.
            limit: rows a page.
        """
        if rows > page.limit:
            return "end"  # the server does not page: this is the whole list
        if rows == page.limit:
            self._closings = 0
            return "goes on"
        if self._doubted and self._sizes is not None and brought and page.reason == "closing":
            self._sizes.capped(self._doubted)
            if rows == self._doubted:
                self._closings = 0
                return "capped"
        if first and page.reason == "page" and self._doubts(page, rows):
            self._doubted = rows
            return "ask"
        if fresh and last and not (page.reason == "closing" and brought):
            if self._doubted and self._sizes is not None and not self._closings:
                self._sizes.proved(self._doubted)
            return "end"
        self._closings += page.reason == "closing"
        if self._closings < MOST_CLOSINGS:
            return "ask"
        # A list that grows by a few rows with every request: this was its end when it was asked for.
        return "end" if brought * 2 < limit else "disorder"

    def _doubts(self, page: Page[Any], rows: int) -> bool:
        """Whether the first page is short perhaps because the server gives no more rows at once."""
        sizes = self._sizes
        expected = page.offset + rows == self._expected
        return sizes is not None and page.limit == LARGEST_PAGE and not expected and sizes.doubtful(rows)
