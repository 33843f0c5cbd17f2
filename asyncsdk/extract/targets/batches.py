"""Batches as Arrow tables, which the engines read."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from ..._codec.arrow.columns import Column
from ..._codec.arrow.tables import ArrowValueError, stored_table
from ..target import Batch, TargetError

__all__ = ["batch_table"]


def batch_table(batch: Batch, columns: Iterable[Column], *, flat: bool = False) -> pa.Table:
    """Returns a batch as a table stores it.

    Args:
        batch: the rows.
        columns: of the table, stored ones included; those that no row has are null.
        flat: nested values as JSON text, for targets that cannot nest.

    Raises:
        TargetError: a value that no column of its type can hold. Nothing was written.
    """
    try:
        return stored_table(batch.rows, batch.raw, columns, flat=flat, made=batch.arrays)
    except ArrowValueError as error:
        raise TargetError(str(error)) from error
