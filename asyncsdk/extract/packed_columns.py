"""The columns of a batch as Arrow arrays, made once: what does not fit is found while they are made.

Nearly all batches fit. So the rows are turned into columns a single time, for the look at their values and for the
target alike, and where anything may not fit nothing is given: `bounds` finds the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from .._codec.arrow.columns import Column
from .._codec.arrow.tables import ArrowValueError, array_of
from .._codec.arrow.values import values_of
from .bounds import all_fit

__all__ = ["packed_columns"]


def packed_columns(rows: Sequence[object], columns: Sequence[Column]) -> Mapping[str, pa.Array[Any]] | None:
    """The columns that do not nest, by name; None where a value of any column may not fit.

    >>> from asyncsdk._codec.arrow.columns import columns_of
    >>> from asyncsdk.models.levels import Level
    >>> packed_columns([], columns_of(Level))["id"].type
    DataType(int64)
    """
    values = values_of(rows)
    arrays: dict[str, pa.Array[Any]] = {}
    for column in columns:
        of_column = values(column)
        if column.nested or column.kind == "json":
            if not all_fit(column, of_column):
                return None
            if column.nested:
                continue  # targets do not agree on its form
        try:
            array = arrays[column.name] = array_of(of_column, column)
        except ArrowValueError:
            return None
        # Of whole numbers Arrow itself refuses what is too large.
        if column.kind not in ("json", "bigint") and not all_fit(column, of_column, complete=array.null_count == 0):
            return None
    return arrays
