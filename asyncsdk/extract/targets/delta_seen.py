"""What whole passes over one list met that are not over: a Delta table of its own, which nobody else reads.

Ids are only added, each with its pass. In a bucket two runs may be at it, until one of them loses the race for the
rows: what it had put here must neither end the other one nor take anything from what the pass of that one has met,
since rows that a pass has not met are taken for vanished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from ..._codec.arrow.tables import TIMESTAMP
from ..target import TargetError
from .delta_table import StateTable, appending
from .runs_of_ids import ids_of, runs_of

__all__ = ["SeenIds"]

_SCHEMA: Final = pa.schema([("began", TIMESTAMP), ("first", pa.int64()), ("last", pa.int64())])


class SeenIds:
    """The ids that whole passes have met, as runs.

    Args:
        table: where they are; made when there are some.
        properties: of that table.
    """

    def __init__(self, table: StateTable, properties: Mapping[str, str]) -> None:
        self._properties = dict(properties)
        self._table = table
        self._loaded: bool | None = None
        self._empty = True

    def put(self, began: datetime, ids: Iterable[int]) -> None:
        """Stores ids as met by the pass that began then."""
        if not self._load():
            self._table.make(_SCHEMA, self._properties)
            self._loaded = True
        firsts, lasts = runs_of(ids)
        of = pa.repeat(pa.scalar(began, TIMESTAMP), len(firsts))
        rows = pa.table({"began": of, "first": firsts, "last": lasts}, schema=_SCHEMA)
        self._table.add(rows)
        self._empty = False

    def met(self, began: datetime) -> pa.Array[pa.Int64Scalar]:
        """The ids that the pass met which began then."""
        if not self._load():
            return pa.array([], pa.int64())
        runs = self._table.query('SELECT "began", "first", "last" FROM t').read_all()
        runs = runs.filter(pc.equal(runs.column("began"), pa.scalar(began, TIMESTAMP)))
        firsts, lasts = (cast("list[int]", runs.column(name).to_pylist()) for name in ("first", "last"))
        return ids_of(firsts, lasts)

    def forget(self) -> None:
        """Removes them, those of passes that nobody goes on with among them, once a pass is over."""
        if not self._load() or self._empty:
            return
        try:
            self._table.commit(appending(_SCHEMA.empty_table(), "overwrite"), self._table.remembered)
        except TargetError:
            if not self._table.overtaken:
                raise
            return  # another run has begun a pass: all of it goes when that is over
        # Nobody else reads it, so nothing has to be kept for a reader who has begun.
        self._table.table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        self._empty = True

    def _load(self) -> bool:
        """Whether the table is there; looked at once."""
        if self._loaded is None:
            self._loaded = self._table.load()
            if self._loaded:
                self._empty = not self._table.table.count()
        return self._loaded
