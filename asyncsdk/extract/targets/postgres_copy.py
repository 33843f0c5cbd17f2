"""Rows as the text that PostgreSQL's COPY reads: CSV, which Arrow writes, without the character NUL."""

from __future__ import annotations

import io
import re
from typing import Final

import pyarrow as pa
import pyarrow.csv as pc

from ..._codec.arrow.columns import Column
from ..._codec.arrow.tables import flat_column
from ..target import Batch
from .batches import batch_table

__all__ = ["copy_text"]

_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""In JSON text. After an odd number of backslashes it is no NUL, but a backslash and `u0000`."""


def copy_text(batch: Batch, columns: tuple[Column, ...]) -> tuple[bytes, int]:
    """Rows as COPY reads them, empty is null, `""` is empty text; and how many characters NUL were replaced.

    Args:
        batch: the rows. Their date-times lose their zone: the connection that takes them is set to UTC.
        columns: of the table, stored ones included.

    Raises:
        TargetError: as `batch_table`.
    """
    rows = batch_table(batch, columns, flat=True)
    replaced = 0
    for place, column in enumerate(columns):
        if column.kind == "timestamptz" and not column.many:
            # In UTC without saying so: Arrow's CSV looks up the zone for each one, which takes ten times as long.
            rows = rows.set_column(place, column.name, rows.column(place).cast(pa.timestamp("us")))
    for place, column in enumerate(columns):
        if flat_column(column).kind == "json":
            texts = rows.column(place).to_pylist()
            if any(text is not None and "\\u0000" in text for text in texts):
                fixed = [(None, 0) if text is None else _NUL.subn("\\1\ufffd", text) for text in texts]
                replaced += sum(number for _, number in fixed)
                rows = rows.set_column(place, column.name, pa.array([text for text, _ in fixed], pa.string()))
    buffer = io.BytesIO()
    pc.write_csv(rows, buffer, pc.WriteOptions(include_header=False))
    text = buffer.getvalue()
    if number := text.count(b"\0"):
        return text.replace(b"\0", "\ufffd".encode()), replaced + number
    return text, replaced
