"""Rows, states and what passes met, in a DuckDB file: what `duckdb:FILE` shows, and what folders are published from."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Final, cast

import attrs

from ..._codec.arrow.columns import Column, stored_columns
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
from .duckdb_catalog import DuckDBCatalog
from .duckdb_file import DuckDBFile, read_once
from .duckdb_tables import FoundColumn, commenting, fitting, live_view, type_of
from .duckdb_upsert import BATCH, CHANGED, Held, changes, inserting, inserting_changed
from .published_files import NOTED
from .runs_of_ids import runs_of
from .sql import (
    Names,
    check_foreign,
    check_names,
    check_owner,
    check_schema,
    live_rows,
    quoted,
    run_values,
    runs_columns,
)

__all__ = ["DuckDBStore", "peek"]

LAYOUT: Final = 3
"""Of the target's own tables."""

_id_of = cast("attrgetter[int]", attrgetter("id"))


class DuckDBStore:
    """The tables of one schema of a file, and what runs remember of them. Every method is one transaction.

    Args:
        path: of the file, which nobody else uses.
        schema, prefix: of the tables.
        shown: whether people read the file: its tables get keys, comments and views.
        removing: is called before a column or a table is removed that shall be stored nowhere.

    Raises:
        duckdb.Error: the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        prefix: str,
        *,
        shown: bool,
        removing: Callable[[], object] = lambda: None,
    ) -> None:
        self.file: DuckDBFile = DuckDBFile(path)
        self.names: Names = Names(schema, prefix, self.file.database)
        self._catalog = DuckDBCatalog(self.file, self.names)
        self._shown = shown
        self._removing = removing
        self._contents: dict[str, Contents] = {}
        self._columns: dict[str, dict[str, FoundColumn]] = {}
        self._passes: dict[str, datetime] = {}
        self._held: dict[str, Held] = {}

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
            check_names(self.names, tables, self._catalog.tables(), where)
            for table in tables:
                self._count(table, changed=self._make(table))

    def _claim(self, owner: Owner, where: str) -> None:
        names, rows = self.names, self.file.rows
        check_schema(names.schema, self._catalog.schemas(), where)
        # Looked at first: nothing is changed in a file that is refused.
        there = self._catalog.columns("_asyncsdk_owner")
        found = next(iter(rows(f"SELECT layout, base_url, company FROM {names.owner}")), None) if there else None
        check_owner(found, owner, where, LAYOUT)
        rows(f"CREATE SCHEMA IF NOT EXISTS {names.qualified_schema}")
        rows(f"USE {names.qualified_schema}")
        moment, runs = "TIMESTAMP WITH TIME ZONE", [f"{quoted(each.name)} {type_of(each)}" for each in runs_columns()]
        for name, columns in (
            (names.owner, ["layout BIGINT", "base_url VARCHAR", "company VARCHAR"]),
            (names.state, ['"table" VARCHAR', "key VARCHAR", "state JSON", f"saved_at {moment}"]),
            (names.tables, ['"table" VARCHAR', '"rows" BIGINT', "version BIGINT"]),
            (names.seen, ['"table" VARCHAR', f"began {moment}", "first BIGINT", "last BIGINT"]),
            (names.runs, runs),
            *(() if self._shown else ((names.published, NOTED),)),
        ):
            rows(f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)})")
        if found is None:
            rows(f"INSERT INTO {names.owner} VALUES (?, ?, ?)", [LAYOUT, owner.base_url, owner.company])

    def _make(self, table: Table) -> bool:
        """Makes or widens a table, its view and its comments; returns whether the table itself was changed."""
        there = self._catalog.columns(table.name)
        if not table.without.isdisjoint(there):
            self._removing()
        changes = fitting(self.names, table, there, keyed=self._shown, spelt=self._catalog.spelt)
        for statement in changes:
            self.file.rows(statement)
        found = self._columns[table.name] = self._catalog.columns(table.name)
        if self._shown:
            self.file.rows(live_view(self.names, table, found))
            for statement in commenting(self.names, table, found, self._catalog.comment(table.name)):
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
        with self.file.transaction(), self._shown_batch(table, batch) as given:
            written, ids = Written(), list(map(_id_of, batch.rows))
            held = self._held.pop(table.name, None) or self._counted(table)  # unknown again where this fails
            if ids:
                written = self._upsert(table, batch, given, ids, held)
            if batch.whole is not None:
                self._note_met(table, batch, ids, batch.whole)
            if written.rows:
                held = self._noted(table, held.with_batch(ids, written.new))
            self._put_state(table, key, state)
        self._held[table.name] = held
        return written

    @contextmanager
    def _shown_batch(self, table: Table, batch: Batch) -> Iterator[tuple[Column, ...]]:
        """Shows the rows of a batch to statements, as `BATCH`; gives the columns that they have a value for."""
        stored = stored_columns(table.columns, raw=batch.raw is not None and "_raw" in self._columns[table.name])
        given = tuple(column for column in stored if column.name not in {*batch.kept, "_vanished_at"})
        if not batch.rows:
            yield given
            return
        with self.file.view(BATCH, batch_table(batch, given)):
            yield given

    def _upsert(self, table: Table, batch: Batch, given: Sequence[Column], ids: Sequence[int], held: Held) -> Written:
        name, found = self.names.table(table.name), self._columns[table.name]
        if held.largest is None or min(ids) > held.largest:
            self.file.rows(inserting(name, found, given))
            return Written(len(ids), 0)
        old, number = 0, self.file.number(changes(name, found, given, ids, raw=batch.raw is not None))
        if number:
            old = self.file.number(f"DELETE FROM {name} WHERE id IN (SELECT id FROM {CHANGED} WHERE _asyncsdk_old)")
            self.file.rows(inserting_changed(name, found))
        self.file.rows(f"DROP TABLE {CHANGED}")
        return Written(number - old, old)

    def _note_met(self, table: Table, batch: Batch, ids: Sequence[int], whole: datetime) -> None:
        if self._passes.get(table.name) != whole:
            self.file.rows(f'DELETE FROM {self.names.seen} WHERE "table" = ? AND began <> ?', [table.name, whole])
        firsts, lasts = runs_of(chain(ids, batch.spared))
        if len(firsts) == 1:  # by far the most
            self.file.rows(f"INSERT INTO {self.names.seen} VALUES (?, ?, ?, ?)", [table.name, whole, *firsts, *lasts])
        else:
            self.file.rows(
                f"INSERT INTO {self.names.seen} SELECT ?, ?, unnest(?::BIGINT[]), unnest(?::BIGINT[])",
                [table.name, whole, firsts, lasts],
            )
        self._passes[table.name] = whole

    def _put_state(self, table: Table, key: str, state: bytes) -> None:
        given = {"table": table.name, "key": key, "state": state.decode(), "now": clock.utc_now()}
        if not self.file.number(
            f'UPDATE {self.names.state} SET "table" = $table, state = $state, saved_at = $now WHERE key = $key', given
        ):
            self.file.rows(f"INSERT INTO {self.names.state} VALUES ($table, $key, $state, $now)", given)

    def _counted(self, table: Table) -> Held:
        """What a table holds, counted in it."""
        rows, largest = self.file.first(f"SELECT count(*), max(id) FROM {self.names.table(table.name)}")
        noted = self.file.rows(f'SELECT version FROM {self.names.tables} WHERE "table" = ?', [table.name])
        return Held(rows, largest, noted[0][0] if noted else 0, noted=bool(noted))

    def _noted(self, table: Table, held: Held) -> Held:
        """Notes that a table has changed, and how many rows it has now."""
        given = {"table": table.name, "rows": held.rows, "version": held.version}
        if held.noted:
            self.file.rows(
                f'UPDATE {self.names.tables} SET "rows" = $rows, version = $version WHERE "table" = $table', given
            )
            return held
        self.file.rows(f"INSERT INTO {self.names.tables} VALUES ($table, $rows, $version)", given)
        return attrs.evolve(held, noted=True)

    def touch(self, table: Table) -> None:
        """Notes that a table has changed, by what is no batch."""
        held = self._counted(table)
        self._noted(table, attrs.evolve(held, version=held.version + 1))
        self._held.pop(table.name, None)

    # --- the end of a pass ----------------------------------------------------------------------------------------

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        """See `Target.mark_vanished`."""
        with self.file.stoppable.long(), self.file.failing():
            return self.file.roomy(partial(self._mark_vanished, table, whole, at, allow_shrink=allow_shrink))

    def _mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        name = self.names.table(table.name)
        runs = f'{self.names.seen} WHERE "table" = $table AND began = $whole'
        met = f"SELECT unnest(range(first, last)) FROM {runs} UNION ALL SELECT last FROM {runs}"
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
        """Forgets what the whole pass over a table met. It may be part of a transaction."""
        self._passes.pop(table.name, None)
        with self.file.failing():
            met = f'{self.names.seen} WHERE "table" = ?'
            if self.file.rows(f"SELECT 1 FROM {met} LIMIT 1", [table.name]):
                self.file.rows(f"DELETE FROM {met}", [table.name])

    def version(self, table: Table) -> int:
        """A number that is another one whenever the table has changed; 0 before the first commit."""
        with self.file.failing():
            rows = self.file.rows(f'SELECT version FROM {self.names.tables} WHERE "table" = ?', [table.name])
        return int(rows[0][0]) if rows else 0

    def columns(self, table: Table) -> dict[str, FoundColumn]:
        """The columns that a table has."""
        return self._columns[table.name]

    def drop(self, table: Table) -> None:
        """See `Target.drop`."""
        with self.file.failing(), self.file.transaction():
            there = self._catalog.columns(table.name)
            check_foreign(there or ["_vanished_at"], self.names.table(table.name))
            if there:
                self._removing()
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
