"""How far a stable walk has come: what was accepted, which pages continue it, and which of their rows are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar

import attrs

from .identity import RowIdentity, is_digest
from .joins import Accepted, Overlap
from .seen import Key, Positions, SeenKeys
from .sweeping import moment_before
from .window import PlannedPage

__all__ = ["Continuation", "Frontier"]

T = TypeVar("T")

_RESUME_OVERLAP = 8
_CLOCK_SKEW = timedelta(seconds=2)


@attrs.define(eq=False)  # one a page, and made in a third of the time of a frozen one
class Continuation(Generic[T]):
    """How a page continues what was accepted before it.

    Attributes:
        kind: it "joins" (or needs no join); it begins "beyond" the last accepted row, so that a page between is
            missing; it is "stale": it joins, but is too old for one of its new rows to be trusted; it lies "behind", a
            full page of rows that were all met, because the list slid; it stands "apart": something may be missing.
        rows: of a page that joins, those that can be trusted.
        keys: theirs.
        positions: where those of them stand that were not met before.
        join: where a row stands that was accepted before in the same version; None where none was needed.
        cut: whether not all of the page's rows can be trusted.
        anew: whether it needed no join although pages were accepted before it.
    """

    kind: Literal["joins", "beyond", "stale", "behind", "apart"]
    rows: list[T] = attrs.field(factory=list)
    keys: list[Key] = attrs.field(factory=list)
    positions: Positions = range(0)
    join: int | None = None
    cut: bool = False
    anew: bool = False


class Frontier(Generic[T]):
    """The end of what was accepted, and the rows pages are joined to there.

    `position` is where the row after the last accepted one stood; `begun` says that something was accepted, so that
    pages must join; `seen` are the keys of all rows met; `newest` counts the answers that were in when the newest
    accepted one came. `tail` are the rows a bookmark remembers. Of a walk `from_top` every row is its own; of another
    one none is that stands before a known row.
    """

    __slots__ = (
        "_accepted",
        "_dated",
        "_from_top",
        "_identity",
        "_limit",
        "_overlap",
        "begun",
        "newest",
        "position",
        "seen",
    )

    def __init__(
        self, identity: RowIdentity[T], limit: int, position: int, *, tail: Sequence[tuple[Key, str]], from_top: bool
    ) -> None:
        remembered = dict(tail)
        self.position: int = position
        self.begun: bool = bool(remembered)
        self.newest: int = 0
        self.seen: SeenKeys = SeenKeys()
        delivered = [key for key, _ in tail]
        self._with_equal(self.seen.admit(delivered), delivered, None)
        self._identity = identity
        self._limit = limit
        self._from_top = from_top
        self._accepted = Accepted(identity, remembered.values())
        self._overlap = Overlap(limit)
        self._dated: tuple[str | None, datetime | None] = (None, None)  # the `Date` read last

    @property
    def known(self) -> bool:
        """Whether rows of this walk were accepted, not only those of a bookmark."""
        return self._accepted.last is not None

    def shared(self, position: int) -> int:
        """Returns how many rows a page that goes on at `position` shares with those before it."""
        if self._accepted.last is None and self.begun:
            return min(_RESUME_OVERLAP, self._limit // 2, position)
        return min(self._overlap.rows, position)

    def settled(self, page: PlannedPage[T], rows: Sequence[T]) -> int:
        """Returns how many rows of a page can be trusted to be complete, though it may be older than what was accepted.

        Where `updated_at` is in whole seconds, a row that was updated after the page was made, but in the second of the
        page's last row, stands before that one, not behind it.
        """
        if self.fresh(page):
            return len(rows)
        if self._dated[0] != page.date:
            self._dated = (page.date, None if page.date is None else moment_before(page.date, _CLOCK_SKEW))
        moment = self._dated[1]
        return len(rows) if moment is None else self._identity.settled(rows, moment)

    def place(self, page: PlannedPage[T], rows: list[T]) -> Continuation[T]:
        """Says how a page continues what was accepted, and takes in its rows if it joins."""
        if self.begun and page.offset and page.offset >= self.position:
            return Continuation("beyond")
        keys = self._identity.keys(rows)
        join = self._accepted.join(rows, keys, self.position - page.offset - 1) if self.begun else None
        if join is None and self.begun and not (page.offset == 0 and self._from_top):
            behind = page.reason == "page" and not page.short and self.seen.covers(keys)
            return Continuation("behind" if behind else "apart")
        settled = self.settled(page, rows)
        cut = settled < len(rows)
        if cut:
            if settled <= (-1 if join is None else join):
                return Continuation("stale")
            rows, keys = rows[:settled], keys[:settled]
        anew = join is None and self.begun
        positions = self._accept(page, rows, keys, join)
        return Continuation("joins", rows, keys, positions, join, cut=cut, anew=anew)

    def _accept(self, page: PlannedPage[T], rows: list[T], keys: list[Key], join: int | None) -> Positions:
        """Takes in the rows of a page that joins, and says at which positions those not met before stand."""
        if join is not None and keys[join] == self._accepted.last_key:
            slid = self.position - page.offset - 1 - join
            if slid or self._overlap.rows > 1:
                self._overlap.slid(slid)
        self.begun = True
        if join is None or self._from_top:
            self._accepted.add(rows, keys)
            positions = self.seen.admit(keys)
            if not keys or (len(keys) - len(positions) <= self.overlapping(page) and type(keys[-1]) is int):
                return positions  # as a rule all are new but the row that two pages share
            return self._with_equal(positions, keys, join)
        # What stands before the join was delivered before the walk was resumed: nothing may join there either.
        self._accepted.add(rows[join:], keys[join:])
        own = join + 1
        behind = keys[own:]
        positions = self.seen.admit(behind)
        if len(positions) < len(behind):
            positions = self._with_equal(positions, behind, -1)
        if isinstance(positions, range):
            return range(own + positions.start, own + positions.stop)
        return [own + at for at in positions]

    def _with_equal(self, positions: Positions, keys: Sequence[Key], join: int | None) -> Positions:
        """Adds the positions of rows that were taken for known ones only because they equal others and have no id.

        Those behind the join are new; of the others each that stands in one answer with its equals counts for itself.
        """
        if not any(map(is_digest, keys)):
            return positions
        new = set(positions)
        times = Counter[Key]()
        for at, key in enumerate(keys):
            if is_digest(key):
                times[key] += 1
                again = times[key] > 1 and self.seen.add(f"{key}#{times[key]}")
                if again or (join is not None and at > join):
                    new.add(at)
        return sorted(new)

    def overlapping(self, page: PlannedPage[T]) -> int:
        """Returns how many rows of a page stood before `position` when they were accepted, if nothing moved."""
        return max(0, self.position - page.offset)

    def fresh(self, page: PlannedPage[T]) -> bool:
        """Returns whether a page was asked for after every accepted page had answered."""
        return page.asked >= self.newest

    def pass_by(self, page: PlannedPage[T], rows: int) -> None:
        """Moves the frontier behind so many rows of a page that was accepted."""
        self.newest = max(self.newest, page.answered)
        self.move(page, rows)

    def move(self, page: PlannedPage[T], rows: int) -> None:
        """Moves the frontier behind so many rows of a page."""
        self.position = page.offset + rows
