"""Rows, states and what passes met, in a DuckDB file: what `duckdb:FILE` shows, and what folders are published from."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import cast

import pyarrow as pa

from ..._arrow.columns import Column, stored_columns
from ..._limits import clock
from ..target import (
    STATES_KEPT,
    Batch,
    Contents,
    Owner,
    RunLine,
    Shrink,
    Table,
    Written,
    shrinks_too_much,
)
from .batches import batch_table
from .duckdb_file import DuckDBFile, Row, read_once
from .duckdb_tables import FoundColumn, commenting, fitting, live_view, type_of
from .sql import LAYOUT, Names, check_foreign, check_names, check_owner, live_rows, quoted, run_values, runs_columns

__all__ = ["DuckDBStore", "peek"]

_BATCH, _SPARED, _CHANGED = "_asyncsdk_batch", "_asyncsdk_spared", "_asyncsdk_changed"

_id_of = cast("attrgetter[int]", attrgetter("id"))


class DuckDBStore:
    """The tables of one schema of a file, and what runs remember of them. Every method is one transaction.

    Args:
        path: of the file, which nobody else uses.
        schema, prefix: of the tables.
        shown: whether people read the file: its tables get keys, comments and views.

    Raises:
        duckdb.Error: the file cannot be opened.
    """

    def __init__(self, path: Path, schema: str, prefix: str, *, shown: bool) -> None:
        self.file: DuckDBFile = DuckDBFile(path)
        self.names: Names = Names(schema, prefix, self.file.database)
        self._shown = shown
        self._contents: dict[str, Contents] = {}
        self._columns: dict[str, dict[str, FoundColumn]] = {}
        self._passes: dict[str, datetime] = {}

    # --- opening --------------------------------------------------------------------------------------------------

    def prepare(self, owner: Owner, tables: Sequence[Table], where: str) -> None:
        """Checks whose rows these are, and makes or widens the tables.

        States of a table from which rows were taken are forgotten.

        Args:
            owner, tables: as for `Target.open`.
            where: what the target is called in messages.

        Raises:
            TargetRefused: as `Target.open`.
        """
        with self.file.stoppable.long():
            self.file.roomy(partial(self._prepare, owner, tables, where))

    def _prepare(self, owner: Owner, tables: Sequence[Table], where: str) -> None:
        with self.file.transaction():
            self._claim(owner, where)
            check_names(self.names, tables, self._all_names(), where)
            for table in tables:
                self._count(table, changed=self._make(table))

    def _claim(self, owner: Owner, where: str) -> None:
        names, rows = self.names, self.file.rows
        # Looked at first: nothing is changed in a file that is refused.
        there = self._found("_asyncsdk_owner")
        found = next(iter(rows(f"SELECT layout, base_url, company FROM {names.owner}")), None) if there else None
        check_owner(found, owner, where)
        rows(f"CREATE SCHEMA IF NOT EXISTS {names.qualified_schema}")
        rows(f"USE {names.qualified_schema}")
        moment, runs = "TIMESTAMP WITH TIME ZONE", [f"{quoted(each.name)} {type_of(each)}" for each in runs_columns()]
        for name, columns in (
            (names.owner, ["layout BIGINT", "base_url VARCHAR", "company VARCHAR"]),
            (names.state, ['"table" VARCHAR', "key VARCHAR", "state JSON", f"saved_at {moment}"]),
            (names.tables, ['"table" VARCHAR', '"rows" BIGINT', "version BIGINT"]),
            (names.seen, ['"table" VARCHAR', f"began {moment}", "id BIGINT"]),
            (names.runs, runs),
        ):
            rows(f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)})")
        if found is None:
            rows(f"INSERT INTO {names.owner} VALUES (?, ?, ?)", [LAYOUT, owner.base_url, owner.company])

    def _make(self, table: Table) -> bool:
        """Makes or widens a table, its view and its comments; returns whether the table itself was changed."""
        changes = fitting(self.names, table, self._found(table.name), keyed=self._shown, spelt=self._spelt)
        for statement in changes:
            self.file.rows(statement)
        found = self._columns[table.name] = self._found(table.name)
        if self._shown:
            self.file.rows(live_view(self.names, table, found))
            for statement in commenting(self.names, table, found, self._said(table)):
                self.file.rows(statement)
        return bool(changes)

    def _count(self, table: Table, *, changed: bool) -> None:
        """Compares what a table holds with what the last commit left there."""
        there = self.file.number(f"SELECT count(*) FROM {self.names.table(table.name)}")
        noted = self.file.rows(f'SELECT "rows" FROM {self.names.tables} WHERE "table" = ?', [table.name])
        contents = Contents(there, noted[0][0] if noted else None)
        self._contents[table.name] = contents
        if contents.lost:
            self.file.rows(f'DELETE FROM {self.names.state} WHERE "table" = ?', [table.name])
            self.file.rows(f'DELETE FROM {self.names.seen} WHERE "table" = ?', [table.name])
        if noted and (changed or contents.lost):
            self.touch(table)

    def _found(self, table: str) -> dict[str, FoundColumn]:
        """The columns of a table; none where it does not exist."""
        rows = self.file.rows(
            "SELECT column_name, data_type, comment FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index",
            [self.names.schema, self.names.bare(table)],
        )
        return {name: FoundColumn(type_, comment) for name, type_, comment in rows}

    def _said(self, table: Table) -> str | None:
        rows = self.file.rows(
            "SELECT comment FROM duckdb_tables() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ?",
            [self.names.schema, self.names.bare(table.name)],
        )
        return cast("str | None", rows[0][0]) if rows else None

    def _all_names(self) -> list[str]:
        rows = self.file.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() "
            "AND table_schema = ?",
            [self.names.schema],
        )
        return [name for (name,) in rows]

    def _spelt(self, type_: str) -> str:
        return str(self.file.first(f"SELECT typeof(CAST(NULL AS {type_}))")[0])

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, key: str) -> bytes | None:
        """See `Target.state`."""
        with self.file.failing():
            rows = self.file.rows(f"SELECT state FROM {self.names.state} WHERE key = ?", [key])
        return str(rows[0][0]).encode() if rows else None

    def contents(self, table: Table) -> Contents:
        """See `Target.contents`: as it was when the target was opened."""
        return self._contents[table.name]

    def save(self, table: Table, key: str, state: bytes) -> None:
        """See `Target.save`."""
        with self.file.failing(), self.file.transaction():
            self._put_state(table, key, state)
            own = f'{self.names.state} WHERE "table" = $table'
            newest = f"SELECT key FROM {own} ORDER BY saved_at DESC, key = $key DESC LIMIT {STATES_KEPT}"
            self.file.rows(f"DELETE FROM {own} AND key NOT IN ({newest})", {"table": table.name, "key": key})

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        """See `Target.write`."""
        with self.file.failing():
            return self.file.roomy(partial(self._write, table, batch, key, state))

    def _write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        with self.file.transaction():
            written = self._upsert(table, batch) if batch.rows else Written()
            if batch.whole is not None:
                self._note_met(table, batch, batch.whole)
            self._put_state(table, key, state)
        return written

    def _upsert(self, table: Table, batch: Batch) -> Written:
        found = self._columns[table.name]
        stored = stored_columns(table.columns, raw=batch.raw is not None and "_raw" in found)
        given = tuple(column for column in stored if column.name not in {*batch.kept, "_vanished_at"})
        name = self.names.table(table.name)
        listed = ", ".join(map(quoted, found))
        with self.file.view(_BATCH, batch_table(batch, given)):
            number = self.file.number(_changes(name, found, given, batch))
        old = 0
        if number:
            old = self.file.number(f"DELETE FROM {name} WHERE id IN (SELECT id FROM {_CHANGED} WHERE _asyncsdk_old)")
            self.file.rows(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {_CHANGED}")
            self.touch(table)
        self.file.rows(f"DROP TABLE {_CHANGED}")
        return Written(number - old, old)

    def _note_met(self, table: Table, batch: Batch, whole: datetime) -> None:
        if self._passes.get(table.name) != whole:
            self.file.rows(f'DELETE FROM {self.names.seen} WHERE "table" = ? AND began <> ?', [table.name, whole])
        ids = pa.table({"id": pa.array([*map(_id_of, batch.rows), *batch.spared], pa.int64())})
        with self.file.view(_SPARED, ids):
            self.file.rows(f"INSERT INTO {self.names.seen} SELECT ?, ?, id FROM {_SPARED}", [table.name, whole])
        self._passes[table.name] = whole

    def _put_state(self, table: Table, key: str, state: bytes) -> None:
        self.file.rows(f"DELETE FROM {self.names.state} WHERE key = ?", [key])
        self.file.rows(
            f"INSERT INTO {self.names.state} VALUES (?, ?, ?, ?)", [table.name, key, state.decode(), clock.utc_now()]
        )

    def touch(self, table: Table) -> None:
        """Notes that a table has changed, and how many rows it has now."""
        noted, name = self.names.tables, self.names.table(table.name)
        known = self.file.rows(f'SELECT version FROM {noted} WHERE "table" = ?', [table.name])
        there = self.file.number(f"SELECT count(*) FROM {name}")
        self.file.rows(f'DELETE FROM {noted} WHERE "table" = ?', [table.name])
        self.file.rows(f"INSERT INTO {noted} VALUES (?, ?, ?)", [table.name, there, known[0][0] + 1 if known else 1])

    # --- the end of a pass ----------------------------------------------------------------------------------------

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        """See `Target.mark_vanished`."""
        with self.file.stoppable.long(), self.file.failing():
            return self.file.roomy(partial(self._mark_vanished, table, whole, at, allow_shrink=allow_shrink))

    def _mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        name = self.names.table(table.name)
        met = f'SELECT id FROM {self.names.seen} WHERE "table" = $table AND began = $whole'
        given: dict[str, object] = {"table": table.name, "whole": whole}
        with self.file.transaction():
            live = live_rows(self._columns[table.name])
            gone = f"{live} AND id NOT IN ({met})"
            total, absent = self.file.first(
                f"SELECT count(*) FILTER (WHERE {live}), count(*) FILTER (WHERE {gone}) FROM {name}", given
            )
            marked = allow_shrink or not shrinks_too_much(total, absent)
            if marked and absent:
                self.file.rows(f"UPDATE {name} SET _vanished_at = $at WHERE {gone}", {**given, "at": at})
                self.touch(table)
        return Shrink(total, absent, marked=marked)

    def forget_pass(self, table: Table) -> None:
        """Forgets what the whole pass over a table met."""
        self._passes.pop(table.name, None)
        with self.file.failing():
            met = f'{self.names.seen} WHERE "table" = ?'
            if self.file.number(f"SELECT count(*) FROM {met}", [table.name]):
                self.file.rows(f"DELETE FROM {met}", [table.name])

    def version(self, table: Table) -> int:
        """A number that is another one whenever the table has changed; 0 before the first commit."""
        with self.file.failing():
            rows = self.file.rows(f'SELECT version FROM {self.names.tables} WHERE "table" = ?', [table.name])
        return int(rows[0][0]) if rows else 0

    def make_published(self) -> None:
        """Makes the table that tells what was published: which state of a table, and the stamp of its file."""
        self.file.rows(
            f"CREATE TABLE IF NOT EXISTS {self.names.published} "
            '("table" VARCHAR, file VARCHAR, version BIGINT, size BIGINT, changed_ns BIGINT)'
        )

    def published(self, table: Table, file: str) -> Row | None:
        """The version of a table in a file that was published, its size and time of change; None where it was not."""
        with self.file.failing():
            rows = self.file.rows(
                f"SELECT version, size, changed_ns FROM {self.names.published} WHERE file = ?", [file]
            )
        return rows[0] if rows else None

    def note_published(self, table: Table, file: str, version: int, size: int, changed_ns: int) -> None:
        """Notes that a version of a table is in a file."""
        with self.file.failing(), self.file.transaction():
            self.file.rows(f"DELETE FROM {self.names.published} WHERE file = ?", [file])
            self.file.rows(
                f"INSERT INTO {self.names.published} VALUES (?, ?, ?, ?, ?)",
                [table.name, file, version, size, changed_ns],
            )

    def columns(self, table: Table) -> dict[str, FoundColumn]:
        """The columns that a table has."""
        return self._columns[table.name]

    def drop(self, table: Table) -> None:
        """See `Target.drop`."""
        with self.file.failing(), self.file.transaction():
            check_foreign(self._found(table.name) or ["_vanished_at"], self.names.table(table.name))
            self.file.rows(f"DROP VIEW IF EXISTS {self.names.table(f'{table.name}_live')}")
            self.file.rows(f"DROP TABLE IF EXISTS {self.names.table(table.name)}")
            notes = [self.names.state, self.names.tables, self.names.seen]
            notes += [] if self._shown else [self.names.published]
            for noted in notes:
                self.file.rows(f'DELETE FROM {noted} WHERE "table" = ?', [table.name])

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`."""
        contents = self._contents.get(table.name)
        if contents is None or not contents.lost:
            return ()
        taken = f"{contents.rows} of {contents.committed} rows were there"
        return (f"{table.name}: {taken}: somebody dropped or emptied the table, so the list is read whole",)

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        values = run_values(line)
        with self.file.failing(), self.file.transaction():
            self.file.rows(f"INSERT INTO {self.names.runs} VALUES ({', '.join('?' * len(values))})", values)


def peek(path: Path, names: Names, key: str) -> bytes | None:
    """See `Target.peek`."""
    rows = read_once(path, f"SELECT state FROM {names.state} WHERE key = ?", [key])
    return str(rows[0][0]).encode() if rows else None


def _changes(name: str, found: dict[str, FoundColumn], given: Sequence[Column], batch: Batch) -> str:
    """The statement that puts the rows which are to be written into a table of their own."""
    here = {column.name: f"CAST(b.{quoted(column.name)} AS {found[column.name].type})" for column in given}
    values = []
    for column in found:
        if column in here:
            value = here[column]
        elif column == "_vanished_at" or (column == "_raw" and batch.raw is None):
            value = f"CAST(NULL AS {found[column].type})"  # the text of a row that has changed is of no use
        else:
            value = f"t.{quoted(column)}"
        values.append(f"{value} AS {quoted(column)}")
    differs = [f"t.{quoted(column)} IS DISTINCT FROM {value}" for column, value in here.items() if column != "id"]
    ids = [_id_of(row) for row in batch.rows]
    return (
        f"CREATE OR REPLACE TEMP TABLE {_CHANGED} AS SELECT t.id IS NOT NULL AS _asyncsdk_old, {', '.join(values)} "
        f"FROM {_BATCH} b LEFT JOIN {name} t ON t.id = b.id AND t.id BETWEEN {min(ids)} AND {max(ids)} "
        f"WHERE {' OR '.join(['t.id IS NULL', 't._vanished_at IS NOT NULL', *differs])}"
    )
