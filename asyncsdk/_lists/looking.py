"""Where to look for a joint that was lost, and when to give up."""

from __future__ import annotations

from typing import Final

from ..errors import WalkError

__all__ = ["Looking", "look_around", "look_back"]

MOST_LOOKS: Final = 16


class Looking:
    """The looks for one lost joint after another.

    `limit` is the page size. `looks` counts the pages asked for since the last one that joined, `in_vain` those since
    the last new row, which decide when it is hopeless: a list may slide under every page, but not for ever.
    """

    __slots__ = ("_beginning", "_limit", "in_vain", "looks")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._beginning = 0
        self.in_vain: int = 0
        self.looks: int = 0

    def joined(self, *, new: bool) -> bool:
        """A page joined, with rows not met before or without. Whether its joint had been looked for."""
        looked, self.looks = self.looks > 0, 0
        if new:
            self.in_vain = 0
        return looked

    def next(self, offset: int, *, known: bool, at_top: bool) -> int:
        """Where the next page to look in begins.

        Args:
            offset: of the page that does not join.
            known: whether rows of this walk are known; otherwise those of a bookmark are looked for.
            at_top: whether that page was itself a look, and began with the list.

        Raises:
            WalkError: it was looked for long enough.
        """
        if self.looks == 0:
            self._beginning = offset
        steps = look_back if known else look_around
        following = max(0, self._beginning + steps(self.looks, self._limit))
        if self.in_vain >= MOST_LOOKS or (at_top and known and following == 0):
            lost = _NO_JOINT if known else _NO_BOOKMARK
            raise WalkError(lost.format(offset=self._beginning, looks=self.in_vain))
        self.looks += 1
        self.in_vain += 1
        return following


def look_back(attempt: int, limit: int) -> int:
    """Where the `attempt`-th look (from 0) begins, in rows from the page at fault: half a page back, 1, 2, 4."""
    return -(limit // 2 or 1) if attempt == 0 else -((limit - 1) << (attempt - 1))


def look_around(attempt: int, limit: int) -> int:
    """The same for a resumed walk, of whose rows only a few are known: nearer steps, two of three of them back."""
    turn, which = divmod(attempt, 3)
    pages = (-0.5 - 2 * turn, -1.5 - 2 * turn, 1.0 + turn)[which]
    return round(pages * (limit - 1)) or -1


_NO_JOINT = (
    "the page at offset {offset} shares no unchanged row with what was read before it, nor do {looks} pages asked for "
    "around it: too much changes while it is read; give the list an order that does not change with `order=` where it "
    "takes one, narrow it with a filter, or walk it with `stable=False`, which may lose or repeat rows"
)
_NO_BOOKMARK = (
    "none of the rows before the bookmark stands unchanged near offset {offset}, where it was taken (looked in {looks} "
    "pages); begin the walk anew, or resume with `stable=False`, which may lose or repeat rows"
)
