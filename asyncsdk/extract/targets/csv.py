"""CSV files: UTF-8, a header, text in quotes, empty for null and `""` for empty text; nested values as JSON text."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc

from ..arrow import TIMESTAMP, batch_table, flat_column, schema_of, type_of
from ..columns import Column
from ..target import Batch
from .formats import Index, Pick
from .pieces import picked, reshaped

__all__ = ["Csv"]


class Csv:
    """The format of `csv:DIR`."""

    suffix = ".csv"

    def write(self, path: Path, columns: tuple[Column, ...], batch: Batch) -> None:
        """See `Format.write`."""
        pc.write_csv(_spelt(batch_table(batch, columns, flat=True)), path)

    def index(self, path: Path, columns: tuple[Column, ...]) -> Iterator[Index]:
        """See `Format.index`."""
        names = [c for c in columns if c.name in ("id", "_seen_at", "_vanished_at", "deleted_at")]
        return map(Index.of, _pieces(path, columns, names))

    def copy(
        self, picks: Sequence[Pick], path: Path, columns: tuple[Column, ...], vanished_at: datetime | None
    ) -> Generator[None]:
        """See `Format.copy`."""
        schema = schema_of(map(flat_column, columns))
        with pc.CSVWriter(path, _spelt(schema.empty_table()).schema) as writer:
            for pick in picks:
                for piece in picked(_pieces(pick.source, columns), pick, vanished_at):
                    writer.write_table(_spelt(reshaped(piece, schema)))
                    yield


_joined: Any = compute.binary_join_element_wise  # its stub knows nothing of scalars


def _spelt(table: pa.Table) -> pa.Table:
    """Date-times as text: Arrow's CSV looks up the time zone for each one, which takes ten times as long."""
    for place, field in enumerate(table.schema):
        if field.type == TIMESTAMP:
            plain = table.column(place).cast(pa.timestamp("us")).cast(pa.string())
            table = table.set_column(place, field.name, _joined(plain, "Z", ""))
    return table


def _pieces(path: Path, columns: Sequence[Column], only: Sequence[Column] | None = None) -> Iterator[pa.Table]:
    """A file in pieces, exactly as it was written: nothing is guessed from the text."""
    reader = pc.open_csv(
        path,
        # One thread: pieces come in the order of the file either way, and memory stays bounded.
        read_options=pc.ReadOptions(use_threads=False, block_size=1 << 20),
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(
            column_types={column.name: type_of(flat_column(column)) for column in columns},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            include_columns=None if only is None else [column.name for column in only],
            include_missing_columns=True,
        ),
    )
    with reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])
