"""What a walk hands out: rows with the place they end at, and the count of what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import attrs

from .bookmarks import TAIL_ROWS, Bookmark, Source
from .joints import Identity, fingerprint
from .seen import Key, Positions
from .sweeping import moment_before

__all__ = ["Delivery", "Place", "Report", "Writer"]

T = TypeVar("T")


@attrs.define
class Report:
    """What a walk did so far.

    `pages` and `rows` were delivered. `requests` are all pages asked for; of them `repairs` looked for a lost joint,
    `closing` proved that the end is the end, `sweep` belonged to the sweep. `joints_repaired` joints were lost and
    found. `doubles` are rows that came again, beyond those that two pages share on purpose.
    """

    pages: int = 0
    rows: int = 0
    requests: int = 0
    repairs: int = 0
    joints_repaired: int = 0
    closing: int = 0
    sweep: int = 0
    doubles: int = 0

    def with_sweep(self, sweep: Report) -> Report:
        """Both as one: a walk and the sweep that followed it."""
        mine, its = attrs.asdict(self), attrs.asdict(sweep)
        return Report(**{name: mine[name] + its[name] for name in mine} | {"sweep": self.sweep + sweep.requests})


@attrs.define(eq=False)
class Place(Generic[T]):
    """Where the next row stood when its page was read, how many rows were delivered before it, the last of them.

    `doubtful`: the walk had to go back before it, so that rows further on may have been delivered already.
    """

    offset: int
    delivered: int
    tail: list[T]
    doubtful: bool = False


@attrs.define(eq=False)
class Writer(Generic[T]):
    """Writes the bookmarks of one walk. `tail` are the rows its own bookmark remembered, if it was resumed."""

    identity: Identity[T]
    source: Source
    start: int
    limit: int
    stable: bool
    tail: tuple[tuple[Key, str], ...] = ()
    since: str | None = None

    def doubtful(self, tail: Sequence[T], behind: Sequence[T]) -> bool:
        """Whether a walk resumed after `tail` could repeat rows of `behind`, which follow and were delivered already.

        It joins at the last row that it remembers, and what changed since the walk began may come again.
        """
        since = None if self.since is None else moment_before(self.since)
        same = [row for row in behind if since is None or not self.identity.changed_since(row, since)]
        keys = self.identity.keys
        return bool(same) and keys(same)[-1] not in keys(tail[-TAIL_ROWS:])

    def write(self, place: Place[T]) -> str:
        """The bookmark of a place."""
        tail: tuple[tuple[Key, str], ...] = ()
        if self.stable:
            rows = place.tail[-TAIL_ROWS:]
            keys, version = self.identity.keys(rows), self.identity.version
            marks = [(key, fingerprint(key, version(row))) for key, row in zip(keys, rows, strict=True)]
            tail = (*self.tail, *marks)[-TAIL_ROWS:]
        return Bookmark(
            self.source,
            self.start,
            place.offset,
            self.limit,
            self.stable,
            place.delivered,
            self.since,
            tail,
            place.doubtful,
        ).write()


@attrs.define(eq=False)
class Delivery(Generic[T]):
    """The next rows of the walk, in order, none of them delivered before. Nothing changes `rows` later.

    `offset` is that of the page as it was asked for; `before` and `after` are the places it stands between; `is_last`
    says that these are the last rows of the list, as far as was known when they were taken (`max_items` makes no row
    the last one).
    """

    rows: list[T]
    offset: int
    before: Place[T]
    after: Place[T]
    _positions: Positions = attrs.field(repr=False)
    _writer: Writer[T] = attrs.field(repr=False)
    _met: Sequence[tuple[int, T]] = attrs.field(default=(), repr=False)
    is_last: bool = False

    def bookmark(self, taken: int | None = None) -> str:
        """Where the walk stands after the first `taken` rows of this delivery (None: after all of them)."""
        before = self.before
        if taken is None or taken == len(self.rows):
            return self._writer.write(self.after)
        if not taken:
            return self._writer.write(before)
        last = self._positions[taken - 1]
        tail = [*before.tail, *self.rows[:taken]]
        behind = [row for at, row in self._met if at > last]
        doubtful = self.after.doubtful or self._writer.doubtful(tail, behind)
        return self._writer.write(Place(self.offset + last + 1, before.delivered + taken, tail, doubtful))
