"""The live rows of a table in a DuckDB file by their ids: read in order, and marked where they are gone."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pyarrow as pa

from ..target import Live, Table
from .duckdb_store import DuckDBStore
from .sql import live_rows

__all__ = ["live", "mark_gone"]

_GONE = "_asyncsdk_gone"


def live(store: DuckDBStore, table: Table, *, times: bool) -> Live:
    """See `Target.live`."""
    columns, name = store.columns(table), store.names.table(table.name)
    second = "coalesce(epoch_us(updated_at) // 1000000, -1)" if "updated_at" in columns else "-1"
    asked = f"id, {second} AS moment" if times else "id"
    with store.file.failing():
        rows = store.file.arrow(f"SELECT {asked} FROM {name} WHERE {live_rows(columns)} ORDER BY id")
    return Live(_numbers(rows["id"]), _numbers(rows["moment"]) if times else array("q"))


def _numbers(column: pa.ChunkedArray[pa.Int64Scalar]) -> array[int]:
    """A column of whole numbers none of which is missing."""
    numbers = array("q")
    for chunk in column.chunks:
        content = chunk.buffers()[1]
        if content is not None:
            numbers.frombytes(memoryview(content).cast("B")[8 * chunk.offset : 8 * (chunk.offset + len(chunk))])
    return numbers


def mark_gone(store: DuckDBStore, table: Table, ids: Sequence[int], at: datetime) -> int:
    """See `Target.mark_gone`."""
    with store.file.failing():
        return store.file.roomy(partial(_mark_gone, store, table, ids, at))


def _mark_gone(store: DuckDBStore, table: Table, ids: Sequence[int], at: datetime) -> int:
    gone = f"{live_rows(store.columns(table))} AND id IN (SELECT id FROM {_GONE})"
    with store.file.transaction(), store.file.view(_GONE, pa.table({"id": pa.array(ids, pa.int64())})):
        marked = store.file.number(f"UPDATE {store.names.table(table.name)} SET _vanished_at = ? WHERE {gone}", [at])
        if marked:
            store.touch(table)
    return marked
