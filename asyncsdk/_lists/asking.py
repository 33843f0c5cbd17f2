"""Which pages a walk asks for next, how large they are, and how far ahead of what was accepted. Pure.

How far ahead: pages are counted from 1 in the order of the list, and `full` is the last of them that is known to be
full. All before it exist, so asking for them wastes nothing; what lies beyond may not exist. For a list that ends with
page `full + 1` the waste is the pages asked for behind it, and one more request where its shortness is no proof (it was
asked for before all pages before it had answered). With the bound of `pages_beyond` that is 2 + full // 8 at the most;
for a list that is longer by a page the first part is one less while the second is still one at most, and so on. So a
walk of n pages asks at most n + 2 + n // 8 times, whatever the order of the answers.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from .frontier import Frontier
from .report import Counts
from .window import PageWindow, PlannedPage

__all__ = ["Asking", "connections", "pages_beyond"]

T = TypeVar("T")


def pages_beyond(full: int, *, proving: bool) -> int:
    """Returns how many pages behind page `full` may be asked for at once; the first page goes alone.

    Args:
        full: the last page known to be full; 0: none.
        proving: whether page `full + 1` was, or would now be, asked for after every page before it had answered: then
            its shortness is proof, and the request that would have proved the end is free for a page.
    """
    return 2 + (full + 1) // 8 + proving if full else 1


def connections(full: int, most: int) -> int:
    """Returns how many connections the pages to come can use when they are ready, `most` at the most.

    Three rounds of pages come in while a connection is made and its first page travels, so it looks three rounds
    further than `pages_beyond`: six pages at the beginning, and more the wider the window is.
    """
    if not full:
        return 1
    return min(most, 3 + (full + 3 * pages_beyond(full, proving=False)) // 8)


class Asking(Generic[T]):
    """Plans the pages of one walk and puts them into its window.

    Args:
        window: the pages between being planned and being accepted.
        frontier: how far the walk has come.
        counts: counts what is asked for, and says how many rows were delivered.
        limit: rows a page.
        concurrency: the most pages in flight or waiting to be taken.
        max_items: the most rows to deliver.
        stable: whether pages share a row with those before them.
        start: the offset the walk began at.
        hint: the offset at which the list is believed to end; None: nothing is believed.
    """

    __slots__ = (
        "_concurrency",
        "_counts",
        "_frontier",
        "_full",
        "_hint",
        "_limit",
        "_max_items",
        "_most",
        "_stable",
        "_start",
        "_window",
    )

    def __init__(
        self,
        window: PageWindow[T],
        frontier: Frontier[T],
        counts: Counts,
        limit: int,
        concurrency: int,
        max_items: int | None,
        stable: bool,
        start: int,
        hint: int | None,
    ) -> None:
        self._window = window
        self._frontier = frontier
        self._counts = counts
        self._limit = limit
        self._concurrency = concurrency
        self._max_items = max_items
        self._stable = stable
        self._start = start
        self._most = concurrency  # places that may be taken now
        self._full = 0  # full pages accepted
        self._hint = hint  # None again once a page beyond it is full

    @property
    def limit(self) -> int:
        """Rows a page."""
        return self._limit

    def due(self, most: int | None, *, waiting: bool) -> list[PlannedPage[T]]:
        """Returns the pages to send now, `most` of them; `waiting`: rows wait to be taken."""
        most = self._concurrency if most is None else most
        due: list[PlannedPage[T]] = []
        window = self._window
        if most > 0 and (first := window.first) is not None and first.asked < 0:  # one put there is put first
            if window.places >= self._concurrency and (waiting or not window.make_room()):
                return due
            due.append(self._hand_out(first))
        while len(due) < most and window.places < self._most and (following := self._plan_next()) is not None:
            due.append(self._hand_out(following))
        return due

    @property
    def connections(self) -> int:
        """How many connections the pages in flight and those to come can use."""
        window = self._window
        if not window.open:
            return 0
        step = self._limit - 1 if self._stable else self._limit
        most = self._concurrency
        if self._max_items is not None:
            left = self._max_items - self._counts.rows - window.gain
            most = min(most, window.places + max(0, -(-left // step)))
        if self._hint is None:
            certain = connections(self._full, most)
            return most if certain == most else connections(self._full + window.known, most)
        sure = (self._hint - self._start - self._limit) // step + 1  # pages that are full if the hint is right
        return max(1, min(most, sure - 1))  # the first of them goes alone

    @property
    def steady(self) -> bool:
        """Whether the window is as wide as it may be, or the length of the list is believed to be known."""
        if self._hint is not None:
            return self._full > 0
        return pages_beyond(self._full, proving=False) >= self._concurrency

    # What was answered

    def full(self, page: PlannedPage[T]) -> None:
        """Takes in that a page came back full."""
        if self._most < self._concurrency:
            self._most += 1
        if self._hint is not None and page.offset + page.limit > self._hint:
            self._hint = None

    def accepted_full(self) -> None:
        """Takes in that a full page was accepted."""
        self._full += 1

    def one_by_one(self) -> None:
        """Asks for single pages until they come back full: what follows changes, and early answers would be too old."""
        self._most = 1

    def shrink(self, limit: int) -> None:
        """Goes on with smaller pages: the server gives no larger ones, and two of these were accepted."""
        self._limit = limit
        self._full = 1

    # What is put before the pages in the window

    def fill(self) -> None:
        """Asks for what follows the last accepted row."""
        shared = self._shared(self._frontier.position)
        size = self._size(shared)
        self._window.put_first(PlannedPage(self._frontier.position - shared, size, "page", size - shared))

    def close(self) -> None:
        """Asks whether the end is the end, and for nothing else."""
        self._window.clear()
        shared = self._shared(self._frontier.position)
        self._window.put_first(PlannedPage(self._frontier.position - shared, self._size(shared), "closing", 0))

    def prove(self) -> None:
        """Asks for the last accepted row and one more, and for nothing else."""
        self._window.clear()
        self._window.put_first(PlannedPage(self._frontier.position - 1, 2, "proof", 0))

    def look(self, offset: int) -> None:
        """Asks for a page in which a lost join may be."""
        self._window.put_first(PlannedPage(offset, self._limit, "join", 0))

    # Which page next

    def _hand_out(self, page: PlannedPage[T]) -> PlannedPage[T]:
        self._counts.asked(page.reason)
        self._window.hand_out(page)
        return page

    def _shared(self, position: int) -> int:
        """Returns how many rows a page that goes on at `position` shares with those before it."""
        if not self._stable or not (self._frontier.begun or len(self._window)):
            return 0
        return self._frontier.shared(position)

    def _size(self, shared: int, planned: int = 0) -> int:
        """Returns the limit of a page that shares `shared` rows: no more than `max_items` needs beyond `planned`."""
        if self._max_items is None:
            return self._limit
        return min(self._limit, shared + max(0, self._max_items - self._counts.rows - planned))

    def _plan_next(self) -> PlannedPage[T] | None:
        """Plans the page after the last one planned, unless it lies too far ahead, or `max_items` needs no more."""
        window = self._window
        if not window.open:
            return None
        end = window.end
        position = self._frontier.position if end is None else end
        shared = self._shared(position)
        size = self._limit
        if self._max_items is not None:
            size = self._size(shared, window.gain)
            if size <= shared:
                return None
        if end is not None and not self._reaches(position - shared + size):
            return None
        page: PlannedPage[T] = PlannedPage(position - shared, size, "page", size - shared)
        window.append(page)
        return page

    def _reaches(self, end: int) -> bool:
        """Returns whether a page behind those in the window, which ends at the row `end`, may be asked for now."""
        window = self._window
        if self._hint is None and self.steady:
            return True
        known = window.known
        full = self._full + known
        if self._hint is not None:
            # What lies beyond the hint is asked for when all before it has answered: then its shortness is proof.
            return full > 0 and end <= self._hint
        beyond = len(window) - known
        most = pages_beyond(full, proving=False)
        if beyond != most or not full:
            return beyond < most
        return window.proving(known, self._frontier.newest)
