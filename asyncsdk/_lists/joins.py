"""Whether a page of a list that changes continues what was read before.

Why a joint is enough. Let the key of a row be what the list is ordered by, and let every page accepted so far join
those before it. Then each row whose key is not beyond the greatest key accepted has been met, as of the newest accepted
answer. A page that holds a row accepted before *in the same version*, so with the same key, covers without a gap all
keys from that row to its own last one: nothing between is missed, whether the page is newer than what was accepted or
older, as long as rows keep their place or move to the end when they change. An id without its version proves nothing,
for a row that moved stands elsewhere. A page from offset 0 needs no joint.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

import attrs

from .._codec.decode import Reject
from .seen import Key

__all__ = ["Accepted", "Identity", "Overlap", "fingerprint", "identity_of", "is_digest"]

T = TypeVar("T")

_KEPT_ROWS = 800
_SAMPLE = 50
_TOGETHER = 32
_KEYS = {int, str}
_DIGEST = "#"
_DIGEST_LENGTH = 17


def _digest(text: str, size: int = 16) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _text(row: object) -> str:
    """A row as a text that is the same for equal rows."""
    if isinstance(row, Reject):
        return repr(row.raw)  # not where it stood in its page
    try:
        return repr(row)
    except (ValueError, RecursionError):  # a number of thousands of digits, or data nested as deep
        return repr(pickle.dumps(row))


@attrs.frozen
class Identity(Generic[T]):
    """How the rows of one list are told apart.

    `keys` gives a page's keys (the ids, or a digest of each row that has none), `changed` the `updated_at` of a row,
    None where it has none: then the whole row is its version.
    """

    keys: Callable[[Sequence[T]], list[Key]]
    changed: Callable[[T], Hashable]

    def version(self, row: T) -> Hashable:
        """What changes whenever the row does."""
        changed = self.changed(row)
        return _digest(_text(row)) if changed is None else changed

    def unchanged(self, row: T, since: T) -> bool:
        """Whether a row is still as it was when it was read as `since`.

        In whole: where `updated_at` is in seconds a row can move twice under the same one.
        """
        return bool(row == since)

    def changed_since(self, row: T, moment: datetime) -> bool:
        """Whether a row says that it was updated at `moment` or later."""
        stamp = _date_time(self.changed(row))
        return stamp is not None and stamp >= moment

    def versions(self, rows: Sequence[T]) -> list[Hashable]:
        """The version of each row."""
        stamps = list(map(self.changed, rows))
        return [self.version(row) for row in rows] if None in stamps else stamps

    def marks(self, rows: Sequence[T], keys: Sequence[Key]) -> list[int]:
        """A number for each row in its version, the same for equal ones as long as the process lives."""
        return list(map(hash, zip(keys, self.versions(rows), strict=True)))

    def settled(self, rows: Sequence[T], moment: datetime) -> int:
        """How many rows there are up to the last one not updated since `moment`, if the page rises by `updated_at`.

        All of them where it does not rise, or where `updated_at` is finer than a second.
        """
        last = self.changed(rows[-1]) if rows else None
        if type(last) is not datetime or last.tzinfo is None:
            last = _date_time(last)
        if last is None or last < moment or last.microsecond:
            return len(rows)
        stamps = [_date_time(self.changed(row)) for row in rows]
        if any(one is None or other is None or one > other for one, other in pairwise(stamps)):
            return len(rows)
        return next((at for at, stamp in enumerate(stamps) if stamp is not None and stamp >= moment), len(rows))


def _date_time(stamp: object) -> datetime | None:
    """An aware date-time, from itself or from its text; None for anything else."""
    if isinstance(stamp, str):
        try:
            stamp = datetime.fromisoformat(stamp)
        except ValueError:
            return None
    return stamp if isinstance(stamp, datetime) and stamp.tzinfo is not None else None


def identity_of(model: type[T]) -> Identity[T]:
    """Find out how rows of `model` (an attrs class, or a mapping for untyped rows) are told apart."""
    if issubclass(model, Mapping):
        return Identity(_keys_of_mappings, _changed)
    fields = attrs.fields_dict(model) if attrs.has(model) else {}
    changed = attrgetter("updated_at") if "updated_at" in fields else _never
    return Identity(_keys_of_rows if "id" in fields else _keys_of_whole_rows, changed)


def _never(_row: object) -> None:
    return None


def _whole(row: object) -> str:
    return _DIGEST + _digest(_text(row), 8)


def is_digest(key: Key) -> bool:
    """Whether a key is that of a row without an id: equal rows have equal ones."""
    return type(key) is str and len(key) == _DIGEST_LENGTH and key.startswith(_DIGEST)


def _keys_of_whole_rows(rows: Sequence[object]) -> list[Key]:
    return list(map(_whole, rows))


def _keys_of_rows(rows: Sequence[Any]) -> list[Key]:
    return _usable([row.id for row in rows], rows)


_id_item = itemgetter("id")


def _keys_of_mappings(rows: Sequence[Any]) -> list[Key]:
    try:
        return _usable(list(map(_id_item, rows)), rows)
    except (KeyError, TypeError):  # a row has none, or is a Reject
        return _usable([_get(row, "id") for row in rows], rows)


def _usable(ids: list[Any], rows: Sequence[object]) -> list[Key]:
    """The ids where they are whole numbers or texts. True is no number, though it equals 1."""
    if _KEYS.issuperset(map(type, ids)):
        return ids
    return [id if type(id) in _KEYS else _whole(row) for id, row in zip(ids, rows, strict=True)]


def _get(row: object, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _changed(row: object) -> Hashable:
    """The `updated_at` of a row; None where it has none, or one that is no moment."""
    changed = _get(row, "updated_at")
    return changed if isinstance(changed, (str, int, float, date)) else None


def fingerprint(key: Key, version: Hashable) -> str:
    """A row in one version as 12 hexadecimal digits, the same in every process."""
    stamp = version.isoformat() if isinstance(version, date) else repr(version)
    return _digest(f"{key!r} {stamp}", 6)


class Accepted(Generic[T]):
    """The rows a page may join: the last 800 whole, of those before one in 50 as a hash.

    `remembered` are fingerprints of rows accepted before a bookmark was written. `last` is the row accepted last and
    `last_key` its key; None before a page was accepted in this walk.
    """

    __slots__ = ("_identity", "_kept", "_leaving", "_marked", "_older", "_recent", "_remembered", "last", "last_key")

    def __init__(self, identity: Identity[T], remembered: Collection[str] = ()) -> None:
        self._identity = identity
        self._recent: deque[tuple[list[T], Sequence[Key]]] = deque()
        self._kept = 0
        self._marked: dict[int, T] | None = None  # the recent rows by their marks, once a joint was searched for
        self._leaving: list[tuple[Key, T]] = []  # samples of older rows, hashed several at a time
        self._older: set[int] = set()
        self._remembered = frozenset(remembered)
        self.last: T | None = None
        self.last_key: Key | None = None

    def add(self, rows: list[T], keys: Sequence[Key]) -> None:
        """Take in the rows of a page that joined."""
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
        """Keep of the samples of older rows their marks alone."""
        keys, rows = [key for key, _ in self._leaving], [row for _, row in self._leaving]
        self._older.update(self._identity.marks(rows, keys))
        self._leaving.clear()

    def joint(self, rows: Sequence[T], keys: Sequence[Key], expected: int) -> int | None:
        """Index of a row of the page that was accepted in the same version, None when there is none.

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
        # The last one: the nearer the joint is to the frontier, the better it tells how far the list has moved.
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
    shrinks back while pages join where expected. A wider overlap costs a few rows a page, a missed joint a request.
    """

    __slots__ = ("_drift", "_most", "rows")

    def __init__(self, limit: int) -> None:
        self._most = max(1, limit // 4)
        self._drift = 0.0
        self.rows: int = 1

    def slid(self, rows: int) -> None:
        """Learn that the list slid left by `rows` between two answers (0: not at all)."""
        if rows > 0:
            self._drift = max(self._drift, 1.5 * rows)
        elif self._drift:
            self._drift *= 0.95
        else:
            return
        self.rows = min(self._most, 1 + round(self._drift))
