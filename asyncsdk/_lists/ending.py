"""Whether what came is the end of a list: a short page, a page that was refused, or an answer that is no page.

An API may answer 404, 400, 416 or 422 to an offset beyond the end. It may also mean something else by them, so a
refusal alone never ends a walk: the end is proved by the row before the refused page, and where that fails as well, the
refusal is the walk's error.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from .._sending.page_sizes import LARGEST_PAGE, PageSizes
from ..errors import APIError, WalkError
from .window import PlannedPage

__all__ = ["UNPAGED", "Ending", "Verdict", "beyond_the_end"]

MOST_CLOSINGS: Final = 5
MOST_REFUSALS: Final = 3
REFUSING: Final = frozenset({400, 404, 416, 422})

Verdict = Literal["goes on", "capped", "end", "ask"]
"""The list goes on; it does in smaller pages; it ends; its end has to be asked for."""


def beyond_the_end(error: BaseException) -> bool:
    """Returns whether an error may be a server's answer to an offset beyond the end of a list."""
    return isinstance(error, APIError) and error.status in REFUSING


class Ending:
    """Judges the pages of one walk as they are accepted, and those that were refused.

    Args:
        sizes: what is known about the server's pages; None: a short page is believed.
        expected: the offset at which the list is believed to end; None: nothing is believed.
        begun: whether there are rows before the walk.
    """

    __slots__ = ("_begun", "_closings", "_doubted", "_expected", "_refusal", "_refusals", "_sizes")

    def __init__(self, sizes: PageSizes | None, expected: int | None, *, begun: bool) -> None:
        self._sizes = sizes
        self._expected = expected
        self._begun = begun
        self._closings = 0  # closing pages in a row that brought rows
        self._doubted = 0  # rows of the first page, where they may be all that the server gives at once
        self._refusals = 0  # since the last new row
        self._refusal: BaseException | None = None

    @property
    def refusal(self) -> BaseException | None:
        """What the last page that was refused since the last new row was refused with."""
        return self._refusal

    def may_be_the_end(self, page: PlannedPage[Any], error: BaseException) -> bool:
        """Takes in what a page failed with. Returns whether it is worth looking where the list ends."""
        if not beyond_the_end(error) or not self._begun or not page.offset or page.reason == "proof":
            return False
        self._refusals += page.reason == "page"
        self._refusal = error
        return self._refusals < MOST_REFUSALS

    def accepted(self, *, new: bool) -> None:
        """Takes in that a page was accepted, with new rows or without."""
        self._begun = True
        if new:
            self._refusals, self._refusal = 0, None

    def judge(
        self, page: PlannedPage[Any], rows: int, brought: int, *, first: bool, fresh: bool, last: bool, limit: int
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

        Raises:
            WalkError: one short page after the other is followed by many more rows.
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
        if brought * 2 < limit:
            return "end"
        raise WalkError(DISORDER.format(times=self._closings, end=page.offset + rows))

    def _doubts(self, page: PlannedPage[Any], rows: int) -> bool:
        """Returns whether the first page is short perhaps because the server gives no more rows at once."""
        sizes = self._sizes
        expected = page.offset + rows == self._expected
        return sizes is not None and page.limit == LARGEST_PAGE and not expected and sizes.doubtful(rows)


DISORDER: Final = (
    "{times} short pages in a row were each followed by more rows, up to offset {end}: the server does not page "
    "consistently; narrow the list with a filter until it fits into one page"
)
UNPAGED: Final = (
    "{rows} rows came where limit={limit} was asked for at offset {offset}: the server does not page, so it cannot be "
    "told which rows `offset` skips; read the list from its beginning, it comes in one answer"
)
