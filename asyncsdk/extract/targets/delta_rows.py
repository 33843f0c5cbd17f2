"""The commits that change rows of a Delta table: a batch merged by id, and rows marked as vanished."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable
from deltalake.table import TableMerger

from ..._codec.arrow.columns import RAW
from ..._codec.arrow.tables import TIMESTAMP
from ..target import Live, Written
from .delta_table import StateTable

__all__ = ["live", "marking", "merging", "written_by"]

T = TypeVar("T")
Commit: TypeAlias = Callable[[DeltaTable, CommitProperties], T]


def merging(source: pa.Table, *, kept: frozenset[str], raw: bool) -> Commit[Written]:
    """Writes the rows that are new or differ.

    Args:
        source: the batch, each id once.
        kept: columns it has no values for: they decide nothing, and stay as they are.
        raw: whether it has the JSON text of its rows. Where it has none that text decides nothing, and a row that is
            written loses the older one.
    """
    given = [name for name in source.column_names if name not in kept]
    compared = [name for name in given if name != "id" and (raw or name != RAW.name)]
    # Without brackets round each term OR binds tighter than IS DISTINCT FROM.
    differs = " OR ".join(f"(t.{_named(name)} IS DISTINCT FROM s.{_named(name)})" for name in compared)
    put = {_named(name): f"s.{_named(name)}" for name in given}

    def apply(table: DeltaTable, properties: CommitProperties) -> Written:
        merger = _merger(table, source.select(given), properties)
        return written_by(merger.when_matched_update(put, predicate=differs).when_not_matched_insert(put).execute())

    return apply


def live(table: StateTable, where: str, *, times: bool) -> Live:
    """The rows that a condition lets pass, by their ids; `times`: and when each was updated."""
    if not times:
        return Live(array("q", cast("list[int]", table.ids(where).sort().to_pylist())))
    rows = table.query(f'SELECT "id", "updated_at" FROM t WHERE {where}').read_all().sort_by("id")  # noqa: S608  # no values
    moments = rows.column("updated_at").cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64()).to_pylist()
    seconds = (-1 if moment is None else moment for moment in moments)
    return Live(array("q", cast("list[int]", rows.column("id").to_pylist())), array("q", seconds))


def marking(ids: pa.Array[pa.Int64Scalar], at: datetime) -> Commit[None]:
    """Sets `_vanished_at` of rows."""
    source = pa.table({"id": ids, "_vanished_at": pa.repeat(pa.scalar(at, TIMESTAMP), len(ids))})

    def apply(table: DeltaTable, properties: CommitProperties) -> None:
        _merger(table, source, properties).when_matched_update({'"_vanished_at"': 's."_vanished_at"'}).execute()

    return apply


def written_by(metrics: Mapping[str, object]) -> Written:
    """What a MERGE came to, from what it or the log tells."""
    return Written(*(int(str(metrics.get(f"num_target_rows_{kind}", 0))) for kind in ("inserted", "updated")))


def _merger(table: DeltaTable, source: pa.Table, properties: CommitProperties) -> TableMerger:
    """Joins by id. The bounds spare the files that hold none of the ids."""
    ids = source.column("id")
    least, most = cast("int", pc.min(ids).as_py()), cast("int", pc.max(ids).as_py())
    return table.merge(
        source,
        f't."id" = s."id" AND t."id" BETWEEN {least} AND {most}',
        source_alias="s",
        target_alias="t",
        commit_properties=properties,
    )


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
