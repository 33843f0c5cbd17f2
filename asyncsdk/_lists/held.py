"""Which rows of a list are held, and in which version: ids and stamps in arrays, sixteen bytes a row.

A version is the row's `updated_at` in microseconds. Where that is in whole seconds a row can change twice under the
same one, so a digest of the row is kept beside it, for as long as the row may come again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import Final, TypeAlias

__all__ = ["HeldRows", "Version", "microseconds", "version_of"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
_MICROSECOND: Final = timedelta(microseconds=1)

Version: TypeAlias = tuple[int, int]
"""When a row was updated, in microseconds since 1970 (0: nobody knows), and a digest of it (0: the stamp is enough)."""


def microseconds(moment: datetime) -> int:
    """Returns a moment as microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def version_of(updated_at: datetime | None, text: Callable[[], str]) -> Version:
    """Returns the version of a row from its stamp and, where that does not do, its text.

    >>> version_of(EPOCH + timedelta(milliseconds=1500), str)
    (1500000, 0)
    >>> version_of(EPOCH + timedelta(seconds=2), str)[1] > 0
    True
    """
    stamp = 0 if updated_at is None else microseconds(updated_at)
    if stamp % SECOND:
        return stamp, 0
    digest = blake2b(text().encode("utf-8", "surrogatepass"), digest_size=6, person=b"version").digest()
    return stamp, int.from_bytes(digest, "big") or 1


class HeldRows:
    """Holds ids in rising order and the version of each.

    Args:
        ids: in any order, each once.
        versions: of some of them: id, stamp, digest. Those of the others are unknown.
    """

    __slots__ = ("_digests", "_ids", "_stamps")

    def __init__(self, ids: Iterable[int] = (), versions: Iterable[tuple[int, int, int]] = ()) -> None:
        self._ids = array("q", ids)
        if any(one >= other for one, other in pairwise(self._ids)):
            self._ids = array("q", sorted(set(self._ids)))
        self._stamps = array("q", bytes(8 * len(self._ids)))
        self._digests: dict[int, int] = {}
        for id, stamp, digest in versions:
            if id in self:
                self.put(id, (stamp, digest))

    @property
    def ids(self) -> Sequence[int]:
        """The ids, in rising order; not to be written to."""
        return self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: int) -> bool:
        return self._place(id) is not None

    def knows(self, id: int, version: Version, *, since: int) -> bool:
        """Returns whether a row is held in this version.

        One whose version is unknown is, unless it was updated `since` then: what is older was told before.
        """
        if (place := self._place(id)) is None:
            return False
        stamp, digest = self._stamps[place], self._digests.get(id, 0)
        if not stamp and not digest:
            return version[0] < since
        return stamp == version[0] and digest in (0, version[1])

    def updated_at(self, id: int) -> datetime | None:
        """Returns when a held row was last updated; None where that is unknown."""
        place = self._place(id)
        stamp = 0 if place is None else self._stamps[place]
        return EPOCH + stamp * _MICROSECOND if stamp else None

    def put(self, id: int, version: Version) -> None:
        """Holds a row in a version."""
        place = bisect_left(self._ids, id)
        if place == len(self._ids) or self._ids[place] != id:
            self._ids.insert(place, id)
            self._stamps.insert(place, version[0])
        else:
            self._stamps[place] = version[0]
        if version[1]:
            self._digests[id] = version[1]
        else:
            self._digests.pop(id, None)

    def drop(self, id: int) -> bool:
        """Holds a row no longer. Returns whether it was held."""
        if (place := self._place(id)) is None:
            return False
        del self._ids[place], self._stamps[place]
        self._digests.pop(id, None)
        return True

    def clear(self) -> None:
        """Holds nothing."""
        del self._ids[:], self._stamps[:]
        self._digests.clear()

    def recent(self, since: int) -> list[tuple[int, int, int]]:
        """Returns the versions of the rows that were updated since then, or nobody knows when: id, stamp, digest."""
        stamped = [
            (id, stamp, self._digests.get(id, 0))
            for id, stamp in zip(self._ids, self._stamps, strict=True)
            if stamp >= since
        ]
        return [*stamped, *((id, 0, digest) for id, digest in self._digests.items() if not self._stamp(id))]

    def forget(self, before: int) -> None:
        """Forgets the digests of rows that were updated before then: they do not come again in that version."""
        old = [id for id in self._digests if 0 < self._stamp(id) < before]
        for id in old:
            del self._digests[id]

    def absent_from(self, seen: Iterable[int]) -> list[int]:
        """Returns the held ids that are not among others."""
        there = HeldRows(seen)
        return [id for id in self._ids if id not in there]

    def _stamp(self, id: int) -> int:
        place = self._place(id)
        return 0 if place is None else self._stamps[place]

    def _place(self, id: int) -> int | None:
        place = bisect_left(self._ids, id)
        return place if place < len(self._ids) and self._ids[place] == id else None
