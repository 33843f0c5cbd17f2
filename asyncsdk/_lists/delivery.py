"""What a walk hands out: rows with the place they end at, in order, and the count of what they cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from .bookmarks import TAIL_ROWS, Bookmark, Source
from .joins import Identity, fingerprint
from .seen import Key, Positions
from .sweeping import moment_before

__all__ = ["Deliveries", "Delivery", "Place", "Report", "Writer"]

T = TypeVar("T")


@attrs.define
class Report:
    """What a walk did so far.

    `pages` and `rows` were delivered. `requests` are all pages asked for; of them `repairs` looked for a lost joint,
    `closing` proved that the end is the end, `sweep` belonged to the sweep. `joints_repaired` joints were lost and
    found. `doubles` are rows that came again, beyond those that two pages share on purpose. `misfits` are the fields
    that were null or missing where the model promises a value, each with the number of rows handed out so:
    `{"client_id": 3}`.
    """

    pages: int = 0
    rows: int = 0
    requests: int = 0
    repairs: int = 0
    joints_repaired: int = 0
    closing: int = 0
    sweep: int = 0
    doubles: int = 0
    misfits: Mapping[str, int] = attrs.field(factory=dict)

    def with_sweep(self, sweep: Report) -> Report:
        """Both as one: a walk and the sweep that followed it."""
        mine, its = attrs.asdict(self), attrs.asdict(sweep)
        del mine["misfits"]  # a walk counts them for all that it hands out
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
    """Writes the bookmarks of one walk. `tail` are the rows its own bookmark remembered, if it was resumed.

    `place` gives all of them instead, for a walk that others cannot go on with: a sweep.
    """

    identity: Identity[T]
    source: Source
    start: int
    limit: int
    stable: bool
    tail: tuple[tuple[Key, str], ...] = ()
    since: str | None = None
    place: Callable[[], str] | None = None

    def met(self, rows: Sequence[T], positions: Positions, joint: int | None) -> list[tuple[int, T]]:
        """The rows of a page that were delivered before, stand behind new ones, and are as they were, with where.

        Those are the joint, and what did not change since the walk began: that may come again.
        """
        if not self.stable or (isinstance(positions, range) and positions.stop == len(rows)):
            return []
        new = set(positions)
        since = None if self.since is None else moment_before(self.since)
        return [
            (at, rows[at])
            for at in range(positions[0], len(rows))
            if at not in new and (at == joint or since is None or not self.identity.changed_since(rows[at], since))
        ]

    def doubtful(self, tail: Sequence[T], met: Sequence[tuple[int, T]], last: int) -> bool:
        """Whether a walk resumed after `tail`, behind the position `last`, could repeat rows of which `met` are some.

        It joins at the last row that it remembers.
        """
        behind = [row for at, row in met if at > last]
        keys = self.identity.keys
        return bool(behind) and keys(behind)[-1] not in keys(tail[-TAIL_ROWS:])

    def write(self, place: Place[T]) -> str:
        """The bookmark of a place."""
        if self.place is not None:
            return self.place()
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
    says whether these are the last rows of the list, None where that was not known when they were taken (`max_items`
    makes no row the last one).
    """

    rows: list[T]
    offset: int
    before: Place[T]
    after: Place[T]
    _positions: Positions = attrs.field(repr=False)
    _writer: Writer[T] = attrs.field(repr=False)
    _met: Sequence[tuple[int, T]] = attrs.field(default=(), repr=False)
    is_last: bool | None = None

    def bookmark(self, taken: int | None = None) -> str:
        """Where the walk stands after the first `taken` rows of this delivery (None: after all of them)."""
        before = self.before
        if taken is None or taken == len(self.rows):
            return self._writer.write(self.after)
        if not taken:
            return self._writer.write(before)
        last = self._positions[taken - 1]
        tail = [*before.tail, *self.rows[:taken]]
        doubtful = self.after.doubtful or self._writer.doubtful(tail, self._met, last)
        return self._writer.write(Place(self.offset + last + 1, before.delivered + taken, tail, doubtful))


class Deliveries(Generic[T]):
    """What was accepted: `waiting` are the rows that were not taken yet, in order.

    `most` bounds the rows of the whole walk. `doubtful` is set where the walk had to go back: from there on rows that
    were delivered may stand further on.
    """

    __slots__ = ("_here", "_most", "_report", "_taken", "_writer", "doubtful", "waiting")

    def __init__(self, writer: Writer[T], report: Report, place: Place[T], most: int | None) -> None:
        self.doubtful: bool = False
        self._writer = writer
        self._report = report
        self._most = most
        self._here = self._taken = place
        self.waiting: deque[Delivery[T]] = deque()

    def put(self, offset: int, rows: list[T], positions: Positions, joint: int | None = None) -> bool:
        """Let the rows of the page at `offset` that stand at `positions` be taken; False when there are none.

        `joint` is where a row stands that was accepted before in the same version.
        """
        before = self._here
        met = self._writer.met(rows, positions, joint) if positions else []
        if self._most is not None:
            positions = positions[: self._most - self._report.rows]
        if not positions:
            return False
        count = len(positions)
        if count == len(rows):
            new = rows
        elif isinstance(positions, range):
            new = rows[positions.start : positions.stop]
        else:
            new = [rows[at] for at in positions]
        tail = new[-TAIL_ROWS:] if count >= TAIL_ROWS else [*before.tail, *new][-TAIL_ROWS:]
        if met and self._writer.doubtful(tail, met, positions[-1]):
            self.doubtful = True
        self._here = Place(offset + positions[-1] + 1, before.delivered + count, tail, self.doubtful)
        self.waiting.append(Delivery(new, offset, before, self._here, positions, self._writer, met))
        self._report.pages += 1
        self._report.rows += count
        return True

    def take(self) -> Delivery[T] | None:
        """The next of them; None when there is none."""
        if not self.waiting:
            return None
        delivery = self.waiting.popleft()
        self._taken = delivery.after
        return delivery

    def bookmark(self) -> str:
        """Where the walk stands after everything that was taken."""
        return self._writer.write(self._taken)
