"""Whole numbers and moments into Arrow arrays, several times faster than Arrow takes them out of Python objects.

Arrow asks each number for its type and each date-time for its offset. A column of a model needs neither: `struct` packs
numbers in one call, and date-times become the time since 1970, in C as well.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import repeat
from operator import sub
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa

if TYPE_CHECKING:
    from .columns import Kind

__all__ = ["TIMESTAMP", "packed"]

TIMESTAMP: Final = pa.timestamp("us", tz="UTC")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SINCE: Final = pa.duration("us")


def packed(kind: Kind, values: Sequence[object]) -> pa.Array[Any] | None:
    """A column as `pa.array` would make it; None where there is no faster way, or a value does not fit."""
    if kind == "timestamptz":
        return _moments(values)
    return _numbers(values) if kind == "bigint" else None


def _numbers(values: Sequence[object]) -> pa.Array[Any] | None:
    try:
        content = struct.pack(f"={len(values)}q", *values)
    except struct.error:
        return None  # some are missing, or too large
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(content)])


def _moments(values: Sequence[object]) -> pa.Array[Any] | None:
    moments = cast("Sequence[datetime | None]", values)
    missing = values.count(None)
    if missing == len(values):
        return pa.nulls(missing, TIMESTAMP)
    try:
        if missing:
            since = [None if moment is None else moment - _EPOCH for moment in moments]
        else:
            since = list(map(sub, moments, repeat(_EPOCH)))
    except TypeError:
        return None
    return pa.array(since, _SINCE).view(TIMESTAMP)
