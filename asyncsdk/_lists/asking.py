"""Which pages a walk asks for next, how large they are, and how far ahead of what was accepted. Pure."""

from __future__ import annotations

from typing import Generic, TypeVar

from . import horizon
from .delivery import Report
from .frontier import Frontier
from .line import Line, Page, Reason

__all__ = ["Asking"]

T = TypeVar("T")


class Asking(Generic[T]):
    """Plans the pages of one walk and puts them into its line.

    Args:
        line: the pages between being planned and being accepted.
        frontier: how far the walk has come.
        report: counts what is asked for, and says how many rows were delivered.
        limit: rows a page.
        concurrency: the most pages in flight or waiting to be taken.
        max_items: the most rows to deliver.
        stable: whether pages share a row with those before them.
        start: the offset the walk began at.
        expected: the rows believed to be there from `start` on.
    """

    __slots__ = (
        "_concurrency",
        "_frontier",
        "_full",
        "_hint",
        "_line",
        "_max_items",
        "_report",
        "_stable",
        "_start",
        "_window",
        "limit",
    )

    def __init__(
        self,
        line: Line[T],
        frontier: Frontier[T],
        report: Report,
        *,
        limit: int,
        concurrency: int,
        max_items: int | None,
        stable: bool,
        start: int,
        expected: int | None,
    ) -> None:
        self.limit: int = limit
        self._line = line
        self._frontier = frontier
        self._report = report
        self._concurrency = concurrency
        self._max_items = max_items
        self._stable = stable
        self._start = start
        self._window = concurrency
        self._full = 0  # full pages accepted
        self._hint = None if expected is None else start + expected  # None again once a page beyond it is full

    def due(self, most: int, *, waiting: bool) -> list[Page[T]]:
        """The pages to send now, `most` of them; `waiting`: rows wait to be taken."""
        due: list[Page[T]] = []
        line = self._line
        if most > 0 and line.pages and line.pages[0].asked < 0:  # a page put into the line is put at its head
            if line.places >= self._concurrency and (waiting or not line.make_room()):
                return due
            due.append(self._hand_out(line.pages[0]))
        while len(due) < most and line.places < self._window and (following := self._plan_next()) is not None:
            due.append(self._hand_out(following))
        return due

    @property
    def connections(self) -> int:
        """How many connections the pages in flight and those to come can use."""
        line = self._line
        if not line.open:
            return 0
        step = self.limit - 1 if self._stable else self.limit
        most = self._concurrency
        if self._max_items is not None:
            left = self._max_items - self._report.rows - sum(page.gain for page in line.pages)
            most = min(most, line.places + max(0, -(-left // step)))
        if self._hint is None:
            certain = horizon.connections(self._full, most)
            return most if certain == most else horizon.connections(self._full + line.known, most)
        sure = (self._hint - self._start - self.limit) // step + 1  # pages that are full if the hint is right
        return max(1, min(most, sure - 1))  # the first of them goes alone

    # What was answered

    def full(self, page: Page[T]) -> None:
        """Take in that a page came back full."""
        if self._window < self._concurrency:
            self._window += 1
        if self._hint is not None and page.offset + page.limit > self._hint:
            self._hint = None

    def accepted_full(self) -> None:
        """Take in that a full page was accepted."""
        self._full += 1

    def one_by_one(self) -> None:
        """Ask for single pages until they come back full: what follows changes, and early answers would be too old."""
        self._window = 1

    def shrink(self, limit: int) -> None:
        """Go on with smaller pages: the server gives no larger ones, and two of these were accepted."""
        self.limit = limit
        self._full = 1

    # What is put before the pages in the line

    def fill(self) -> None:
        """Ask for what follows the last accepted row."""
        shared = self._shared(self._frontier.position)
        size = self._size(shared)
        self._line.put(Page(self._frontier.position - shared, size, "page", size - shared))

    def close(self) -> None:
        """Ask whether the end is the end, and for nothing else."""
        self._line.clear()
        shared = self._shared(self._frontier.position)
        self._line.put(Page(self._frontier.position - shared, self._size(shared), "closing", 0))

    def prove(self) -> None:
        """Ask for the last accepted row and one more, and for nothing else."""
        self._line.clear()
        self._line.put(Page(self._frontier.position - 1, 2, "proof", 0))

    def look(self, offset: int) -> None:
        """Ask for a page in which a lost joint may be."""
        self._line.put(Page(offset, self.limit, "joint", 0))

    # Which page next

    def _hand_out(self, page: Page[T]) -> Page[T]:
        report, reason = self._report, page.reason
        report.requests += 1
        report.repairs += reason == "joint"
        report.closing += reason in _CLOSING
        page.asked = self._line.answers
        self._line.places += 1
        return page

    def _shared(self, position: int) -> int:
        """How many rows a page that goes on at `position` shares with those before it."""
        if not self._stable or not (self._frontier.begun or self._line.pages):
            return 0
        return self._frontier.shared(position)

    def _size(self, shared: int, planned: int = 0) -> int:
        """The limit of a page that shares `shared` rows; not more than `max_items` still needs beyond `planned`."""
        if self._max_items is None:
            return self.limit
        return min(self.limit, shared + max(0, self._max_items - self._report.rows - planned))

    def _plan_next(self) -> Page[T] | None:
        """Plan the page after the last one planned, unless it lies too far ahead, or `max_items` needs no more."""
        line = self._line
        if line.hinted and not line.open:
            return None
        pages = line.pages
        position = pages[-1].offset + pages[-1].limit if pages else self._frontier.position
        shared = self._shared(position)
        size = self.limit
        if self._max_items is not None:
            size = self._size(shared, sum(page.gain for page in pages))
            if size <= shared:
                return None
        if pages and not self._reaches(position - shared + size):
            return None
        page: Page[T] = Page(position - shared, size, "page", size - shared)
        pages.append(page)
        return page

    def _reaches(self, end: int) -> bool:
        """Whether a page behind those in the line, which ends at the row `end`, may be asked for now."""
        line = self._line
        if self._hint is None and horizon.pages_beyond(self._full, proving=False) >= self._concurrency:
            return True
        known = line.known
        full = self._full + known
        if self._hint is not None:
            # What lies beyond the hint is asked for when all before it has answered: then its shortness is proof.
            return full > 0 and end <= self._hint
        beyond = len(line.pages) - known
        most = horizon.pages_beyond(full, proving=False)
        if beyond != most or not full:
            return beyond < most
        return line.proving(known, self._frontier.newest)


_CLOSING: frozenset[Reason] = frozenset({"closing", "proof"})
