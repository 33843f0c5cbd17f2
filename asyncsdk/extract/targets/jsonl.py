"""JSON lines: one row a line by wire name, nested values as they are, date-times in UTC with `Z`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, cast

import msgspec
import pyarrow as pa

from ..arrow import TIMESTAMP, plain_values
from ..columns import RAW, SEEN_AT, Column
from ..target import Batch
from .formats import Index, Pick

__all__ = ["JsonLines"]

PIECE: Final = 10_000
"""Lines that are held in memory."""


class JsonLines:
    """The format of `jsonl:DIR`."""

    suffix = ".jsonl"

    def write(self, path: Path, columns: tuple[Column, ...], batch: Batch) -> None:
        """See `Format.write`."""
        names = [column.name for column in columns]
        values = [_values(batch, column) for column in columns]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
        path.write_bytes(msgspec.json.Encoder().encode_lines(rows))

    def index(self, path: Path, columns: tuple[Column, ...]) -> Iterator[Index]:
        """See `Format.index`."""
        decode = msgspec.json.Decoder(_Line).decode
        with path.open("rb") as lines:
            while rows := [decode(line) for line in islice(lines, PIECE)]:
                yield Index(
                    pa.array([row.id for row in rows], pa.int64()),
                    pa.array([row.seen_at for row in rows], TIMESTAMP),
                    pa.array([row.vanished_at is None and row.deleted_at is None for row in rows], pa.bool_()),
                )

    def copy(
        self, picks: Sequence[Pick], path: Path, columns: tuple[Column, ...], vanished_at: dt.datetime | None
    ) -> Generator[None]:
        """See `Format.copy`."""
        blank: dict[str, object] = dict.fromkeys(column.name for column in columns)
        decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        encode = msgspec.json.Encoder().encode
        with path.open("wb") as file:
            for pick in picks:
                as_it_is = False
                for place, (line, marked) in enumerate(_lines(pick)):
                    if place % PIECE == 0:
                        yield
                    if place == 0:
                        # All lines of a file have the same keys: those of the table when it was written.
                        as_it_is = list(decode(line)) == list(blank)
                    if as_it_is and not marked:
                        file.write(line)
                        continue
                    row: dict[str, object] = {**blank, **decode(line)}
                    if marked:
                        row["_vanished_at"] = vanished_at
                    file.write(encode(row))
                    file.write(b"\n")


class _Line(msgspec.Struct, frozen=True, gc=False):
    """The keys of a line that decide what becomes of its row; the others are skipped."""

    id: int
    seen_at: dt.datetime = msgspec.field(name="_seen_at")
    vanished_at: dt.datetime | None = msgspec.field(name="_vanished_at", default=None)
    deleted_at: str | None = None


def _lines(pick: Pick) -> Iterator[tuple[bytes, bool]]:
    keep = None if pick.keep is None else pick.keep.to_pylist()
    mark = None if pick.mark is None else pick.mark.to_pylist()
    with pick.source.open("rb") as lines:
        for place, line in enumerate(lines):
            if keep is None or keep[place]:
                yield line, mark is not None and bool(mark[place])


def _values(batch: Batch, column: Column) -> Sequence[object]:
    if column == SEEN_AT:
        return [batch.seen_at] * len(batch.rows)
    if column == RAW and batch.raw is not None:
        return [msgspec.Raw(_on_one_line(text)) for text in batch.raw]
    values = plain_values(batch.rows, column)
    return [_utc(cast("dt.datetime | None", value)) for value in values] if column.kind == "timestamptz" else values


def _utc(value: dt.datetime | None) -> dt.datetime | None:
    if value is not None and value.tzinfo is not dt.UTC:
        # The first and the last hours of the calendar are outside it in UTC: they keep their offset.
        with suppress(OverflowError):
            return value.astimezone(dt.UTC)
    return value


def _on_one_line(text: bytes) -> bytes:
    return msgspec.json.format(text, indent=-1) if b"\n" in text or b"\r" in text else text
