"""How far a stable walk has come: what was accepted, which pages continue it, and which of their rows are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .joins import Accepted, Identity, Overlap, is_digest
from .line import Page
from .seen import Key, Positions, SeenKeys
from .sweeping import moment_before

__all__ = ["Frontier"]

T = TypeVar("T")

_RESUME_OVERLAP = 8
_CLOCK_SKEW = timedelta(seconds=2)


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
        self, identity: Identity[T], limit: int, position: int, *, tail: Sequence[tuple[Key, str]], from_top: bool
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
        """How many rows a page that goes on at `position` shares with those before it."""
        if self._accepted.last is None and self.begun:
            return min(_RESUME_OVERLAP, self._limit // 2, position)
        return min(self._overlap.rows, position)

    def joint(self, page: Page[T], rows: Sequence[T], keys: Sequence[Key]) -> int | None:
        """The index of a row of the page that was accepted in the same version, None when there is none."""
        return self._accepted.joint(rows, keys, self.position - page.offset - 1)

    def needs_no_joint(self, page: Page[T]) -> bool:
        """Whether nothing can be missing before a page that does not join."""
        return not self.begun or (page.offset == 0 and self._from_top)

    def settled(self, page: Page[T], rows: Sequence[T]) -> int:
        """How many rows of a page can be trusted to be complete, though it may be older than what was accepted.

        Where `updated_at` is in whole seconds, a row that was updated after the page was made, but in the second of the
        page's last row, stands before that one, not behind it.
        """
        if page.asked >= self.newest:
            return len(rows)
        if self._dated[0] != page.date:
            self._dated = (page.date, None if page.date is None else moment_before(page.date, _CLOCK_SKEW))
        moment = self._dated[1]
        return len(rows) if moment is None else self._identity.settled(rows, moment)

    def accept(self, page: Page[T], rows: list[T], keys: list[Key], joint: int | None) -> Positions:
        """Take in the rows of a page that joins, and say at which positions those not met before stand."""
        if joint is not None and keys[joint] == self._accepted.last_key:
            slid = self.position - page.offset - 1 - joint
            if slid or self._overlap.rows > 1:
                self._overlap.slid(slid)
        self.begun = True
        if joint is None or self._from_top:
            self._accepted.add(rows, keys)
            positions = self.seen.admit(keys)
            known = max(0, self.position - page.offset)
            if not keys or (len(keys) - len(positions) <= known and type(keys[-1]) is int):
                return positions  # as a rule all are new but the row that two pages share
            return self._with_equal(positions, keys, joint)
        # What stands before the joint was delivered before the walk was resumed: nothing may join there either.
        self._accepted.add(rows[joint:], keys[joint:])
        own = joint + 1
        behind = keys[own:]
        positions = self.seen.admit(behind)
        if len(positions) < len(behind):
            positions = self._with_equal(positions, behind, -1)
        if isinstance(positions, range):
            return range(own + positions.start, own + positions.stop)
        return [own + at for at in positions]

    def _with_equal(self, positions: Positions, keys: Sequence[Key], joint: int | None) -> Positions:
        """Add the rows that were taken for known ones only because they have no id and equal others.

        Those behind the joint are new; of the others each that stands in one answer with its equals counts for itself.
        """
        if not any(map(is_digest, keys)):
            return positions
        new = set(positions)
        times = Counter[Key]()
        for at, key in enumerate(keys):
            if is_digest(key):
                times[key] += 1
                again = times[key] > 1 and self.seen.add(f"{key}#{times[key]}")
                if again or (joint is not None and at > joint):
                    new.add(at)
        return sorted(new)

    def move(self, page: Page[T], rows: Sequence[T]) -> None:
        """Go on behind the rows of a page."""
        self.position = page.offset + len(rows)
