"""Whether a page was refused only because the list ends before it.

An API may answer 404, 400, 416 or 422 to an offset beyond the end. It may also mean something else by them, so a
refusal alone never ends a walk: the end is proved by the row before the refused page, and where that fails as well, the
refusal is the walk's error.
"""

from __future__ import annotations

from typing import Any, Final

from ..errors import APIError
from .line import Page

__all__ = ["Refusals", "beyond_the_end"]

MOST: Final = 3
STATUSES: Final = frozenset({400, 404, 416, 422})


def beyond_the_end(error: BaseException) -> bool:
    """Returns whether an error may be a server's answer to an offset beyond the end of a list."""
    return isinstance(error, APIError) and error.status in STATUSES


class Refusals:
    """Counts the refusals since the last new row; `last` is the last of them.

    `begun` says that there are rows before the walk.
    """

    __slots__ = ("_begun", "_times", "last")

    def __init__(self, *, begun: bool) -> None:
        self._begun = begun
        self._times = 0
        self.last: BaseException | None = None

    def may_be_the_end(self, page: Page[Any], error: BaseException) -> bool:
        """Takes in what a page failed with. Returns whether it is worth looking where the list ends."""
        if not beyond_the_end(error) or not self._begun or not page.offset or page.reason == "proof":
            return False
        if page.reason == "page":
            self._times += 1
        self.last = error
        return self._times < MOST

    def accepted(self, *, new: bool) -> None:
        """Takes in that a page was accepted, with new rows or without."""
        self._begun = True
        if new:
            self._times, self.last = 0, None
