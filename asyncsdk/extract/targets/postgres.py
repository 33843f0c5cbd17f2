"""Tables in PostgreSQL: `postgresql://...`. Rows go in by COPY, then one upsert; rows and state are one transaction."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import conninfo, errors

from ...errors import ConfigurationError
from ..columns import Column
from ..target import LARGEST_SHRINK, Batch, Owner, RunLine, Shrink, Table, TargetError, TargetRefused
from .postgres_copy import copy_text
from .postgres_tables import definitions, fitting, live_view, way_in, written_columns
from .sql import LAYOUT, Names, check_owner, live_rows, quoted, run_values, runs_columns
from .stoppable import Stoppable

__all__ = ["PostgresTarget"]

_PATIENCE: Final = "3s"
"""For the lock: so long a server may take to see that a killed run is gone."""

_CANCEL_SECONDS: Final = 2.0
"""For a server to hear that a statement shall end."""


class PostgresTarget:
    """A schema with a table per list; nested values are jsonb. See `Target` for what its methods promise.

    A text with the character NUL, which PostgreSQL cannot hold, gets U+FFFD in its place, and `warnings` tells.

    Args:
        address: `postgresql://user:password@host:port/database`, as libpq reads it. It appears in no message.
        schema: of the tables; None: `public`.
        prefix: of every table's name.

    Raises:
        ConfigurationError: the address is none.
    """

    def __init__(self, address: str, schema: str | None = None, prefix: str = "") -> None:
        try:
            parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(address).items()}
        except psycopg.Error:
            # Its own words repeat the address, and with it the password.
            raise ConfigurationError("not an address that PostgreSQL understands; write postgresql://...") from None
        self._secret = parts.get("password")
        defaults = {"connect_timeout": "10", "application_name": "asyncsdk", "keepalives_idle": "30"}
        self._address = conninfo.make_conninfo(**{**defaults, **parts, "client_encoding": "UTF8"})
        self._names = Names(schema or "public", prefix)
        self._open: psycopg.Connection | None = None
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._replaced: Counter[str] = Counter()
        self._stoppable = Stoppable(self._interrupt)

    def __repr__(self) -> str:
        return f"PostgresTarget(schema={self._names.schema!r}, prefix={self._names.prefix!r})"

    # --- opening and closing --------------------------------------------------------------------------------------

    def peek(self, key: str) -> bytes | None:
        """See `Target.peek`."""
        with suppress(psycopg.Error), psycopg.connect(self._address) as database:
            return self._state(database, key)
        return None

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        try:
            self._open = psycopg.connect(self._address, autocommit=True)
            self._run("SET TIME ZONE 'UTC'")  # date-times are copied without their zone: see `copy_text`
            with self._stoppable.long():
                self._hold()
            with self._stoppable.long(), self._sql.transaction():
                self._claim(owner)
                for table in tables:
                    self._make(table)
        except psycopg.Error as error:
            self.close()
            raise TargetRefused(f"PostgreSQL refuses: {self._said(error)}") from None
        except TargetError:
            self.close()
            raise

    def stop(self, *, writes: bool = False) -> None:
        """See `Target.stop`."""
        self._stoppable.stop(writes=writes)

    def close(self) -> None:
        """See `Target.close`."""
        if self._open is not None:
            with suppress(psycopg.Error):
                self._open.close()
            self._open = None

    def _hold(self) -> None:
        """Takes a lock that ends with the connection."""
        names = self._names
        try:
            with self._sql.transaction():
                self._run(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
                self._run(
                    "SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"asyncsdk {names.schema} {names.prefix}"]
                )
        except errors.LockNotAvailable:
            raise TargetRefused(
                f"another run is writing to schema {names.schema}; wait for it to end, "
                "or give this one another --schema or --prefix"
            ) from None

    def _claim(self, owner: Owner) -> None:
        names = self._names
        there = self._found("_asyncsdk_owner")
        found = self._run(f"SELECT layout, base_url, company FROM {names.owner}").fetchone() if there else None
        check_owner(found, owner, f"schema {names.schema}")
        # IF NOT EXISTS asks for the right to create even where nothing has to be.
        if self._run("SELECT 1 FROM pg_namespace WHERE nspname = %s", [names.schema]).fetchone() is None:
            self._run(f"CREATE SCHEMA {quoted(names.schema)}")
        if not there:
            self._run(f"CREATE TABLE {names.owner} (layout bigint, base_url text, company text)")
            self._run(f"CREATE TABLE {names.state} (key text PRIMARY KEY, state bytea)")
            self._run(f"CREATE TABLE {names.runs} ({definitions(runs_columns())})")
        if found is None:
            self._run(f"INSERT INTO {names.owner} VALUES (%s, %s, %s)", [LAYOUT, owner.base_url, owner.company])

    def _make(self, table: Table) -> None:
        """Makes or widens a table and its view, and the temporary table that batches go through."""
        found = self._found(table.name)
        columns = written_columns(table, found)
        statements = fitting(self._names, table, found)
        if statements or not self._found(f"{table.name}_live"):
            statements.append(live_view(self._names, table, found))
        statements.append(f"CREATE TEMPORARY TABLE {way_in(table)} ({definitions(columns)}) ON COMMIT DELETE ROWS")
        for statement in statements:
            self._run(statement)
        self._columns[table.name] = columns

    def _found(self, table: str) -> dict[str, str]:
        """The columns of a table or view with their types; none where it does not exist."""
        rows = self._run(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            [self._names.schema, self._names.prefix + table],
        ).fetchall()
        return {str(name): str(type_) for name, type_ in rows}

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, key: str) -> bytes | None:
        """See `Target.state`."""
        with self._failing():
            return self._state(self._sql, key)

    def save(self, key: str, state: bytes) -> None:
        """See `Target.save`."""
        with self._failing(), self._sql.transaction():
            self._put_state(key, state)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> None:
        """See `Target.write`."""
        columns = self._columns[table.name]
        text, number = copy_text(batch, columns)
        listed = ", ".join(quoted(column.name) for column in columns)
        replaced = ", ".join(f"{quoted(c.name)} = excluded.{quoted(c.name)}" for c in columns if c.name != "id")
        with self._failing(), self._sql.transaction():
            self._copy(f"{way_in(table)} ({listed})", text)
            self._run(
                f"INSERT INTO {self._names.table(table.name)} ({listed}) SELECT {listed} FROM {way_in(table)} "
                f"ON CONFLICT (id) DO UPDATE SET {replaced}"
            )
            self._put_state(key, state)
        self._replaced[table.name] += number

    def mark_vanished(
        self, table: Table, before: datetime, at: datetime, spared: array[int], *, allow_shrink: bool
    ) -> Shrink:
        """See `Target.mark_vanished`."""
        name = self._names.table(table.name)
        given = {"before": before, "at": at, "spared": spared.tolist()}
        with self._stoppable.long(), self._failing(), self._sql.transaction():
            live = live_rows(self._found(table.name))
            gone = f"{live} AND _seen_at < %(before)s AND id <> ALL(%(spared)s::bigint[])"
            total = self._count(f"{name} WHERE {live}", given)
            absent = self._count(f"{name} WHERE {gone}", given)
            marked = allow_shrink or absent <= LARGEST_SHRINK * total
            if marked and absent:
                self._run(f"UPDATE {name} SET _vanished_at = %(at)s WHERE {gone}", given)
        return Shrink(total, absent, marked=marked)

    def finish(self, table: Table) -> None:
        """See `Target.finish`: a database holds each id once at any time."""

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        values = run_values(line)
        listed = ", ".join(quoted(column.name) for column in runs_columns())
        with self._failing():
            self._run(f"INSERT INTO {self._names.runs} ({listed}) VALUES ({', '.join(['%s'] * len(values))})", values)

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`."""
        if not (number := self._replaced[table.name]):
            return ()
        return (f"{table.name}: PostgreSQL cannot hold the character NUL; U+FFFD stands in its place ({number} times)",)

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`: in the working directory, for a server has no place next to it."""
        schema = "" if self._names.schema == "public" else f"{self._names.schema}."
        return Path(f"{schema}{self._names.bare(table.name)}.rejects.jsonl")

    # --- the connection -------------------------------------------------------------------------------------------

    def _interrupt(self) -> None:
        """Asks the server to end the statement at hand; in a thread of its own, for it is a connection of its own."""
        if (database := self._open) is not None:
            threading.Thread(target=_cancel, args=(database,), daemon=True).start()

    def _state(self, database: psycopg.Connection, key: str) -> bytes | None:
        row = database.execute(f"SELECT state FROM {self._names.state} WHERE key = %s".encode(), [key]).fetchone()
        return bytes(row[0]) if row else None

    def _put_state(self, key: str, state: bytes) -> None:
        self._run(
            f"INSERT INTO {self._names.state} VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET state = excluded.state",
            [key, state],
        )

    def _copy(self, where: str, text: bytes) -> None:
        with self._sql.cursor() as cursor, cursor.copy(f"COPY {where} FROM STDIN (FORMAT csv)".encode()) as copy:
            copy.write(text)

    def _run(
        self, statement: str, values: Sequence[object] | dict[str, object] | None = None
    ) -> psycopg.Cursor[tuple[object, ...]]:
        # As bytes: psycopg's types take text only where it is a literal.
        return self._sql.execute(statement.encode(), values)

    def _count(self, what: str, values: dict[str, object]) -> int:
        row = self._run(f"SELECT count(*) FROM {what}", values).fetchone()
        return int(str(row[0])) if row else 0

    @property
    def _sql(self) -> psycopg.Connection:
        if self._open is None:
            raise TargetError("PostgreSQL is not open")
        return self._open

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise TargetError(f"PostgreSQL: {self._said(error)}; what was committed before is kept") from None

    def _said(self, error: psycopg.Error) -> str:
        text = str(error).strip().split("\n")[0] or type(error).__name__
        return text.replace(self._secret, "***") if self._secret else text


def _cancel(database: psycopg.Connection) -> None:
    with suppress(psycopg.Error):  # closed meanwhile, or the server does not answer
        database.cancel_safe(timeout=_CANCEL_SECONDS)
