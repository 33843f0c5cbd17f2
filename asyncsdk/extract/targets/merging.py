"""Which rows of a table's files stay, when newer files hold newer rows of the same ids. Pure: masks from indexes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from ..arrow import TIMESTAMP

if TYPE_CHECKING:
    from .formats import Ids, Index, Mask
    from .manifest import PartFile

__all__ = ["absent", "newest", "stays_of", "unreplaced"]

LOOKED_UP: Final = 100_000
"""Ids that are kept in a hash table at a time."""


def stays_of(files: Sequence[PartFile], ids_of: Callable[[PartFile], Ids]) -> dict[int, Mask | None]:
    """By number of a file a mask of the rows that no newer ones replace; None, or not there: all of them.

    Args:
        files: of a table, the oldest first. Those that readers see share no id with each other.
        ids_of: the ids of a file.
    """
    waiting = [file for file in files if not file.shown]
    ids = [ids_of(file) for file in waiting]
    masks: dict[int, Mask | None] = dict(zip((file.number for file in waiting), newest(ids), strict=True))
    for file in files:
        if file.shown and any(other.least <= file.most and file.least <= other.most for other in waiting):
            masks[file.number] = unreplaced(ids_of(file), ids)
    return masks


def newest(ids: Sequence[Ids]) -> list[Mask | None]:
    """For each file a mask of the rows that no later row replaces; None where that is all of them.

    Args:
        ids: of the rows of each file, in order; the oldest file first.
    """
    if _apart(ids):
        return [None] * len(ids)
    together = pa.chunked_array(list(ids), pa.int64())
    if pc.count_distinct(together).as_py() == len(together):
        return [None] * len(ids)
    places = pa.array(array("q", range(len(together))), pa.int64())
    last = pa.table({"id": together, "place": places}).group_by("id").aggregate([("place", "max")])["place_max"]
    stays = pc.is_in(places, value_set=last.combine_chunks())
    masks: list[Mask | None] = []
    start = 0
    for each in ids:
        mask = stays.slice(start, len(each))
        masks.append(None if pc.all(mask, min_count=0).as_py() else mask)
        start += len(each)
    return masks


def unreplaced(ids: Ids, newer: Sequence[Ids]) -> Mask | None:
    """A mask of the rows of a file whose ids are not among the newer ones; None where that is all of them."""
    together = pa.chunked_array(list(newer), pa.int64())
    replaced: Mask | None = None
    for start in range(0, len(together), LOOKED_UP):
        found = pc.is_in(ids, value_set=together.slice(start, LOOKED_UP).combine_chunks())
        replaced = found if replaced is None else pc.or_(replaced, found)
    return pc.invert(replaced) if replaced is not None and replaced.true_count else None


def _apart(ids: Sequence[Ids]) -> bool:
    """Whether no id can be there twice, as far as can be seen without a table of them all."""
    bounds = sorted((pc.min(each).as_py(), pc.max(each).as_py()) for each in ids if len(each))
    return all(most < least for (_, most), (least, _) in pairwise(bounds)) and all(
        pc.count_distinct(each).as_py() == len(each) for each in ids
    )


def absent(index: Index, before: datetime, spared: array[int]) -> Mask:
    """A mask of the live rows of a file that were seen last before `before` and are not `spared`."""
    old = pc.invert(pc.greater_equal(index.seen_at, pa.scalar(before, TIMESTAMP)))
    mask: Mask = pc.and_(index.live, old)
    if len(spared):
        return pc.and_not(mask, pc.is_in(index.ids, value_set=pa.array(spared, pa.int64())))
    return mask
