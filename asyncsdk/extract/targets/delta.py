"""Delta tables: `delta:DIR` or `delta:s3://bucket/prefix`, one a list. Rows are merged by id, bounded by their ids."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final, cast

import attrs
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, write_deltalake

from ..._codec.arrow.columns import RAW, Column, stored_columns
from ..target import (
    Batch,
    Contents,
    Live,
    Owner,
    RunLine,
    Shrink,
    Table,
    TargetError,
    TargetRefused,
    TargetStopped,
    Written,
    shrinks_too_much,
)
from .batches import batch_table
from .delta_rows import live, marking, merging, written_by
from .delta_schema import fit_schema, schema_of_columns
from .delta_seen import SeenIds
from .delta_table import Remembered, StateTable, failing
from .locks import FileLock
from .sql import LAYOUT, Names, check_names, check_owner, live_rows, run_values, runs_columns

__all__ = ["DeltaTarget"]

_OPTIONS: Final = {
    # What is committed by renaming without a look at what is there loses commits.
    "AWS_S3_ALLOW_UNSAFE_RENAME": "false",
    "connect_timeout": "10s",
    "timeout": "60s",
    "max_retries": "5",
    "retry_timeout": "60s",
}
"""For the store; what else it needs (keys, region, endpoint) it takes from the environment."""


class DeltaTarget:
    """A folder or bucket with a Delta table per list. See `Target` for what its methods promise.

    Two runs at once: in a folder the second is refused; in a bucket the one whose commit comes second fails with it.
    There is no view of live rows: readers ask for those with neither `_vanished_at` nor `deleted_at`.

    Args:
        root: the folder, or `s3://bucket/prefix`.
        prefix: of the tables' names.
    """

    def __init__(self, root: str, prefix: str = "") -> None:
        self._remote = root.startswith("s3://")
        self._root = root.rstrip("/") if self._remote else str(Path(root).expanduser())
        self._names = Names("", prefix)
        self._options = dict(_OPTIONS) if self._remote else {}
        self._lock: FileLock | None = None
        self._tables: dict[str, StateTable] = {}
        self._seen: dict[str, SeenIds] = {}
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._runs: StateTable | None = None
        self._lost: dict[str, str] = {}
        self._owned_by: dict[str, str] = {}
        self._stopped = False

    def __repr__(self) -> str:
        return f"DeltaTarget(root={self._root!r}, prefix={self._names.prefix!r})"

    # --- opening and closing --------------------------------------------------------------------------------------

    def peek(self, table: Table, key: str) -> bytes | None:
        """See `Target.peek`."""
        with suppress(TargetError), failing():
            found = self._at(table.name)
            return found.remembered.state(key) if found.load() else None
        return None

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        try:
            check_names(self._names, tables, (), self._root)
            self._owned_by = {
                "asyncsdk.layout": str(LAYOUT),
                "asyncsdk.base_url": owner.base_url,
                "asyncsdk.company": owner.company,
            }
            with failing():
                self._take_lock()
                runs = self._at("_asyncsdk_runs")
                self._owned(runs, owner, schema_of_columns(runs_columns()))
                self._runs = runs
                for table in tables:
                    self._check()
                    self._make(table, owner)
        except TargetStopped:
            self.close()
            raise
        except TargetError as error:
            self.close()
            raise TargetRefused(str(error)) from None

    def stop(self, *, writes: bool = False) -> None:
        """See `Target.stop`: what the engine has begun it ends; nothing long is begun any more."""
        self._stopped = True

    def lost(self) -> bool:
        """See `Target.lost`: there is no connection between two commits."""
        return False

    def close(self) -> None:
        """See `Target.close`."""
        self._runs = None
        if self._lock is not None:
            with suppress(OSError):
                self._lock.release()
            self._lock = None

    def _take_lock(self) -> None:
        if self._remote:
            return
        hidden = Path(self._root) / ".asyncsdk"
        try:
            hidden.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(hidden / f"{self._names.prefix}lock", self._root)
        except OSError as error:
            raise TargetRefused(
                f"{self._root} cannot be written ({error.strerror}); give a folder that can, or change its rights"
            ) from None

    def _make(self, table: Table, owner: Owner) -> None:
        """Makes or widens a table."""
        made = self._at(table.name)
        asked = stored_columns(table.columns, raw=table.raw)
        self._owned(made, owner, schema_of_columns(asked))
        if "_vanished_at" not in made.schema.names:
            raise TargetRefused(f"{made.where} is there, and asyncsdk has not made it; give this run another --prefix")
        keeps_raw = RAW.name in made.schema.names and RAW.name not in table.without
        self._columns[table.name] = columns = stored_columns(table.columns, raw=table.raw or keeps_raw)
        change = fit_schema(table.name, made.schema, schema_of_columns(columns), table.without)
        if change.adds:
            empty = change.schema.empty_table()
            made.commit(
                lambda delta, properties: write_deltalake(
                    delta, empty, mode="append", schema_mode="merge", commit_properties=properties
                ),
                made.remembered,
            )
        if change.rewrites:
            self._check()
            made.rewrite(change.schema)
            if table.without:
                made.erase_history()
        if made.lost:
            told = "somebody's clean-up of the Delta log has removed what was remembered of it"
            self._lost[table.name] = f"{told}, so the list is read whole"
        elif (contents := Contents(made.table.count(), made.remembered.rows)).lost:
            told = f"{contents.rows} of {contents.committed} rows were there: somebody removed or emptied the table"
            self._lost[table.name] = f"{told}, so the list is read whole"
            made.remembered = attrs.evolve(made.remembered, states={})
        self._tables[table.name] = made

    def _owned(self, table: StateTable, owner: Owner, schema: pa.Schema) -> None:
        """Opens a table that is this owner's, or makes it."""
        if not table.make(schema, self._owned_by):
            return
        found = table.properties
        if "asyncsdk.company" not in found:
            raise TargetRefused(f"{table.where} is there, and asyncsdk has not made it; give this run another --prefix")
        layout = int(found.get("asyncsdk.layout", "0"))
        check_owner((layout, found.get("asyncsdk.base_url"), found["asyncsdk.company"]), owner, self._root)

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, table: Table, key: str) -> bytes | None:
        """See `Target.state`."""
        self._check_open()
        made = self._tables.get(table.name)
        return None if made is None else made.remembered.state(key)

    def contents(self, table: Table) -> Contents:
        """See `Target.contents`."""
        made = self._made(table)
        with failing():
            return Contents(made.table.count(), made.remembered.rows)

    def save(self, table: Table, key: str, state: bytes) -> None:
        """See `Target.save`."""
        made = self._made(table)
        with failing():
            made.commit(_nothing, _counted(made).saved(key, state))

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        """See `Target.write`."""
        made = self._made(table)
        with failing():
            if batch.whole is not None:
                ids = chain((cast("int", row.id) for row in batch.rows), batch.spared)  # type: ignore[attr-defined]  # each has one
                self._seen_by(table).put(batch.whole, ids)  # before the rows: what was met was met
            if not batch.rows:
                made.commit(_nothing, _counted(made).saved(key, state))
                return Written()
            source = _cast(batch_table(batch, self._columns[table.name]), made.schema)
            merge = merging(source, kept=batch.kept, raw=batch.raw is not None)
            did = made.commit(merge, _counted(made).saved(key, state))
            return did or written_by(made.last_metrics())

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        """See `Target.mark_vanished`."""
        made = self._made(table)
        with failing():
            self._check()
            made.refresh()
            live = made.ids(live_rows(made.schema.names))
            self._check()
            gone = live.filter(pc.invert(pc.is_in(live, value_set=self._seen_by(table).met(whole))))
            self._check()
            marked = allow_shrink or not shrinks_too_much(len(live), len(gone))
            if marked and len(gone):
                made.commit(marking(gone, at), made.remembered)
            return Shrink(len(live), len(gone), marked=marked)

    def live(self, table: Table, *, times: bool) -> Live:
        """See `Target.live`."""
        made = self._made(table)
        with failing():
            return live(made, live_rows(made.schema.names), times=times and "updated_at" in made.schema.names)

    def mark_gone(self, table: Table, ids: Sequence[int], at: datetime) -> int:
        """See `Target.mark_gone`."""
        made = self._made(table)
        with failing():
            gone = made.ids(f'({live_rows(made.schema.names)}) AND "id" IN ({", ".join(map(str, ids))})')
            if len(gone):
                made.commit(marking(gone, at), made.remembered)
            return len(gone)

    def finish(self, table: Table) -> None:
        """See `Target.finish`. Small files are put together where there are many."""
        made = self._made(table)
        self._check()
        with failing():
            self._seen_by(table).forget()
            self._check()
            made.compact()

    def drop(self, table: Table) -> None:
        """See `Target.drop`."""
        self._check_open()
        with failing():
            for name in (table.name, f"_asyncsdk_seen_{table.name}"):
                found = self._at(name)
                if found.load():
                    if "asyncsdk.company" not in found.properties:
                        raise TargetError(f"{found.where} is there, and asyncsdk has not made it; it cannot be removed")
                    self._remove(found.where)
        for known in (self._tables, self._seen, self._columns, self._lost):
            known.pop(table.name, None)
        self.rejects_path(table).unlink(missing_ok=True)

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        runs = self._check_open()
        schema = schema_of_columns(runs_columns())
        values = [[value] for value in run_values(line)]
        row = pa.Table.from_arrays(
            [pa.array(value, field.type) for value, field in zip(values, schema, strict=True)], schema=schema
        )
        with failing():
            runs.add(row)

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`."""
        told = self._lost.get(table.name)
        return () if told is None else (f"{table.name}: {told}",)

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`: in the hidden folder; for a bucket in the working directory."""
        name = f"{self._names.bare(table.name)}.rejects"
        return Path(name) if self._remote else Path(self._root) / ".asyncsdk" / name

    # --- places ---------------------------------------------------------------------------------------------------

    def _uri(self, name: str) -> str:
        bare = self._names.prefix + name
        return f"{self._root}/{bare}" if self._remote else str(Path(self._root) / bare)

    def _at(self, name: str) -> StateTable:
        return StateTable(self._uri(name), self._options)

    def _seen_by(self, table: Table) -> SeenIds:
        if table.name not in self._seen:
            self._seen[table.name] = SeenIds(self._at(f"_asyncsdk_seen_{table.name}"), self._owned_by)
        return self._seen[table.name]

    def _remove(self, uri: str) -> None:
        if not self._remote:
            shutil.rmtree(uri, ignore_errors=True)
            return
        from deltalake.fs import DeltaStorageHandler
        from pyarrow.fs import FileSelector, FileType, PyFileSystem

        store = PyFileSystem(DeltaStorageHandler(uri, self._options))
        found = store.get_file_info(FileSelector("", recursive=True))
        # The log last: a removal that was interrupted leaves a table that the next one knows for ours.
        files = [each.path for each in found if each.type == FileType.File]
        for path in sorted(files, key=lambda path: ("_delta_log" in path, path)):
            store.delete_file(path)

    def _made(self, table: Table) -> StateTable:
        self._check_open()
        return self._tables[table.name]

    def _check_open(self) -> StateTable:
        if self._runs is None:
            raise TargetError("Delta: the target is not open")
        return self._runs

    def _check(self) -> None:
        if self._stopped:
            raise TargetStopped("the run was stopped; the next one makes up for it")


def _nothing(_table: DeltaTable, _properties: CommitProperties) -> None:
    """A commit that carries the state alone."""


def _counted(table: StateTable) -> Remembered:
    """What a table remembers, with how many rows it has before the commit that says so. A run takes none away."""
    return attrs.evolve(table.remembered, rows=table.table.count())


def _cast(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows in the types of the table, which may be wider than theirs."""
    return rows.cast(pa.schema([schema.field(name) for name in rows.column_names]))
