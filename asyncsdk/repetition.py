"""Notices a list that gives the same page again and again although the offset moves on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from .joints import Identity
from .line import Page

__all__ = ["Repetition"]

T = TypeVar("T")


class Repetition(Generic[T]):
    """Counts equal pages in a row.

    Three are too many: the server ignores `offset`. Two can be honest, when as many rows were added before them as they
    hold; with tiny pages even more can.
    """

    __slots__ = ("_identity", "_most", "_previous", "times")

    def __init__(self, identity: Identity[T], limit: int) -> None:
        self._identity = identity
        self._most = 3 if limit >= 8 else 10 - limit
        self._previous: Page[T] | None = None
        self.times = 1

    def endless(self, page: Page[T], rows: Sequence[T]) -> bool:
        """Take in the next page of the walk; whether it has come once too often."""
        previous, self._previous = self._previous, page
        if (
            previous is not None
            and previous.rows
            and page.ask.offset > previous.ask.offset
            and len(rows) == len(previous.rows) == page.ask.limit
            and self._same(rows[:1], previous.rows[:1])
            and self._same(rows, previous.rows)
        ):
            self.times += 1
        else:
            self.times = 1
        return self.times >= self._most

    def _same(self, rows: Sequence[T], others: Sequence[T]) -> bool:
        return self._identity.keys(rows) == self._identity.keys(others)
