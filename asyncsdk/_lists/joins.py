"""Whether a page of a list that changes continues what was read before.

Why a join is enough. Let the key of a row be what the list is ordered by, and let every page accepted so far join
those before it. Then each row whose key is not beyond the greatest key accepted has been met, as of the newest accepted
answer. A page that holds a row accepted before *in the same version*, so with the same key, covers without a gap all
keys from that row to its own last one: nothing between is missed, whether the page is newer than what was accepted or
older, as long as rows keep their place or move to the end when they change. An id without its version proves nothing,
for a row that moved stands elsewhere. A page from offset 0 needs no join.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from .identity import RowIdentity, fingerprint
from .seen import Key

__all__ = ["Accepted", "Overlap"]

T = TypeVar("T")

_KEPT_ROWS = 800
_SAMPLE = 50
_TOGETHER = 32


class Accepted(Generic[T]):
    """The rows a page may join: the last 800 whole, of those before one in 50 as a hash.

    `remembered` are fingerprints of rows accepted before a bookmark was written. `last` is the row accepted last and
    `last_key` its key; None before a page was accepted in this walk.
    """

    __slots__ = ("_identity", "_kept", "_leaving", "_marked", "_older", "_recent", "_remembered", "last", "last_key")

    def __init__(self, identity: RowIdentity[T], remembered: Collection[str] = ()) -> None:
        self._identity = identity
        self._recent: deque[tuple[list[T], Sequence[Key]]] = deque()
        self._kept = 0
        self._marked: dict[int, T] | None = None  # the recent rows by their marks, once a join was searched for
        self._leaving: list[tuple[Key, T]] = []  # samples of older rows, hashed several at a time
        self._older: set[int] = set()
        self._remembered = frozenset(remembered)
        self.last: T | None = None
        self.last_key: Key | None = None

    def add(self, rows: list[T], keys: Sequence[Key]) -> None:
        """Takes in the rows of a page that joined."""
        if not rows:
            return
        recent = self._recent
        recent.append((rows, keys))
        self._kept += len(rows)
        self._marked = None
        self.last = rows[-1]
        self.last_key = keys[-1]
        while (kept := self._kept - len(recent[0][0])) >= _KEPT_ROWS:
            oldest, its_keys = recent.popleft()
            self._kept = kept
            self._leaving += zip(its_keys[::_SAMPLE], oldest[::_SAMPLE], strict=True)
            if len(self._leaving) >= _TOGETHER:
                self._leave()

    def _leave(self) -> None:
        """Keeps of the samples of older rows their marks alone."""
        keys, rows = [key for key, _ in self._leaving], [row for _, row in self._leaving]
        self._older.update(self._identity.marks(rows, keys))
        self._leaving.clear()

    def join(self, rows: Sequence[T], keys: Sequence[Key], expected: int) -> int | None:
        """Returns the index of a row of the page that was accepted in the same version, None when there is none.

        `expected` is where the row accepted last stands when nothing moved.
        """
        last, key = self.last, self.last_key
        if last is None and self._remembered and 0 <= expected < len(keys):
            # Among equal rows only the place tells which of them it is.
            if fingerprint(keys[expected], self._identity.version(rows[expected])) in self._remembered:
                return expected
        elif last is not None and key is not None:
            if not (0 <= expected < len(keys) and keys[expected] == key):
                expected = keys.index(key) if key in keys else -1
            if expected >= 0 and self._identity.unchanged(rows[expected], last):
                return expected
        return self._search(rows, keys)

    def _search(self, rows: Sequence[T], keys: Sequence[Key]) -> int | None:
        self._leave()
        known, older = self._marked, self._older
        if known is None:
            known = self._marked = {}
            for recent, its_keys in self._recent:
                known.update(zip(self._identity.marks(recent, its_keys), recent, strict=True))
        marks = self._identity.marks(rows, keys)
        # The last one: the nearer the join is to the frontier, the better it tells how far the list has moved.
        for at in range(len(marks) - 1, -1, -1):
            mark = marks[at]
            if mark in known:
                if self._identity.unchanged(rows[at], known[mark]):
                    return at
            elif mark in older:
                return at
        if self._remembered:
            for at in range(len(rows) - 1, -1, -1):
                if fingerprint(keys[at], self._identity.version(rows[at])) in self._remembered:
                    return at
        return None


class Overlap:
    """How many rows the next page shares with the one before it: `rows`, at least one.

    One while nothing moves. After the list slid by some rows between two answers, enough to bear the same again; it
    shrinks back while pages join where expected. A wider overlap costs a few rows a page, a missed join a request.
    """

    __slots__ = ("_drift", "_most", "rows")

    def __init__(self, limit: int) -> None:
        self._most = max(1, limit // 4)
        self._drift = 0.0
        self.rows: int = 1

    def slid(self, rows: int) -> None:
        """Learns that the list slid left by `rows` between two answers (0: not at all)."""
        if rows > 0:
            self._drift = max(self._drift, 1.5 * rows)
        elif self._drift:
            self._drift *= 0.95
        else:
            return
        self.rows = min(self._most, 1 + round(self._drift))
