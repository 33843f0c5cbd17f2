"""Arrow tables on their way from one file to another: filtered, marked, and given the columns of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from ..arrow import TIMESTAMP
from .formats import Pick

__all__ = ["picked", "reshaped"]


def picked(pieces: Iterable[pa.Table], pick: Pick, vanished_at: datetime | None) -> Iterator[pa.Table]:
    """The rows of a file that `pick` keeps, the marked ones with their `_vanished_at`; a piece may come out shorter."""
    start = 0
    for piece in pieces:
        length = piece.num_rows
        table = piece
        if pick.mark is not None:
            mark = pick.mark.slice(start, length)
            place = table.column_names.index("_vanished_at")
            marked = pc.if_else(mark, pa.scalar(vanished_at, TIMESTAMP), table["_vanished_at"])
            table = table.set_column(place, "_vanished_at", marked)
        if pick.keep is not None:
            table = table.filter(pick.keep.slice(start, length))
        start += length
        if table.num_rows:
            yield table


def reshaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of `schema`: those it lacks are null, narrower ones are widened.

    Raises:
        pyarrow.ArrowException: a column that cannot be widened.
    """
    if table.schema.equals(schema):
        return table
    names = set(table.column_names)
    return pa.Table.from_arrays(
        [
            table[field.name].cast(field.type) if field.name in names else pa.array([None] * table.num_rows, field.type)
            for field in schema
        ],
        schema=schema,
    )
