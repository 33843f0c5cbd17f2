"""The pages of one walk between being planned and being accepted, sorted by offset, and the places they take.

A place is taken from the moment a page is handed out until its rows are taken or it is dropped. A page in flight that
is no longer wanted keeps its place until it answers: cancelling it would close a pooled connection and save nothing.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import attrs

__all__ = ["Line", "Page", "Reason"]

T = TypeVar("T")

Reason = Literal["page", "joint", "closing", "proof"]


@attrs.define(eq=False)
class Page(Generic[T]):
    """One page, from being planned to being accepted. Whoever does the I/O reads `offset`, `limit` and `reason`.

    `reason` says what it is for: the next page, a look for a lost joint, proof that the end is the end, or proof that a
    page was refused because it lay beyond the end. `asked` and `answered` count the answers that were in by then; -1:
    not yet.
    """

    offset: int
    limit: int
    reason: Reason
    gain: int  # rows it brings when nothing moves
    asked: int = -1
    answered: int = -1
    rows: list[T] | None = None
    date: str | None = None
    error: BaseException | None = None
    wanted: bool = True
    tried: bool = False  # it did not join once

    @property
    def full(self) -> bool:
        """Whether it came back with as many rows as were asked for."""
        return self.rows is not None and len(self.rows) >= self.limit

    @property
    def short(self) -> bool:
        """Whether it came back with fewer rows than were asked for."""
        return self.rows is not None and len(self.rows) < self.limit


class Line(Generic[T]):
    """Pages in order of their offsets, how many places are taken, and how many answers came.

    `hinted` says that a page may be the last one; `open` looks whether one still is.
    """

    __slots__ = ("_unwanted", "answers", "hinted", "pages", "places")

    def __init__(self) -> None:
        self.pages: list[Page[T]] = []
        self.places: int = 0
        self.answers: int = 0
        self.hinted: bool = False
        self._unwanted = 0  # in flight, but dropped

    def put(self, page: Page[T]) -> None:
        """Plan a page before all others; it takes no place yet."""
        if page.reason in {"closing", "proof"}:
            self.hinted = True
        self.pages.insert(0, page)

    def answered(self, page: Page[T], rows: list[T], date: str | None) -> bool:
        """Take an answer in; False when it is not wanted any more, and then its place is free."""
        self.answers += 1
        if not page.wanted:
            self.places -= 1
            self._unwanted -= 1
            return False
        page.answered = self.answers
        page.rows = rows
        page.date = date
        if len(rows) < page.limit:
            self.hinted = True
        return True

    def failed(self, page: Page[T], error: BaseException) -> bool:
        """Take a failure in; False when the page is not wanted any more."""
        self.places -= 1
        if not page.wanted:
            self._unwanted -= 1
            return False
        page.error = error
        self.hinted = True
        return True

    def emptied(self, page: Page[T]) -> None:
        """Take a page that was refused for one without rows."""
        self.answers += 1
        self.places += 1
        page.error, page.rows, page.answered = None, [], self.answers

    def drop(self, page: Page[T]) -> None:
        """Do without a page."""
        self.pages.remove(page)
        page.wanted = False
        if page.rows is not None:
            self.places -= 1
        elif page.asked >= 0 and page.error is None:
            self._unwanted += 1

    def clear(self) -> None:
        """Do without all of them."""
        for page in self.pages[:]:
            self.drop(page)

    @property
    def open(self) -> bool:
        """Whether pages may be planned after the last one: nothing in the line hints at the end, and nothing failed."""
        if not self.hinted:
            return True
        self.hinted = any(page.short or page.error or page.reason in {"closing", "proof"} for page in self.pages)
        return not self.hinted

    @property
    def known(self) -> int:
        """How many pages there are up to the last one that is known to be full: those before it exist."""
        pages = self.pages
        for at in range(len(pages) - 1, -1, -1):
            if pages[at].full:
                return at + 1
        return 0

    def proving(self, known: int, newest: int) -> bool:
        """Whether the page behind the first `known` is asked for, or would now be, after all before it had answered.

        `newest` counts the answers that were in when the newest accepted one came.
        """
        before = self.pages[:known]
        if known == len(self.pages):
            return all(page.answered >= 0 for page in before)
        asked = self.pages[known].asked
        return all(0 <= page.answered <= asked for page in before) and newest <= asked

    def make_room(self) -> bool:
        """Drop the page furthest on for one that is needed sooner; False when its answer must be waited for first."""
        if self._unwanted:
            return False
        page = next((page for page in reversed(self.pages) if page.asked >= 0 and page.error is None), None)
        if page is None:
            return False
        self.drop(page)
        return page.rows is not None
