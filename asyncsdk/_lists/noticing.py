"""What rows say of a list that is followed: which are news, as changes in the order in which they came.

Whatever is told is held at the moment it leaves, so that what is held says at any time what was told.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, pairwise
from typing import Final, Generic, Literal, TypeVar

import attrs

from .._codec.decode import OnReject, Reject
from ..errors import WalkError
from .held import HeldRows, microseconds, version_of
from .identity import RowIdentity

__all__ = ["EVERYTHING", "Change", "News"]

T = TypeVar("T")

EVERYTHING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""An origin before all rows: all of them are told when they are first read."""


@attrs.frozen
class Change(Generic[T]):
    """One change of a list that is followed.

    Attributes:
        kind: `changed`: the row is new in the list, or was updated. `deleted`: it is in the list no more.
        id: of the row.
        row: as it is now. Of a row that is gone: as the list shows it among its deleted rows, None where it does not.
    """

    kind: Literal["changed", "deleted"]
    id: int
    row: T | None


class News(Generic[T]):
    """Tells news from what was told before, and holds what is told.

    Args:
        identity: how rows are told apart.
        held: the rows that were told, or were there when the list was first read.
        told: ids of rows told as deleted though they were not held, since the last round.
        on_reject: is called with each row that does not fit its model, once for each version of it.
    """

    def __init__(
        self,
        identity: RowIdentity[T],
        held: HeldRows,
        told: Iterable[int],
        on_reject: OnReject | None,
    ) -> None:
        self.held = held
        self.told: set[int] = set(told)
        self.rejected: OnReject | None = None if on_reject is None else self._rejected
        self._identity = identity
        self._on_reject = on_reject
        self._since = 0
        self._noting = False
        self._seen: array[int] = array("q")
        self._rejects: list[int] = []

    def begin(self, since: datetime | None, *, noting: bool = False) -> None:
        """Begins a view of the list: rows of unknown version are news where they were updated since then.

        With `noting`, the ids that are met are noted for `seen`.
        """
        self._since = 0 if since is None else microseconds(since)
        self._noting = noting
        self._seen = array("q")
        self._rejects = []

    @property
    def seen(self) -> array[int]:
        """The ids of the live rows that were met since `begin`; those of rows that do not fit come last."""
        return array("q", chain(self._seen, self._rejects))

    @property
    def rising(self) -> bool:
        """Whether the ids of the live rows that were met since `begin` rose."""
        return all(one < other for one, other in pairwise(self._seen))

    def of(self, rows: Iterable[T], *, unheld: bool = False) -> Iterator[Change[T]]:
        """Tells what is new of rows that came.

        With `unheld`, rows marked as deleted are told also where they were not held.
        """
        for row in rows:
            id = self.id_of(row)
            if _is_marked(row):
                if self.held.drop(id) or (unheld and id not in self.told):
                    if unheld:
                        self.told.add(id)
                    yield Change("deleted", id, row)
            elif not self._hold(id, row):
                yield Change("changed", id, row)

    def first(self, rows: Iterable[T], origin: datetime | None) -> Iterator[Change[T]]:
        """Holds rows that are read for the first time; those changed since `origin` are told."""
        for row in rows:
            id = self.id_of(row)
            stamp = self._identity.updated_at(row)
            known = self._hold(id, row)
            if origin is not None and not known and (stamp is None or stamp >= origin):
                yield Change("changed", id, row)

    def gone(self, ids: Iterable[int]) -> Iterator[Change[T]]:
        """Tells of rows that they are in the list no more."""
        for id in ids:
            if self.held.drop(id):
                yield Change("deleted", id, None)

    def _hold(self, id: int, row: T | Reject) -> bool:
        """Holds a row. Returns whether it was held in this version."""
        if self._noting:
            (self._rejects if isinstance(row, Reject) else self._seen).append(id)
        version = version_of(self._identity.updated_at(row), lambda: self._identity.text(row))  # type: ignore[arg-type]  # a Reject has updated_at as well
        known = self.held.knows(id, version, since=self._since)
        if version[0] and version[0] < self._since:
            version = version[0], 0  # it does not come again, but where the list is read whole
        self.held.put(id, version)
        return known

    def id_of(self, row: T) -> int:
        """Returns the id of a row.

        Raises:
            WalkError: it is no whole number.
        """
        (key,) = self._identity.keys([row])
        if not isinstance(key, int):
            raise WalkError(f"a row has no whole number as its id ({key!r}), so its list cannot be followed")
        return key

    def _rejected(self, reject: Reject) -> None:
        if _is_marked(reject):
            return  # if it was held, the proof tells that it is gone
        known = isinstance(reject.id, int) and self._hold(reject.id, reject)
        if not known and self._on_reject is not None:
            self._on_reject(reject)


def _is_marked(row: object) -> bool:
    """Returns whether a row is marked as deleted."""
    if isinstance(row, Reject):
        try:
            row = json.loads(row.raw)
        except (ValueError, RecursionError):  # of a long one the start is kept
            return False
    deleted = row.get("deleted_at") if isinstance(row, dict) else getattr(row, "deleted_at", None)
    return deleted is not None
