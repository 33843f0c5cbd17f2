"""What the lengths of earlier pages tell about the most rows a server gives at once."""

from __future__ import annotations

from typing import Final

__all__ = ["LARGEST_PAGE", "PageSizes"]

LARGEST_PAGE: Final = 100
"""Rows; the API's own bound of `limit`."""

USUAL: Final = frozenset({20, 25, 50})
"""Most rows that servers are set to give at once. A list of any other length that fits into one page is believed."""


class PageSizes:
    """Remembers how long the pages of one server were, for all walks of a token.

    A page with fewer rows than were asked for is the end of its list, unless the server never gives more rows than
    that, whatever `limit` says. Nothing in the answer tells the two apart. So a first page of a usual length is doubted
    where 100 rows were asked for, until a longer page came, or a list that ended with such a page was proved to be
    over: each of the three lengths costs a client one request at the most, and none once it has met a full page.

    >>> sizes = PageSizes()
    >>> sizes.doubtful(50), sizes.doubtful(49)
    (True, False)
    >>> sizes.met(100)
    >>> sizes.doubtful(50)
    False
    """

    __slots__ = ("_honest", "_most", "cap")

    def __init__(self) -> None:
        self._most = 0
        self._honest: set[int] = set()
        self.cap: int | None = None
        """The most rows the server gives at once, where that was found out."""

    def met(self, rows: int) -> None:
        """Takes in how many rows a page had."""
        if rows > self._most:
            self._most = rows

    def doubtful(self, rows: int) -> bool:
        """Returns whether a page of so many rows, fewer than were asked for, may be all that the server gives."""
        return rows in USUAL and rows >= self._most and rows not in self._honest

    def proved(self, rows: int) -> None:
        """Takes in that a list ended with a page of so many rows: were they the most, that would be a coincidence."""
        if rows != self.cap:
            self._honest.add(rows)

    def capped(self, rows: int) -> bool:
        """Takes in that the server gives no more rows than this. Returns whether that is news."""
        news, self.cap = self.cap != rows, rows
        self._honest.discard(rows)
        return news
