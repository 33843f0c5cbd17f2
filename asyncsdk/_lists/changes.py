"""The search for deleted rows: which pages to ask for so that rows that a list lost are named, and none that it has.

It knows neither clock nor network: `DeletionSearch.question` says what to ask for, `answer_page` and `answer_row` take
what came. It needs a list in rising order of id, and the ids that were in it when it was last known to be exact, those
of rows created since included (a pass over `updated_at` brings them).

- **Proof**: the last page is asked for at `live - 99`. Its first id must have as many ids below it as it has in what
  is held. A count alone would be fooled by one deletion and one insertion.
- **Bisecting**: where the proof fails, pages between two anchors (ids whose positions were seen) are asked for, only
  where the list has fewer rows between them than are held.
- **Naming**: an id is absent only where one page, one snapshot of the server, encloses the place where it would be. Two
  pages may be of two states of the list, and say nothing together.
- **Confirmation**: an order may have looked like that of ids by chance. So each absent row is asked for by itself, and
  one that is found ends the search: the order is not what it seemed.
- **Late rows**: a row that was committed late, below others, is in the list and not held. It may hide a deletion from
  the count, until a pass over `updated_at` has brought it: bisecting cannot find it, and the search ends unproved
  where such rows are more than the deleted ones.
- **Bound**: a search that would cost as much as reading the whole list ends, and says so.
- **Memory**: ids are held in an array, eight bytes a row, of which the search makes a copy of its own.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterable, Sequence
from enum import Enum
from itertools import pairwise
from typing import Final, TypeAlias

import attrs

__all__ = ["DeletionSearch", "PageAsked", "RowAsked", "SearchEnd", "SearchResult", "enclosed"]

PAGE: Final = 100
NAMES: Final = 20  # above it a whole pass costs less than asking for every absent row by itself


@attrs.frozen
class PageAsked:
    """Asks for the ids of `limit` rows from `offset` on; answered by `DeletionSearch.answer_page`."""

    offset: int
    limit: int = PAGE


@attrs.frozen
class RowAsked:
    """Asks whether the row with this id can still be read; answered by `DeletionSearch.answer_row`."""

    id: int


class SearchEnd(Enum):
    """Says how a search ended."""

    PROVED = "proved"  # as many rows are in the list as are held, without the deleted, below an id both have
    TOO_MANY = "too many"  # a whole pass costs less; the rows named deleted are deleted nevertheless
    UNPROVED = "unproved"  # rows are there that are not held (committed late): read what changed again, later
    ORDER = "order"  # the list is not in rising order of id: forget what was learned of it, and read it whole


@attrs.frozen
class SearchResult:
    """Holds what a search found: ids confirmed as deleted, ids in the list that were not held, and the cost."""

    end: SearchEnd
    deleted: tuple[int, ...]
    new: tuple[int, ...]
    requests: int


class _OrderBrokenError(Exception):
    """Ends a search because a page shows that ids do not rise."""


class _TooManyError(Exception):
    """Ends a search because a whole pass costs less."""


class _WholeListError(Exception):
    """Ends a search because one page, of a server that does not page, was the whole list."""


@attrs.frozen
class _Anchor:
    """Holds an id and the position at which the list had it."""

    id: int
    position: int


_Answer: TypeAlias = "Sequence[int] | bool | None"
_Search: TypeAlias = "Generator[PageAsked | RowAsked, _Answer, None]"


def enclosed(ids: Sequence[int], offset: int, held: Sequence[int], limit: int = PAGE) -> range:
    """Returns the places in `held` (rising) whose ids would be on a page with these ids, were they in the list.

    They lie between the first and the last id of the page; from the beginning on where the page begins the list, and
    up to the end where it is short. An empty page behind the beginning encloses nothing.

    >>> enclosed([3, 7], 5, [1, 3, 5, 7, 9], limit=2)
    range(2, 3)
    >>> enclosed([3, 7], 5, [1, 3, 5, 7, 9], limit=100)
    range(2, 5)
    """
    if not ids:
        return range(len(held)) if offset == 0 else range(0)
    first = 0 if offset == 0 else bisect_right(held, ids[0])
    return range(first, len(held) if len(ids) < limit else bisect_left(held, ids[-1]))


class DeletionSearch:
    """Searches a list for rows that are held and no longer there.

    Ask what `question` says until it is None, then read `result`. `held` are the ids that should be in the list;
    `most` bounds the pages asked for (by default what a whole pass costs), `limit` is the size of a page.

    >>> search = DeletionSearch([1, 2, 3])
    >>> search.question
    PageAsked(offset=0, limit=100)
    >>> search.answer_page([1, 3])
    >>> search.question
    RowAsked(id=2)
    >>> search.answer_row(found=False)
    >>> search.result.deleted
    (2,)
    """

    def __init__(self, held: Iterable[int], *, most: int | None = None, limit: int = PAGE) -> None:
        self._held = _rising(held)
        self._limit = limit
        self._most = len(self._held) // (limit - 1) + 2 if most is None else most
        self._absent: set[int] = set()
        self._deleted: list[int] = []
        self._new: list[int] = []
        self._pages = self._requests = 0
        self._end: SearchEnd | None = None
        self._steps = self._run()
        self.question: PageAsked | RowAsked | None = next(self._steps, None)

    @property
    def result(self) -> SearchResult:
        """Returns what was found. Raises `RuntimeError` while there is still something to ask."""
        if self._end is None:
            raise RuntimeError("the search is not over: answer its question first")
        gone = set(self._deleted)
        new = tuple(sorted(i for i in self._new if i not in gone))
        return SearchResult(self._end, tuple(sorted(self._deleted)), new, self._requests)

    def answer_page(self, ids: Sequence[int]) -> None:
        """Takes the ids of the page that was asked for, in the order of the answer."""
        if not isinstance(self.question, PageAsked):
            raise RuntimeError(f"no page was asked for, but {self.question}")  # noqa: TRY004  # out of its order, not of its type
        self._go_on(ids)

    def answer_row(self, *, found: bool | None) -> None:
        """Takes whether the row that was asked for could be read; None: that cannot be told, so read the list whole."""
        if not isinstance(self.question, RowAsked):
            raise RuntimeError(f"no row was asked for, but {self.question}")  # noqa: TRY004  # out of its order, not of its type
        self._go_on(found)

    def _go_on(self, answer: _Answer) -> None:
        self._requests += 1
        try:
            self.question = self._steps.send(answer)
        except StopIteration:
            self.question = None

    def _run(self) -> _Search:
        end = SearchEnd.PROVED
        try:
            known = 0
            while not (yield from self._proved()):
                if known == (known := len(self._absent) + len(self._new)):
                    end = SearchEnd.UNPROVED  # nothing was learned: the same pages would be asked for again
                    break
        except _OrderBrokenError:
            self._end = SearchEnd.ORDER  # what was named is worth nothing: the order named it
            return
        except _TooManyError:
            end = SearchEnd.TOO_MANY
        except _WholeListError:
            pass
        if len(self._absent) > NAMES:
            self._end = SearchEnd.TOO_MANY
            return
        for absent in sorted(self._absent):
            found = yield RowAsked(absent)
            if found is None or found:
                self._end = SearchEnd.TOO_MANY if found is None else SearchEnd.ORDER
                return
            self._deleted.append(absent)
        self._end = end

    def _proved(self) -> Generator[PageAsked, _Answer, bool]:
        """Asks for the last page; where it proves nothing, looks for what is missing."""
        offset = max(len(self._held) - self._limit + 1, 0)
        ids = yield from self._page(offset)
        if offset == 0 and len(ids) < self._limit:
            return True
        if ids and self._missing_below(_Anchor(ids[0], offset)) == 0 and len(ids) < self._limit:
            return True
        step = self._limit - 1
        while not ids and offset:  # the list lost more than a page: look for its end
            offset, step = max(offset - step, 0), step * 2
            ids = yield from self._page(offset)
        if ids:
            yield from self._bisect(ids, offset)
        return False

    def _bisect(self, ids: Sequence[int], offset: int) -> Generator[PageAsked, _Answer, None]:
        open_ranges: list[tuple[_Anchor, _Anchor | None]] = [(_Anchor(-1, -1), _Anchor(ids[0], offset))]
        if len(ids) == self._limit:
            open_ranges.append((_Anchor(ids[-1], offset + self._limit - 1), None))
        while open_ranges:
            below, above = open_ranges.pop()
            if above is None:
                at = below.position
            elif self._missing_below(above) <= self._missing_below(below):
                continue
            elif above.position - below.position < self._limit:
                at = max(below.position, 0)
            else:
                at = max((below.position + above.position - self._limit + 1) // 2, 0)
            ids = yield from self._page(at)
            if not ids:
                continue
            first, last = _Anchor(ids[0], at), _Anchor(ids[-1], at + len(ids) - 1)
            if below.id < first.id and (above is None or first.id < above.id):
                open_ranges.append((below, first))
            if below.id < last.id and len(ids) == self._limit and (above is None or last.id < above.id):
                open_ranges.append((last, above))

    def _missing_below(self, anchor: _Anchor) -> int:
        """Returns how many rows below an anchor are held and no longer in the list; fewer than 0: more are there."""
        return 0 if anchor.position < 0 else bisect_left(self._held, anchor.id) - anchor.position

    def _page(self, offset: int) -> Generator[PageAsked, _Answer, Sequence[int]]:
        if self._pages >= self._most:
            raise _TooManyError
        self._pages += 1
        ids = yield PageAsked(offset, self._limit)
        assert isinstance(ids, Sequence)  # noqa: S101  # answer_page sends ids, and nothing else answers a page
        if any(a >= b for a, b in pairwise(ids)) or not self._absent.isdisjoint(ids):
            raise _OrderBrokenError
        if len(ids) > self._limit:
            self._learn(ids, 0, len(ids) + 1)
            raise _WholeListError
        self._learn(ids, offset, self._limit)
        if len(self._absent) > NAMES:
            raise _TooManyError
        return ids

    def _learn(self, ids: Sequence[int], offset: int, limit: int) -> None:
        """Takes in the ids of one page: those not held are new, those held and enclosed by it are absent."""
        for row in ids:
            place = bisect_left(self._held, row)
            if place == len(self._held) or self._held[place] != row:
                self._held.insert(place, row)
                self._new.append(row)
        there = set(ids)
        places = enclosed(ids, offset, self._held, limit)
        lost = [self._held[place] for place in places if self._held[place] not in there]
        if lost:
            self._absent.update(lost)
            kept = array("q", (i for i in self._held[places.start : places.stop] if i in there))
            self._held[places.start : places.stop] = kept


def _rising(held: Iterable[int]) -> array[int]:
    """Returns ids of its own in rising order, each once."""
    ids = array("q", held)
    return ids if all(one < other for one, other in pairwise(ids)) else array("q", sorted(set(ids)))
