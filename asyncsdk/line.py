"""The pages of one walk between being planned and being accepted, sorted by offset, and the places they take.

A place is taken from the moment a page is handed out until its rows are taken or it is dropped. A page in flight that
is no longer wanted keeps its place until it answers: cancelling it would close a pooled connection and save nothing.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import attrs

__all__ = ["Ask", "Line", "Page", "Reason"]

T = TypeVar("T")

Reason = Literal["page", "joint", "closing"]


@attrs.frozen
class Ask:
    """One page to request now.

    `reason` says what for: the next page, a look for a lost joint, or proof that the end is the end.
    """

    serial: int
    offset: int
    limit: int
    reason: Reason


@attrs.define(eq=False)
class Page(Generic[T]):
    """One page in the line. `asked` and `answered` count the answers that were in by then; -1: not yet."""

    ask: Ask
    gain: int  # rows it brings when nothing moves
    asked: int = -1
    answered: int = -1
    rows: list[T] | None = None
    date: str | None = None
    error: BaseException | None = None
    wanted: bool = True
    tried: bool = False  # it did not join once
    passed: bool = False  # a page behind it was accepted before it

    @property
    def short(self) -> bool:
        """Whether it came back with fewer rows than were asked for."""
        return self.rows is not None and len(self.rows) < self.ask.limit


class Line(Generic[T]):
    """Pages in order of their offsets, and how many places are taken."""

    __slots__ = ("_flying", "_hint", "_serial", "answers", "pages", "places")

    def __init__(self) -> None:
        self.pages: list[Page[T]] = []
        self.places = 0
        self.answers = 0
        self._hint = False
        self._flying: dict[int, Page[T]] = {}
        self._serial = 0

    def put(self, at: int, offset: int, limit: int, gain: int, reason: Reason) -> Page[T]:
        """Plan a page, as number `at` of the line; it takes no place yet."""
        page: Page[T] = Page(Ask(self._serial, offset, limit, reason), gain)
        self._serial += 1
        if reason == "closing":
            self._hint = True
        self.pages.insert(at, page)
        return page

    def hand_out(self, page: Page[T]) -> Ask:
        """Let a planned page be sent."""
        page.asked = self.answers
        self._flying[page.ask.serial] = page
        self.places += 1
        return page.ask

    def answered(self, ask: Ask, rows: list[T], date: str | None) -> Page[T] | None:
        """Take an answer in; None when it is not wanted any more, and then its place is free."""
        self.answers += 1
        page = self._flying.pop(ask.serial)
        if not page.wanted:
            self.places -= 1
            return None
        page.answered = self.answers
        page.rows = rows
        page.date = date
        if len(rows) < ask.limit:
            self._hint = True
        return page

    def failed(self, ask: Ask, error: BaseException) -> Page[T] | None:
        """Take a failure in; None when the page is not wanted any more."""
        page = self._flying.pop(ask.serial)
        self.places -= 1
        if not page.wanted:
            return None
        page.error = error
        self._hint = True
        return page

    def drop(self, page: Page[T]) -> None:
        """Do without a page."""
        self.pages.remove(page)
        page.wanted = False
        if page.rows is not None:
            self.places -= 1

    def clear(self) -> None:
        """Do without all of them."""
        for page in self.pages[:]:
            self.drop(page)

    def leave(self) -> Page[T]:
        """Take the first page out; its place stays taken until whoever takes it lowers `places`."""
        return self.pages.pop(0)

    def advance(self, page: Page[T]) -> None:
        """Put a page of the line at its head."""
        self.pages.remove(page)
        self.pages.insert(0, page)

    @property
    def open(self) -> bool:
        """Whether pages may be planned after the last one: nothing in the line hints at the end, and nothing failed."""
        if not self._hint:
            return True
        self._hint = any(page.short or page.error or page.ask.reason == "closing" for page in self.pages)
        return not self._hint

    def make_room(self) -> bool:
        """Drop the page furthest on for one that is needed sooner; False when its answer must be waited for first."""
        if any(not page.wanted for page in self._flying.values()):
            return False
        page = next((page for page in reversed(self.pages) if page.asked >= 0 and page.error is None), None)
        if page is None:
            return False
        self.drop(page)
        return page.rows is not None
