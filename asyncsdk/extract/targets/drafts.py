"""Which new files a merge writes, and which old one each takes the place of. Pure: drafts from files, ids and masks.

Readers look at a folder, not at its log, and a folder changes a name at a time. So a row that was changed goes into the
file that held it before, and that file changes by one rename: a reader sees each row once, as it was or as it is. Only
where many small files become one are their rows there twice while the last names change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from .formats import whole
from .merging import stays_of, unreplaced

if TYPE_CHECKING:
    from .formats import Ids, Mask
    from .manifest import PartFile

__all__ = ["LARGE", "LARGEST", "MANY", "Draft", "early_merge", "in_place", "merge", "rewritten", "together"]

LARGEST: Final = 1_000_000
"""Rows in a file that a merge writes."""

LARGE: Final = 250_000
"""Rows from which on a file is not merged with others only because they are many. So many are put together as soon as
they are there, while the thread has nothing else to do: the end of a long run is no longer than that of a short one.
"""

MANY: Final = 24
"""Small files of a table that are left alone."""

Part: TypeAlias = "tuple[PartFile, Mask | None]"
"""A file and which of its rows are meant; None: all."""


@attrs.frozen
class Draft:
    """A file to be written.

    Args:
        parts: whose rows it gets, in order.
        least, most: bounds of their ids.
        place: the number in the name of the file that it replaces; None: it gets a name of its own.
    """

    parts: tuple[Part, ...]
    least: int
    most: int
    place: int | None = None

    @property
    def rows(self) -> int:
        """How many it gets."""
        return sum(map(_rows, self.parts))


def merge(files: Sequence[PartFile], ids_of: Callable[[PartFile], Ids]) -> tuple[Sequence[Draft], Sequence[PartFile]]:
    """The drafts after which readers see every row once, and the files that they replace; none where they do already.

    Args:
        files: of a table, the oldest first.
        ids_of: the ids of a file.
    """
    stays = stays_of(files, ids_of)
    shown, waiting = [file for file in files if file.shown], [file for file in files if not file.shown]
    if sum(file.rows < LARGE for file in shown) > MANY:
        merged = [
            file
            for file in files
            if not file.shown or file.stale or file.rows < LARGE or stays.get(file.number) is not None
        ]
        return together(merged, stays), merged
    drafts = in_place(shown, waiting, stays, ids_of)
    return drafts, [*waiting, *(file for draft in drafts for file, _ in draft.parts if file.shown)]


def early_merge(files: Iterable[PartFile]) -> tuple[Sequence[Draft], Sequence[PartFile]]:
    """One large file of small ones, as `merge` has it; none before they have the rows for it."""
    small = [file for file in files if file.shown and not file.stale and file.rows < LARGE]
    return (together(small, {}), small) if sum(file.rows for file in small) >= LARGE else ([], [])


def rewritten(file: PartFile) -> Draft:
    """The same rows once more."""
    return Draft(((file, None),), file.least, file.most, file.named)


def together(files: Iterable[PartFile], stays: Mapping[int, Mask | None]) -> list[Draft]:
    """Neighbours in files of a good size.

    Args:
        files: the oldest first.
        stays: by number the rows of a file that no newer ones replace; None, or not there: all.
    """
    return [
        Draft(parts, min(file.least for file, _ in parts), max(file.most for file, _ in parts))
        for parts in _groups([(file, stays.get(file.number)) for file in files])
    ]


def in_place(
    shown: Sequence[PartFile],
    waiting: Sequence[PartFile],
    stays: Mapping[int, Mask | None],
    ids_of: Callable[[PartFile], Ids],
) -> list[Draft]:
    """Waiting rows where those were that they replace; rows of new ids in the last file, if it is not full.

    Args:
        shown: files that readers see. Those that nothing changes are in no draft, but for stale ones.
        waiting: newer files, which readers do not see yet; the oldest first.
        stays: as for `together`.
        ids_of: the ids of a file.
    """
    incoming = _Incoming(waiting, stays, ids_of)
    drafts: dict[int, Draft] = {}
    for file in shown:
        stay = stays.get(file.number)
        if stay is not None:
            newer = incoming.take(ids_of(file).filter(pc.invert(stay)))
            drafts[file.number] = Draft(((file, stay), *newer), file.least, file.most, file.named)
        elif file.stale:
            drafts[file.number] = rewritten(file)
    last = max(shown, key=lambda file: file.most, default=None)
    fresh = []
    for parts in _groups(incoming.rest()):
        least, most = incoming.bounds(parts)
        before = None if last is None else drafts.get(last.number) or rewritten(last)
        if last is not None and before is not None and before.rows + sum(map(_rows, parts)) <= LARGEST:
            drafts[last.number] = Draft(
                (*before.parts, *parts), min(before.least, least), max(before.most, most), before.place
            )
        else:
            fresh.append(Draft(parts, least, most))
        last = None
    return [*drafts.values(), *fresh]


class _Incoming:
    """The rows of waiting files that count, less those that have found their place."""

    def __init__(
        self, files: Sequence[PartFile], stays: Mapping[int, Mask | None], ids_of: Callable[[PartFile], Ids]
    ) -> None:
        self._files = files
        ids = [ids_of(file) for file in files]
        self._ids: Ids = whole(pa.chunked_array(ids, pa.int64()))
        masks = [
            pa.array([True] * len(each), pa.bool_()) if (stay := stays.get(file.number)) is None else stay
            for file, each in zip(files, ids, strict=True)
        ]
        self._left: Mask = whole(pa.chunked_array(masks, pa.bool_()))

    def take(self, ids: Ids) -> list[Part]:
        """The rows with these ids."""
        others = unreplaced(self._ids, [ids])
        if others is None:
            return []
        taken = pc.and_not(self._left, others)
        self._left = pc.and_(self._left, others)
        return self._parts(taken)

    def rest(self) -> list[Part]:
        """The rows that nobody took."""
        return self._parts(self._left)

    def bounds(self, parts: Sequence[Part]) -> tuple[int, int]:
        """The bounds of the ids of some of the rest."""
        numbers = {file.number for file, _ in parts}
        masks = [mask for _, mask in parts if mask is not None]  # of the rest, each has one
        ids = [self._ids.slice(at, file.rows) for at, file in self._placed() if file.number in numbers]
        both = pc.min_max(pa.chunked_array(ids, pa.int64()).filter(whole(pa.chunked_array(masks, pa.bool_()))))
        return both["min"].as_py(), both["max"].as_py()

    def _parts(self, mask: Mask) -> list[Part]:
        parts = [(file, mask.slice(at, file.rows)) for at, file in self._placed()]
        return [(file, own) for file, own in parts if own.true_count]

    def _placed(self) -> Iterator[tuple[int, PartFile]]:
        at = 0
        for file in self._files:
            yield at, file
            at += file.rows


def _rows(part: Part) -> int:
    file, mask = part
    return file.rows if mask is None else int(mask.true_count)


def _groups(parts: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    """Neighbours that together make a file of a good size."""
    group: list[Any] = []
    rows = 0
    for part in parts:
        if group and rows + _rows(part) > LARGEST:
            yield tuple(group)
            group, rows = [], 0
        group.append(part)
        rows += _rows(part)
    if group:
        yield tuple(group)
