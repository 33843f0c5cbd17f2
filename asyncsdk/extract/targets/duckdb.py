"""Tables in a DuckDB file: `duckdb:FILE`. Rows go in through Arrow; rows and state are one transaction."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from ..arrow import batch_table
from ..columns import Column, Kind, stored_columns
from ..target import LARGEST_SHRINK, Batch, Owner, RunLine, Shrink, Table, TargetError, TargetRefused
from .locks import FileLock
from .sql import LAYOUT, Names, check_foreign, check_owner, live_rows, quoted, run_values, runs_columns
from .stoppable import Stoppable

__all__ = ["DuckDBTarget"]

_TYPES: Final[dict[Kind, str]] = {
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "json": "JSON",
}


class DuckDBTarget:
    """A DuckDB file with a table per list, nested values as lists of structs. See `Target` for its methods' promises.

    Args:
        path: of the file; made where it is missing.
        schema: of the tables; None: `main`.
        prefix: of every table's name.
    """

    def __init__(self, path: Path, schema: str | None = None, prefix: str = "") -> None:
        self._path = path
        self._names = Names(schema or "main", prefix)
        self._in_schema = "" if schema is None else f"{schema}."
        self._lock: FileLock | None = None
        self._open: duckdb.DuckDBPyConnection | None = None
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._stoppable = Stoppable(self._interrupt)

    # --- opening and closing --------------------------------------------------------------------------------------

    def peek(self, key: str) -> bytes | None:
        """See `Target.peek`."""
        if not self._path.exists():
            return None
        with suppress(duckdb.Error, OSError):
            database = duckdb.connect(str(self._path), read_only=True)
            try:
                return self._state(database, key)
            finally:
                database.close()
        return None

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._path.with_name(f"{self._path.name}.lock"), str(self._path))
            self._open = duckdb.connect(str(self._path))
            with self._stoppable.long(), self._transaction():
                self._claim(owner)
                for table in tables:
                    self._make(table)
        except (duckdb.Error, OSError) as error:
            self.close()
            raise TargetRefused(f"{self._path} cannot be used: {error}") from None
        except TargetError:
            self.close()
            raise

    def stop(self, *, writes: bool = False) -> None:
        """See `Target.stop`."""
        self._stoppable.stop(writes=writes)

    def close(self) -> None:
        """See `Target.close`."""
        if self._open is not None:
            with suppress(duckdb.Error):
                self._open.close()
            self._open = None
        if self._lock is not None:
            with suppress(OSError):
                self._lock.release()
            self._lock = None

    def _claim(self, owner: Owner) -> None:
        names = self._names
        runs = ", ".join(f"{quoted(column.name)} {_type(column)}" for column in runs_columns())
        # Looked at first: nothing is changed in a file that is refused.
        there = self._found("_asyncsdk_owner")
        found = _first(self._sql, f"SELECT layout, base_url, company FROM {names.owner}") if there else None
        check_owner(found, owner, str(self._path))
        self._sql.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(names.schema)}")
        self._sql.execute(
            f"CREATE TABLE IF NOT EXISTS {names.owner} (layout BIGINT, base_url VARCHAR, company VARCHAR)"
        )
        self._sql.execute(f"CREATE TABLE IF NOT EXISTS {names.state} (key VARCHAR, state BLOB)")
        self._sql.execute(f"CREATE TABLE IF NOT EXISTS {names.runs} ({runs})")
        if found is None:
            self._sql.execute(f"INSERT INTO {names.owner} VALUES (?, ?, ?)", [LAYOUT, owner.base_url, owner.company])

    def _make(self, table: Table) -> None:
        """Makes or widens a table and its view."""
        name = self._names.table(table.name)
        wanted = stored_columns(table.columns, raw=table.raw)
        found = self._found(table.name)
        if not found:
            columns = ", ".join(f"{quoted(column.name)} {_type(column)}" for column in wanted)
            self._sql.execute(f"CREATE TABLE {name} ({columns})")
        else:
            check_foreign(found, name)
        for column in wanted if found else ():
            if column.name not in found:
                self._sql.execute(f"ALTER TABLE {name} ADD COLUMN {quoted(column.name)} {_type(column)}")
            else:
                self._widen(name, column, found[column.name])
        present = {*found, *(column.name for column in wanted)}
        self._sql.execute(
            f"CREATE OR REPLACE VIEW {self._names.table(f'{table.name}_live')} AS "
            f"SELECT * FROM {name} WHERE {live_rows(present)}"
        )
        self._columns[table.name] = stored_columns(table.columns, raw="_raw" in present)

    def _widen(self, name: str, column: Column, stored: str) -> None:
        row = _first(self._sql, f"SELECT typeof(CAST(NULL AS {_type(column)}))")
        wanted = str(row[0]) if row else ""
        if stored == wanted or (stored, wanted) == ("DOUBLE", "BIGINT"):
            return
        if (stored, wanted) == ("BIGINT", "DOUBLE") or (stored.startswith("STRUCT") and wanted.startswith("STRUCT")):
            self._sql.execute(f"ALTER TABLE {name} ALTER COLUMN {quoted(column.name)} SET DATA TYPE {wanted}")
            return
        raise TargetRefused(
            f'{name}: column "{column.name}" holds {stored}, the rows have {wanted}; '
            "give this run another --schema or --prefix"
        )

    def _found(self, table: str) -> dict[str, str]:
        """The columns of a table with their types; none where it does not exist."""
        rows = self._sql.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ?",
            [self._names.schema, self._names.bare(table)],
        ).fetchall()
        return {str(name): str(type_) for name, type_ in rows}

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, key: str) -> bytes | None:
        """See `Target.state`."""
        with self._failing():
            return self._state(self._sql, key)

    def save(self, key: str, state: bytes) -> None:
        """See `Target.save`."""
        with self._failing(), self._transaction():
            self._put_state(key, state)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> None:
        """See `Target.write`."""
        columns = self._columns[table.name]
        rows = batch_table(batch, columns)
        name = self._names.table(table.name)
        listed = ", ".join(quoted(column.name) for column in columns)
        with self._failing(), self._view("_asyncsdk_batch", rows), self._transaction():
            # A primary key would be checked against rows that this very transaction deletes.
            self._sql.execute(f"DELETE FROM {name} WHERE id IN (SELECT id FROM _asyncsdk_batch)")
            self._sql.execute(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM _asyncsdk_batch")
            self._put_state(key, state)

    def mark_vanished(
        self, table: Table, before: datetime, at: datetime, spared: array[int], *, allow_shrink: bool
    ) -> Shrink:
        """See `Target.mark_vanished`."""
        name = self._names.table(table.name)
        kept = pa.table({"id": pa.array(spared, pa.int64())})
        with self._stoppable.long(), self._failing(), self._view("_asyncsdk_spared", kept), self._transaction():
            live = live_rows(self._found(table.name))
            gone = f"{live} AND _seen_at < $before AND id NOT IN (SELECT id FROM _asyncsdk_spared)"
            counted = _first(
                self._sql,
                f"SELECT count(*) FILTER (WHERE {live}), count(*) FILTER (WHERE {gone}) FROM {name}",
                {"before": before},
            )
            total, absent = counted or (0, 0)
            marked = allow_shrink or absent <= LARGEST_SHRINK * total
            if marked and absent:
                self._sql.execute(f"UPDATE {name} SET _vanished_at = $at WHERE {gone}", {"before": before, "at": at})
        return Shrink(total, absent, marked=marked)

    def finish(self, table: Table) -> None:
        """See `Target.finish`: a database holds each id once at any time."""

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        values = run_values(line)
        with self._failing(), self._transaction():
            self._sql.execute(f"INSERT INTO {self._names.runs} VALUES ({', '.join('?' * len(values))})", values)

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`: DuckDB holds whatever JSON can say."""
        return ()

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`."""
        return self._path.parent / f"{self._in_schema}{self._names.bare(table.name)}.rejects.jsonl"

    # --- the connection -------------------------------------------------------------------------------------------

    def _state(self, database: duckdb.DuckDBPyConnection, key: str) -> bytes | None:
        row = _first(database, f"SELECT state FROM {self._names.state} WHERE key = ?", [key])
        return bytes(row[0]) if row else None

    def _put_state(self, key: str, state: bytes) -> None:
        self._sql.execute(f"DELETE FROM {self._names.state} WHERE key = ?", [key])
        self._sql.execute(f"INSERT INTO {self._names.state} VALUES (?, ?)", [key, state])

    @property
    def _sql(self) -> duckdb.DuckDBPyConnection:
        if self._open is None:
            raise TargetError(f"{self._path} is not open")
        return self._open

    def _interrupt(self) -> None:
        if (database := self._open) is not None:
            with suppress(duckdb.Error):  # closed meanwhile
                database.interrupt()

    @contextmanager
    def _view(self, name: str, rows: pa.Table) -> Iterator[None]:
        self._sql.register(name, rows)
        try:
            yield
        finally:
            with suppress(duckdb.Error):
                self._sql.unregister(name)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._sql.begin()
        try:
            yield
            self._sql.commit()
        except BaseException:
            with suppress(duckdb.Error):
                self._sql.rollback()
            raise

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, OSError) as error:
            raise TargetError(f"{self._path}: {error}; what was committed before is kept") from None


def _first(
    database: duckdb.DuckDBPyConnection, query: str, values: list[object] | dict[str, object] | None = None
) -> tuple[Any, ...] | None:
    """The first row of an answer that is read to its end, without which the connection stays busy."""
    rows = database.execute(query, values).fetchall()
    return rows[0] if rows else None


def _type(column: Column) -> str:
    if column.kind == "struct":
        inner = f"STRUCT({', '.join(f'{quoted(each.name)} {_type(each)}' for each in column.fields)})"
    else:
        inner = _TYPES[column.kind]
    return f"{inner}[]" if column.many else inner
