"""What whole passes over one list met that are not over: a Delta table of its own, which nobody else reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from ..._codec.arrow.tables import TIMESTAMP
from .delta_table import StateTable, appending
from .runs_of_ids import ids_of, runs_of

__all__ = ["SeenIds"]

_SCHEMA: Final = pa.schema([("began", TIMESTAMP), ("first", pa.int64()), ("last", pa.int64())])


class SeenIds:
    """The ids that the whole pass at hand has met, as runs.

    Args:
        table: where they are; made when there are some.
        properties: of that table.
    """

    def __init__(self, table: StateTable, properties: Mapping[str, str]) -> None:
        self._properties = dict(properties)
        self._table = table
        self._loaded: bool | None = None
        self._of: datetime | None = None

    def put(self, began: datetime, ids: Iterable[int]) -> None:
        """Stores ids as met by the pass that began then. Those of an earlier pass go."""
        if not self._load():
            self._table.create(_SCHEMA, self._properties)
            self._loaded = True
        firsts, lasts = runs_of(ids)
        of = pa.repeat(pa.scalar(began, TIMESTAMP), len(firsts))
        rows = pa.table({"began": of, "first": firsts, "last": lasts}, schema=_SCHEMA)
        mode: Literal["append", "overwrite"] = "append" if self._of in {None, began} else "overwrite"
        self._table.commit(appending(rows, mode), self._table.remembered)
        self._of = began

    def met(self, began: datetime) -> pa.Array[pa.Int64Scalar]:
        """The ids that the pass met which began then."""
        if not self._load() or self._of != began:
            return pa.array([], pa.int64())
        runs = self._table.query('SELECT "began", "first", "last" FROM t').read_all()
        runs = runs.filter(pc.equal(runs.column("began"), pa.scalar(began, TIMESTAMP)))
        firsts, lasts = (cast("list[int]", runs.column(name).to_pylist()) for name in ("first", "last"))
        return ids_of(firsts, lasts)

    def forget(self) -> None:
        """Removes them, once the pass is over."""
        if not self._load() or self._of is None:
            return
        self._table.commit(appending(_SCHEMA.empty_table(), "overwrite"), self._table.remembered)
        # Nobody else reads it, so nothing has to be kept for a reader who has begun.
        self._table.table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        self._of = None

    def _load(self) -> bool:
        """Whether the table is there; looked at once."""
        if self._loaded is None:
            self._loaded = self._table.load()
            if self._loaded:
                latest = self._table.query('SELECT max("began") AS latest FROM t').read_all().column(0).to_pylist()
                self._of = cast("datetime | None", latest[0] if latest else None)
        return self._loaded
