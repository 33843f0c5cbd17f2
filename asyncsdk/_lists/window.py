"""The pages of one walk between being planned and being accepted, sorted by offset, and the places they take.

A place is taken from the moment a page is handed out until its rows are taken or it is dropped. A page in flight that
is no longer wanted keeps its place until it answers: cancelling it would close a pooled connection and save nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeVar

import attrs

__all__ = ["NO_HEADERS", "PageWindow", "PlannedPage", "Reason"]

T = TypeVar("T")

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

Reason = Literal["page", "join", "closing", "proof"]
"""The next page; a look for a lost join; proof that the end is the end, or that a refused page lay beyond it."""

LAST: Final[frozenset[Reason]] = frozenset({"closing", "proof"})


@attrs.define(eq=False)
class PlannedPage(Generic[T]):
    """One page, from being planned to being accepted. Whoever does the I/O reads `offset`, `limit` and `reason`.

    Attributes:
        offset: of its first row.
        limit: rows asked for.
        reason: what it is for.
        gain: rows it brings when nothing moves.
        asked: how many answers were in when it was handed out; -1: it was not yet.
        answered: how many answers were in with its own; -1: it has none yet.
        rows: what came, as it came.
        date: the `Date` header of its answer.
        error: what it failed with.
        wanted: whether it still stands in the window.
        tried: whether it did not join once.
        headers: of its answer.
        full: whether it came back with as many rows as were asked for.
        short: whether it came back with fewer.
    """

    offset: int
    limit: int
    reason: Reason
    gain: int
    asked: int = -1
    answered: int = -1
    rows: list[T] | None = None
    date: str | None = None
    error: BaseException | None = None
    wanted: bool = True
    tried: bool = False
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)
    full: bool = False
    short: bool = False

    @property
    def in_flight(self) -> bool:
        """Whether it was handed out and has neither answered nor failed."""
        return self.asked >= 0 and self.rows is None and self.error is None

    def hand_out(self, answers: int) -> None:
        """Notes that the page is sent now, when so many answers are in."""
        self.asked = answers

    def answer(self, rows: list[T], date: str | None, answers: int) -> None:
        """Takes in what came, as the last of so many answers."""
        self.rows, self.date, self.answered, self.error = rows, date, answers, None
        self.full = len(rows) >= self.limit
        self.short = not self.full

    def carry(self, headers: Mapping[str, str]) -> None:
        """Take in the headers of its answer."""
        self.headers = headers

    def fail(self, error: BaseException) -> None:
        """Takes in what the page failed with."""
        self.error = error

    def miss_join(self) -> bool:
        """Notes that the page did not join. Returns whether this was the first time."""
        first, self.tried = not self.tried, True
        return first

    def forget(self) -> None:
        """Notes that nobody wants the page any more."""
        self.wanted = False


class PageWindow(Generic[T]):
    """The pages in order of their offsets, how many places are taken, and how many answers came."""

    __slots__ = ("_hinted", "_pages", "_unwanted", "answers", "places")

    def __init__(self) -> None:
        self._pages: list[PlannedPage[T]] = []
        self.places: int = 0
        """Pages in flight or waiting to be taken."""
        self.answers: int = 0
        self._hinted = False  # a page may be the last one; `open` looks whether one still is
        self._unwanted = 0  # in flight, but dropped

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[PlannedPage[T]]:
        return iter(self._pages)

    @property
    def first(self) -> PlannedPage[T] | None:
        """The page needed next; None in an empty window."""
        return self._pages[0] if self._pages else None

    @property
    def end(self) -> int | None:
        """The offset behind the last page, if it comes back full; None in an empty window."""
        return self._pages[-1].offset + self._pages[-1].limit if self._pages else None

    @property
    def gain(self) -> int:
        """Rows that the pages bring when nothing moves."""
        return sum(page.gain for page in self._pages)

    # Pages come in

    def append(self, page: PlannedPage[T]) -> None:
        """Puts a page behind all others; it takes no place yet."""
        self._pages.append(page)

    def put_first(self, page: PlannedPage[T]) -> None:
        """Puts a page before all others; it takes no place yet."""
        if page.reason in LAST:
            self._hinted = True
        self._pages.insert(0, page)

    def hand_out(self, page: PlannedPage[T]) -> None:
        """Has a page take a place: it is sent now."""
        page.hand_out(self.answers)
        self.places += 1

    # Answers come in

    def answered(self, page: PlannedPage[T], rows: list[T], date: str | None) -> bool:
        """Takes an answer in; False when it is not wanted any more, and then its place is free."""
        self.answers += 1
        if not page.wanted:
            self.places -= 1
            self._unwanted -= 1
            return False
        page.answer(rows, date, self.answers)
        if page.short:
            self._hinted = True
        return True

    def failed(self, page: PlannedPage[T], error: BaseException) -> bool:
        """Takes a failure in; False when the page is not wanted any more."""
        self.places -= 1
        if not page.wanted:
            self._unwanted -= 1
            return False
        page.fail(error)
        self._hinted = True
        return True

    def emptied(self, page: PlannedPage[T]) -> None:
        """Takes a page that was refused for one without rows."""
        self.answers += 1
        self.places += 1
        page.answer([], page.date, self.answers)

    # Pages leave

    def accept(self, page: PlannedPage[T]) -> None:
        """Lets the first page leave; its place stays taken until its rows are: `free`."""
        self._pages.remove(page)

    def free(self) -> None:
        """Gives back the place of an accepted page: its rows were taken, or it brought none."""
        self.places -= 1

    def drop(self, page: PlannedPage[T]) -> None:
        """Removes a page from the window: nobody wants it any more."""
        self._pages.remove(page)
        page.forget()
        if page.rows is not None:
            self.places -= 1
        elif page.in_flight:
            self._unwanted += 1

    def clear(self) -> None:
        """Removes all pages."""
        for page in self._pages[:]:
            self.drop(page)

    def make_room(self) -> bool:
        """Drops the page furthest on for one that is needed sooner; False when its answer must be waited for first."""
        if self._unwanted:
            return False
        page = next((page for page in reversed(self._pages) if page.asked >= 0 and page.error is None), None)
        if page is None:
            return False
        self.drop(page)
        return page.rows is not None

    # What the pages tell

    @property
    def open(self) -> bool:
        """Whether pages may be planned behind the last one: no page hints at the end, and none failed."""
        if self._hinted:
            self._hinted = any(page.short or page.error or page.reason in LAST for page in self._pages)
        return not self._hinted

    @property
    def known(self) -> int:
        """How many pages there are up to the last one that is known to be full: those before it exist."""
        pages = self._pages
        for at in range(len(pages) - 1, -1, -1):
            if pages[at].full:
                return at + 1
        return 0

    def proving(self, known: int, newest: int) -> bool:
        """Returns whether the page behind the first `known` is, or would be, asked for when all before had answered.

        `newest` counts the answers that were in when the newest accepted one came.
        """
        before = self._pages[:known]
        if known == len(self._pages):
            return all(page.answered >= 0 for page in before)
        asked = self._pages[known].asked
        return all(0 <= page.answered <= asked for page in before) and newest <= asked
