"""Tables in PostgreSQL: `postgresql://...`. Rows go in by COPY, are compared, and only what differs is written."""

# ruff: noqa: S608 - names come from the contract and stand in quotes, values never go into a statement

from __future__ import annotations

import json
import uuid
from array import array
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, cast

import psycopg

from ..._codec.arrow.columns import Column
from ...errors import ConfigurationError
from ..target import (
    STATES_KEPT,
    Batch,
    Contents,
    Live,
    Owner,
    RunLine,
    Shrink,
    Table,
    TargetError,
    Written,
    shrinks_too_much,
)
from .postgres_copy import copy_text
from .postgres_rows import absent_rows, incoming, live_ids, upsert
from .postgres_schema import PostgresSchema
from .postgres_session import PostgresSession, conninfo_of
from .postgres_tables import definitions
from .runs_of_ids import runs_of
from .sql import Names, check_names, live_rows, quoted, run_values, runs_columns

__all__ = ["PostgresTarget"]

_LONGEST_SCHEMA: Final = 63


class PostgresTarget:
    """A schema with a table per list; nested values are jsonb. See `Target` for what its methods promise.

    A connection that is lost is noticed while nothing is asked of it (`lost`), and opened again by the next call; work
    that it cut off is done once more. A text with the character NUL, which PostgreSQL cannot hold, gets U+FFFD in its
    place, and `warnings` tells.

    Args:
        address: `postgresql://user:password@host:port/database`, as libpq reads it. It appears in no message.
        schema: of the tables; None: `public`.
        prefix: of every table's name.
        patience: seconds for which a connection that was lost is opened again.

    Raises:
        ConfigurationError: the address is none, or the schema's name is too long.
    """

    def __init__(self, address: str, schema: str | None = None, prefix: str = "", patience: float = 0.0) -> None:
        if schema is not None and len(schema.encode()) > _LONGEST_SCHEMA:
            raise ConfigurationError(f"schema: PostgreSQL takes names of at most {_LONGEST_SCHEMA} bytes")
        conninfo, secret = conninfo_of(address)
        self._names = Names(schema or "public", prefix)
        self._session = PostgresSession(conninfo, secret, patience, self._prepare)
        self._schema = PostgresSchema(self._session, self._names, writer=uuid.uuid4().hex)
        self._conninfo = conninfo
        self._owner: Owner | None = None
        self._tables: tuple[Table, ...] = ()
        self._claimed = False
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._rows: dict[str, int] = {}
        self._lost: dict[str, Contents] = {}
        self._replaced: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"PostgresTarget(schema={self._names.schema!r}, prefix={self._names.prefix!r})"

    # --- opening and closing --------------------------------------------------------------------------------------

    def peek(self, table: Table, key: str) -> bytes | None:
        """See `Target.peek`."""
        with suppress(psycopg.Error), psycopg.connect(self._conninfo) as database:
            row = database.execute(self._state_query().encode(), [table.name, key]).fetchone()
            return _compact(row)
        return None

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """See `Target.open`."""
        self._owner, self._tables = owner, tuple(tables)
        try:
            check_names(self._names, tables, (), "PostgreSQL")
            self._session.open()
        except TargetError:
            self.close()
            raise

    def stop(self, *, writes: bool = False) -> None:
        """See `Target.stop`."""
        self._session.blocks.stop(writes=writes)

    def lost(self) -> bool:
        """See `Target.lost`."""
        return self._session.lost()

    def close(self) -> None:
        """See `Target.close`."""
        self._session.close()

    def _prepare(self) -> None:
        """Makes a new connection ready: the lock, the owner, the tables, and the temporary ones batches go through."""
        assert self._owner is not None  # noqa: S101  # `open` was called
        session = self._session
        self._schema.hold()
        first, self._claimed = not self._claimed, True
        with session.connection.transaction():
            if first:
                self._schema.claim(self._owner)
                self._schema.look(*(table.name for table in self._tables))
                self._columns = {table.name: self._schema.make(table) for table in self._tables}
                self._forget_lost()
            else:
                self._schema.check_still_ours()
            made = [
                f"CREATE TEMPORARY TABLE {incoming(name)} ({definitions(columns)}) ON COMMIT DELETE ROWS"
                for name, columns in self._columns.items()
            ]
            if made:
                session.run("; ".join(made))

    def _forget_lost(self) -> None:
        """Forgets the states of tables from which somebody took rows: nothing that is remembered of them holds."""
        if not self._tables:
            return
        counts = " UNION ALL ".join(
            f"SELECT {at}, count(*) FROM {self._names.table(table.name)}" for at, table in enumerate(self._tables)
        )
        found = {int(str(at)): int(str(count)) for at, count in self._session.run(counts)}
        noted = self._session.run(f'SELECT "table", rows FROM {self._names.tables}')
        committed = {str(name): int(str(rows)) for name, rows in noted}
        for at, table in enumerate(self._tables):
            contents = Contents(found[at], committed.get(table.name))
            if contents.lost:
                self._lost[table.name] = contents
                for own in (self._names.state, self._names.seen):
                    self._session.run(f'DELETE FROM {own} WHERE "table" = %s', [table.name])

    # --- state and rows -------------------------------------------------------------------------------------------

    def state(self, table: Table, key: str) -> bytes | None:
        """See `Target.state`."""
        return self._session.short(lambda: self._state(table, key))

    def contents(self, table: Table) -> Contents:
        """See `Target.contents`."""
        contents = self._session.short(lambda: self._contents(table))
        self._rows[table.name] = contents.rows
        return contents

    def save(self, table: Table, key: str, state: bytes) -> None:
        """See `Target.save`."""
        forget = (
            f'DELETE FROM {self._names.state} WHERE "table" = %(table)s AND key NOT IN (SELECT key FROM '
            f'{self._names.state} WHERE "table" = %(table)s ORDER BY saved_at DESC LIMIT {STATES_KEPT})'
        )

        def work() -> None:
            self._put_state(table, key, state)
            self._session.run(forget, {"table": table.name})

        self._session.short(work)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        """See `Target.write`."""
        columns = self._columns[table.name]
        text, replaced = copy_text(batch, columns)
        done: list[Written] = []

        def work() -> Written:
            if done and self._is_stored(table, key, state):
                return done[-1]  # the connection was lost behind the commit
            written = self._upsert(table, batch, text)
            if batch.whole is not None:
                self._put_met(table, batch)
            self._put_rows(table, written.new)
            self._put_state(table, key, state)
            done.append(written)
            return written

        written = self._session.short(work)
        self._rows[table.name] += written.new
        self._replaced[table.name] += replaced
        return written

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        """See `Target.mark_vanished`."""
        name, session = self._names.table(table.name), self._session
        given = {"table": table.name, "whole": whole, "at": at}
        done: list[Shrink] = []

        def work() -> Shrink:
            live = live_rows(column.name for column in self._columns[table.name])
            gone = absent_rows(self._names, live)
            total = self._count(f"{name} t WHERE {live}", given)
            session.blocks.check()
            absent = self._count(f"{name} t WHERE {gone}", given)
            session.blocks.check()
            marked = allow_shrink or not shrinks_too_much(total, absent)
            if marked and absent:
                session.run(f"UPDATE {name} t SET _vanished_at = %(at)s WHERE {gone}", given)
            done.append(Shrink(total, absent, marked=marked))
            return done[0]  # what a second attempt finds may be what the first one left

        return session.long(work)

    def live(self, table: Table, *, times: bool) -> Live:
        """See `Target.live`."""
        query = live_ids(self._names.table(table.name), [column.name for column in self._columns[table.name]])
        rows = self._session.short(lambda: self._session.run(query).fetchall())
        ids, seconds = ([int(str(row[at])) for row in rows] for at in (0, 1))
        return Live(array("q", ids), array("q", seconds if times else ()))

    def mark_gone(self, table: Table, ids: Sequence[int], at: datetime) -> int:
        """See `Target.mark_gone`."""
        live = live_rows(column.name for column in self._columns[table.name])
        update = f"UPDATE {self._names.table(table.name)} SET _vanished_at = %s WHERE {live} AND id = ANY(%s::bigint[])"
        return self._session.short(lambda: self._session.run(update, [at, list(ids)]).rowcount)

    def finish(self, table: Table) -> None:
        """See `Target.finish`."""
        forget = f'DELETE FROM {self._names.seen} WHERE "table" = %s'

        def work() -> None:
            self._session.run(forget, [table.name])

        self._session.short(work)

    def drop(self, table: Table) -> None:
        """See `Target.drop`."""

        def work() -> None:
            self._schema.drop(table)
            for own in (self._names.state, self._names.seen, self._names.tables):
                self._session.run(f'DELETE FROM {own} WHERE "table" = %s', [table.name])
            for known in (self._columns, self._rows, self._lost):
                known.pop(table.name, None)

        self._session.long(work)
        self.rejects_path(table).unlink(missing_ok=True)

    def log_run(self, line: RunLine) -> None:
        """See `Target.log_run`."""
        values = run_values(line)
        listed = ", ".join(quoted(column.name) for column in runs_columns())
        insert = (
            f"INSERT INTO {self._names.runs} ({listed}) SELECT {', '.join(['%s'] * len(values))} "
            f'WHERE NOT EXISTS (SELECT FROM {self._names.runs} WHERE run = %s AND "table" = %s)'
        )

        def work() -> None:
            self._session.run(insert, [*values, line.run, line.table])

        self._session.short(work)

    def warnings(self, table: Table) -> Sequence[str]:
        """See `Target.warnings`."""
        told = []
        if (lost := self._lost.get(table.name)) is not None:
            taken = f"{lost.rows} of {lost.committed} rows were there"
            told.append(f"{table.name}: {taken}: somebody dropped or emptied the table, so the list is read whole")
        if number := self._replaced[table.name]:
            told.append(
                f"{table.name}: PostgreSQL cannot hold the character NUL; U+FFFD stands in its place ({number} times)"
            )
        return told

    def rejects_path(self, table: Table) -> Path:
        """See `Target.rejects_path`: in the working directory, for a server has no place next to it."""
        schema = "" if self._names.schema == "public" else f"{self._names.schema}."
        return Path(f"{schema}{self._names.bare(table.name)}.rejects")

    # --- statements of a transaction ------------------------------------------------------------------------------

    def _upsert(self, table: Table, batch: Batch, text: bytes) -> Written:
        if not batch.rows:
            return Written()
        columns = self._columns[table.name]
        listed = ", ".join(quoted(column.name) for column in columns)
        self._session.copy(f"{incoming(table.name)} ({listed})", text)
        name = self._names.table(table.name)
        statement = upsert(name, table.name, columns, kept=batch.kept, raw=batch.raw is not None)
        ids = [cast("int", row.id) for row in batch.rows]  # type: ignore[attr-defined]  # every row has one
        row = self._session.run(statement, {"least": min(ids), "most": max(ids)}).fetchone()
        return Written(*(int(str(number)) for number in row or ()))

    def _put_met(self, table: Table, batch: Batch) -> None:
        ids = [cast("int", row.id) for row in batch.rows]  # type: ignore[attr-defined]  # every row has one
        runs = runs_of([*ids, *batch.spared])
        seen = self._names.seen
        self._session.run(f'DELETE FROM {seen} WHERE "table" = %s AND began <> %s', [table.name, batch.whole])
        self._session.run(
            f"INSERT INTO {seen} VALUES (%s, %s, %s::bigint[], %s::bigint[])", [table.name, batch.whole, *runs]
        )

    def _put_rows(self, table: Table, new: int) -> None:
        """Remembers how many rows there are: as many as were counted, and those this run added."""
        if table.name not in self._rows:
            self._rows[table.name] = self._contents(table).rows - new
        self._session.run(
            f'INSERT INTO {self._names.tables} AS own VALUES (%s, %s) ON CONFLICT ("table") DO UPDATE '
            "SET rows = excluded.rows WHERE own.rows <> excluded.rows",
            [table.name, self._rows[table.name] + new],
        )

    def _contents(self, table: Table) -> Contents:
        row = self._session.run(f'SELECT rows FROM {self._names.tables} WHERE "table" = %s', [table.name]).fetchone()
        return Contents(self._count(self._names.table(table.name), {}), int(str(row[0])) if row else None)

    def _state_query(self) -> str:
        return f'SELECT state FROM {self._names.state} WHERE "table" = %s AND key = %s'

    def _state(self, table: Table, key: str) -> bytes | None:
        return _compact(self._session.run(self._state_query(), [table.name, key]).fetchone())

    def _is_stored(self, table: Table, key: str, state: bytes) -> bool:
        stored = self._state(table, key)
        return stored is not None and json.loads(stored) == json.loads(state)

    def _put_state(self, table: Table, key: str, state: bytes) -> None:
        self._session.run(
            f"INSERT INTO {self._names.state} VALUES (%s, %s, %s::jsonb, clock_timestamp()) "
            'ON CONFLICT ("table", key) DO UPDATE SET state = excluded.state, saved_at = excluded.saved_at',
            [table.name, key, state.decode()],
        )

    def _count(self, what: str, values: dict[str, object]) -> int:
        row = self._session.run(f"SELECT count(*) FROM {what}", values).fetchone()
        return int(str(row[0])) if row else 0


def _compact(row: tuple[object, ...] | None) -> bytes | None:
    """A state as the driver reads it, as the bytes that were saved but for the order of names."""
    return None if row is None else json.dumps(row[0], separators=(",", ":"), ensure_ascii=False).encode()
