"""How the rows of a list are told apart: by their ids, and the versions of one row by its `updated_at`."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

import attrs

from .._codec.decode import Reject
from .seen import Key

__all__ = ["RowIdentity", "fingerprint", "identity_of", "is_digest"]

T = TypeVar("T")

_KEYS = {int, str}
_DIGEST = "#"
_DIGEST_LENGTH = 17


def _digest(text: str, size: int = 16) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _text(row: object) -> str:
    """Returns a row as a text that is the same for equal rows."""
    if isinstance(row, Reject):
        return repr(row.raw)  # not where it stood in its page
    try:
        return repr(row)
    except (ValueError, RecursionError):  # a number of thousands of digits, or data nested as deep
        return repr(pickle.dumps(row))


@attrs.frozen
class RowIdentity(Generic[T]):
    """How the rows of one list are told apart.

    `keys` gives a page's keys (the ids, or a digest of each row that has none), `changed` the `updated_at` of a row,
    None where it has none: then the whole row is its version.
    """

    keys: Callable[[Sequence[T]], list[Key]]
    changed: Callable[[T], Hashable]

    def version(self, row: T) -> Hashable:
        """Returns what changes whenever the row does."""
        changed = self.changed(row)
        return _digest(_text(row)) if changed is None else changed

    def unchanged(self, row: T, since: T) -> bool:
        """Returns whether a row is still as it was when it was read as `since`.

        In whole: where `updated_at` is in seconds a row can move twice under the same one.
        """
        return bool(row == since)

    def changed_since(self, row: T, moment: datetime) -> bool:
        """Returns whether a row says that it was updated at `moment` or later."""
        stamp = _date_time(self.changed(row))
        return stamp is not None and stamp >= moment

    def updated_at(self, row: T) -> datetime | None:
        """Returns when a row says that it was last updated; None where it says nothing that is a moment."""
        return _date_time(self.changed(row))

    @staticmethod
    def text(row: object) -> str:
        """Returns a row as a text that is the same for equal rows, in every process."""
        return _text(row)

    def versions(self, rows: Sequence[T]) -> list[Hashable]:
        """Returns the version of each row."""
        stamps = list(map(self.changed, rows))
        return [self.version(row) for row in rows] if None in stamps else stamps

    def marks(self, rows: Sequence[T], keys: Sequence[Key]) -> list[int]:
        """Returns a number for each row in its version, the same for equal ones as long as the process lives."""
        return list(map(hash, zip(keys, self.versions(rows), strict=True)))

    def settled(self, rows: Sequence[T], moment: datetime) -> int:
        """Returns how many rows come before the first one updated since `moment`, if the page rises by `updated_at`.

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
    """Returns an aware date-time, from itself or from its text; None for anything else."""
    if isinstance(stamp, str):
        try:
            stamp = datetime.fromisoformat(stamp)
        except ValueError:
            return None
    return stamp if isinstance(stamp, datetime) and stamp.tzinfo is not None else None


def identity_of(model: type[T]) -> RowIdentity[T]:
    """Finds out how rows of `model` (an attrs class, or a mapping for untyped rows) are told apart."""
    if issubclass(model, Mapping):
        return RowIdentity(_keys_of_mappings, _changed)
    fields = attrs.fields_dict(model) if attrs.has(model) else {}
    changed = attrgetter("updated_at") if "updated_at" in fields else _never
    return RowIdentity(_keys_of_rows if "id" in fields else _keys_of_whole_rows, changed)


def _never(_row: object) -> None:
    return None


def _whole(row: object) -> str:
    return _DIGEST + _digest(_text(row), 8)


def is_digest(key: Key) -> bool:
    """Returns whether a key is that of a row without an id: equal rows have equal ones."""
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
    """Returns the ids where they are whole numbers or texts. True is no number, though it equals 1."""
    if _KEYS.issuperset(map(type, ids)):
        return ids
    return [id if type(id) in _KEYS else _whole(row) for id, row in zip(ids, rows, strict=True)]


def _get(row: object, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _changed(row: object) -> Hashable:
    """Returns the `updated_at` of a row; None where it has none, or one that is no moment."""
    changed = _get(row, "updated_at")
    return changed if isinstance(changed, (str, int, float, date)) else None


def fingerprint(key: Key, version: Hashable) -> str:
    """Returns a row in one version as 12 hexadecimal digits, the same in every process."""
    stamp = version.isoformat() if isinstance(version, date) else repr(version)
    return _digest(f"{key!r} {stamp}", 6)
