"""What a walk hands out: rows in order, each delivery with the cursors it stands between, which become bookmarks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from .bookmarks import TAIL_ROWS, Bookmark, ListSource
from .identity import RowIdentity, fingerprint
from .report import Counts
from .seen import Key, Positions
from .sweeping import moment_before
from .window import NO_HEADERS

__all__ = ["BookmarkWriter", "Cursor", "Deliveries", "Delivery"]

T = TypeVar("T")


@attrs.frozen(eq=False)
class Cursor(Generic[T]):
    """Where a walk stands between two rows.

    Attributes:
        offset: where the next row stood when its page was read.
        delivered: how many rows were delivered before it.
        tail: the last of them.
        doubtful: whether the walk had to go back before it, so that rows further on may have been delivered already.
    """

    offset: int
    delivered: int
    tail: list[T]
    doubtful: bool = False


@attrs.define(eq=False)
class BookmarkWriter(Generic[T]):
    """Writes the bookmarks of one walk.

    Attributes:
        identity: tells how rows are told apart.
        source: the list they belong to.
        start: the offset the walk began at.
        limit: rows a page.
        stable: whether pages must join.
        tail: the rows that the bookmark remembered which the walk was resumed with.
        place: gives all bookmarks instead, for a walk that others cannot go on with: a sweep.
        since: the moment of the first answer of the walk, or of the walk it goes on with.
    """

    identity: RowIdentity[T]
    source: ListSource
    start: int
    limit: int
    stable: bool
    tail: tuple[tuple[Key, str], ...] = ()
    place: Callable[[], str] | None = None
    since: str | None = None

    def begin(self, date: str | None) -> None:
        """Takes in the moment of an answer; that of the first one counts."""
        if self.since is None:
            self.since = date

    def met(self, rows: Sequence[T], positions: Positions, join: int | None) -> list[tuple[int, T]]:
        """Returns the rows of a page, and where they stand in it, that were delivered before and may come again.

        Those are rows behind the first new one which are as they were: the join, and what did not change since the walk
        began.
        """
        if not self.stable or (isinstance(positions, range) and positions.stop == len(rows)):
            return []
        new = set(positions)
        since = None if self.since is None else moment_before(self.since)
        return [
            (at, rows[at])
            for at in range(positions[0], len(rows))
            if at not in new and (at == join or since is None or not self.identity.changed_since(rows[at], since))
        ]

    def doubtful(self, tail: Sequence[T], met: Sequence[tuple[int, T]], last: int) -> bool:
        """Returns whether a walk that is resumed behind a row could deliver rows again, because of what its page holds.

        It joins at the last row that it remembers.

        Args:
            tail: the rows delivered last.
            met: the page's rows that were delivered before.
            last: where the last row of `tail` stands in the page.
        """
        behind = [row for at, row in met if at > last]
        keys = self.identity.keys
        return bool(behind) and keys(behind)[-1] not in keys(tail[-TAIL_ROWS:])

    def write(self, cursor: Cursor[T]) -> str:
        """Returns the bookmark of a cursor."""
        if self.place is not None:
            return self.place()
        tail: tuple[tuple[Key, str], ...] = ()
        if self.stable:
            rows = cursor.tail[-TAIL_ROWS:]
            keys, version = self.identity.keys(rows), self.identity.version
            marks = [(key, fingerprint(key, version(row))) for key, row in zip(keys, rows, strict=True)]
            tail = (*self.tail, *marks)[-TAIL_ROWS:]
        return Bookmark(
            self.source,
            self.start,
            cursor.offset,
            self.limit,
            self.stable,
            cursor.delivered,
            self.since,
            tail,
            cursor.doubtful,
        ).write()


@attrs.define(eq=False)
class Delivery(Generic[T]):
    """The next rows of a walk, in order, none of them delivered before.

    Attributes:
        rows: nothing changes them later.
        offset: of the page as it was asked for.
        before: where the walk stood before them.
        after: where it stands behind them.
        is_last: whether these are the last rows of the list, None where that was not known when they were taken
            (`max_items` makes no row the last one).
        headers: of the answer they came in.
    """

    rows: list[T]
    offset: int
    before: Cursor[T]
    after: Cursor[T]
    _positions: Positions = attrs.field(repr=False)
    _writer: BookmarkWriter[T] = attrs.field(repr=False)
    _met: Sequence[tuple[int, T]] = attrs.field(default=(), repr=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)
    is_last: bool | None = None

    def taken(self, *, is_last: bool | None) -> None:
        """Notes what is known of the end of the list when the rows are taken."""
        self.is_last = is_last

    def bookmark(self, taken: int | None = None) -> str:
        """Returns where the walk stands after the first `taken` rows of this delivery (None: after all of them)."""
        before = self.before
        if taken is None or taken == len(self.rows):
            return self._writer.write(self.after)
        if not taken:
            return self._writer.write(before)
        last = self._positions[taken - 1]
        tail = [*before.tail, *self.rows[:taken]]
        doubtful = self.after.doubtful or self._writer.doubtful(tail, self._met, last)
        return self._writer.write(Cursor(self.offset + last + 1, before.delivered + taken, tail, doubtful))


class Deliveries(Generic[T]):
    """What a plan has accepted: the rows that were not taken yet, in order, and how many may follow.

    Args:
        writer: writes bookmarks.
        counts: counts what is delivered.
        cursor: where the walk begins.
        most: the most rows to deliver; None: all.
    """

    __slots__ = ("_counts", "_doubtful", "_here", "_most", "_taken", "_waiting", "_writer")

    def __init__(self, writer: BookmarkWriter[T], counts: Counts, cursor: Cursor[T], most: int | None) -> None:
        self._writer = writer
        self._counts = counts
        self._most = most
        self._here = self._taken = cursor
        self._doubtful = False
        self._waiting: deque[Delivery[T]] = deque()

    @property
    def waiting(self) -> bool:
        """Whether rows wait to be taken."""
        return bool(self._waiting)

    @property
    def complete(self) -> bool:
        """Whether the most rows there may be were accepted."""
        return self._most is not None and self._counts.rows >= self._most

    def go_back(self) -> None:
        """Takes in that the walk had to go back: from here on, rows that were delivered may stand further on."""
        self._doubtful = True

    def put(
        self,
        offset: int,
        rows: list[T],
        positions: Positions,
        join: int | None = None,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> int:
        """Lets rows of a page be taken. Returns how many will be.

        Args:
            offset: of the page.
            rows: of the page.
            positions: where those stand that are new.
            join: where a row stands that was accepted before in the same version.
            headers: of the answer.
        """
        before = self._here
        met = self._writer.met(rows, positions, join) if positions else []
        if self._most is not None:
            positions = positions[: self._most - self._counts.rows]
        if not positions:
            return 0
        count = len(positions)
        if count == len(rows):
            new = rows
        elif isinstance(positions, range):
            new = rows[positions.start : positions.stop]
        else:
            new = [rows[at] for at in positions]
        tail = new[-TAIL_ROWS:] if count >= TAIL_ROWS else [*before.tail, *new][-TAIL_ROWS:]
        if met and self._writer.doubtful(tail, met, positions[-1]):
            self._doubtful = True
        self._here = Cursor(offset + positions[-1] + 1, before.delivered + count, tail, self._doubtful)
        self._waiting.append(Delivery(new, offset, before, self._here, positions, self._writer, met, headers))
        self._counts.delivered(count)
        return count

    def take(self, *, is_last: bool | None) -> Delivery[T] | None:
        """Returns the next rows, None where none wait; `is_last` says whether the last ones waiting end the list."""
        if not self._waiting:
            return None
        delivery = self._waiting.popleft()
        delivery.taken(is_last=False if self._waiting else is_last)
        self._taken = delivery.after
        return delivery

    def bookmark(self) -> str:
        """Returns where the walk stands after everything that was taken."""
        return self._writer.write(self._taken)
