"""Where to look for the join of a page that does not continue what was read before it, and when to give up."""

from __future__ import annotations

from typing import Final

from ..errors import WalkError

__all__ = ["GapSearch", "look_around", "look_back"]

MOST_LOOKS: Final = 16


class GapSearch:
    """Searches for one lost join after another, page by page, back from where it is missing.

    A list may slide under every page, but not for ever: the looks since the last new row decide when it is hopeless.

    Args:
        limit: rows a page.
    """

    __slots__ = ("_beginning", "_in_vain", "_limit", "_looks")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._beginning = 0
        self._in_vain = 0  # looks since the last new row
        self._looks = 0  # looks since the last page that joined

    def restart(self, limit: int) -> None:
        """Searches in smaller pages from now on, and forgets what was looked for."""
        self._limit = limit
        self._beginning = self._in_vain = self._looks = 0

    def joined(self, *, new: bool) -> bool:
        """Takes in that a page joined, with rows not met before or without. Returns whether its join was looked for."""
        looked, self._looks = self._looks > 0, 0
        if new:
            self._in_vain = 0
        return looked

    def next(self, offset: int, *, known: bool, at_top: bool) -> int:
        """Returns where the next page to look in begins.

        Args:
            offset: of the page that does not join.
            known: whether rows of this walk are known; otherwise those of a bookmark are looked for.
            at_top: whether that page was itself a look, and began with the list.

        Raises:
            WalkError: it was looked for long enough.
        """
        if self._looks == 0:
            self._beginning = offset
        steps = look_back if known else look_around
        following = max(0, self._beginning + steps(self._looks, self._limit))
        if self._in_vain >= MOST_LOOKS or (at_top and known and following == 0):
            lost = _NO_JOIN if known else _NO_BOOKMARK
            raise WalkError(lost.format(offset=self._beginning, looks=self._in_vain))
        self._looks += 1
        self._in_vain += 1
        return following


def look_back(attempt: int, limit: int) -> int:
    """Returns where the `attempt`-th look (from 0) begins: 1/2, 1, 2, 4 pages back from the page at fault, in rows."""
    return -(limit // 2 or 1) if attempt == 0 else -((limit - 1) << (attempt - 1))


def look_around(attempt: int, limit: int) -> int:
    """Returns where the `attempt`-th look of a resumed walk begins, of whose rows only a few are known.

    Its steps are nearer than those of `look_back`, and two of three of them lead back.
    """
    circle, which = divmod(attempt, 3)
    pages = (-0.5 - 2 * circle, -1.5 - 2 * circle, 1.0 + circle)[which]
    return round(pages * (limit - 1)) or -1


_NO_JOIN = (
    "the page at offset {offset} shares no unchanged row with what was read before it, nor do {looks} pages asked for "
    "around it: too much changes while it is read; give the list an order that does not change with `order=` where it "
    "takes one, narrow it with a filter, or walk it with `stable=False`, which may lose or repeat rows"
)
_NO_BOOKMARK = (
    "none of the rows before the bookmark stands unchanged near offset {offset}, where it was taken (looked in {looks} "
    "pages); begin the walk anew, or resume with `stable=False`, which may lose or repeat rows"
)
