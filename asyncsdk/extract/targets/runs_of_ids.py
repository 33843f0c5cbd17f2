"""Ids as runs of consecutive ones: what a whole pass met takes a few numbers, however many rows it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, starmap

import pyarrow as pa

__all__ = ["ids_of", "runs_of"]


def runs_of(ids: Iterable[int]) -> tuple[list[int], list[int]]:
    """The first and the last id of each run.

    >>> runs_of([7, 1, 2, 3, 2])
    ([1, 7], [3, 7])
    """
    firsts: list[int] = []
    lasts: list[int] = []
    each = set(ids)
    if each and (last := max(each)) - (first := min(each)) == len(each) - 1:
        return [first], [last]
    for id_ in sorted(each):
        if lasts and id_ == lasts[-1] + 1:
            lasts[-1] = id_
        else:
            firsts.append(id_)
            lasts.append(id_)
    return firsts, lasts


def ids_of(firsts: Sequence[int], lasts: Sequence[int]) -> pa.Array[pa.Int64Scalar]:
    """All ids of the runs."""
    runs = starmap(range, ((first, last + 1) for first, last in zip(firsts, lasts, strict=True)))
    return pa.array(chain.from_iterable(runs), pa.int64())
