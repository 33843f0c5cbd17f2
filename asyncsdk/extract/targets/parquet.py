"""Parquet files: columns with real types, nested values as lists and structs."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ..arrow import batch_table, schema_of
from ..columns import Column
from ..target import Batch
from .formats import Index, Pick
from .pieces import picked, reshaped

__all__ = ["Parquet"]

PIECE: Final = 50_000
"""Rows that a copy reads at a time, and that it puts in a row group at least."""


class Parquet:
    """The format of `parquet:DIR`."""

    suffix = ".parquet"

    def write(self, path: Path, columns: tuple[Column, ...], batch: Batch) -> None:
        """See `Format.write`."""
        pq.write_table(batch_table(batch, columns), path, **_settings(columns))

    def index(self, path: Path, columns: tuple[Column, ...]) -> Iterator[Index]:
        """See `Format.index`."""
        names = [c.name for c in columns if c.name in ("id", "_seen_at", "_vanished_at", "deleted_at")]
        return map(Index.of, _pieces(path, names))

    def copy(
        self, picks: Sequence[Pick], path: Path, columns: tuple[Column, ...], vanished_at: datetime | None
    ) -> Generator[None]:
        """See `Format.copy`."""
        schema = schema_of(columns)
        with pq.ParquetWriter(path, schema, **_settings(columns)) as writer:
            kept = (
                reshaped(piece, schema) for pick in picks for piece in picked(_pieces(pick.source), pick, vanished_at)
            )
            for group in _groups(kept):
                writer.write_table(group)
                yield


def _settings(columns: tuple[Column, ...]) -> dict[str, Any]:
    # Numbers and times get smaller, and faster, by zstd alone than with a dictionary before it.
    repeating = [column.name for column in columns if column.kind == "text" and not column.many]
    return {"compression": "zstd", "use_dictionary": repeating}


def _pieces(path: Path, only: list[str] | None = None) -> Iterator[pa.Table]:
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:  # or all of the file is in memory
        # What an older file lacks is left out.
        for batch in file.iter_batches(PIECE, columns=only):
            yield pa.Table.from_batches([batch])


def _groups(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Pieces put together: small row groups are slow to read."""
    group: list[pa.Table] = []
    for piece in pieces:
        group.append(piece)
        if sum(each.num_rows for each in group) >= PIECE:
            yield pa.concat_tables(group)
            group = []
    if group:
        yield pa.concat_tables(group)
