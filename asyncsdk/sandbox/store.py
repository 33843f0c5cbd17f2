"""One company's rows, in SQLite: pages, lookups and changes. The only module that speaks SQL about stored rows.

A table is filled when it is first needed. Pages come out as JSON text, row by row.
"""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

import json
import sqlite3
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import attrs

from asyncsdk.errors import ConfigurationError
from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.positions import BLOCK, Positions, View
from asyncsdk.sandbox.relations import pointers, target
from asyncsdk.sandbox.tables import ColumnKind, StoredColumn, StoredTable, tables

__all__ = [
    "ColumnKind",
    "Mutation",
    "MutationKind",
    "Object",
    "Scalar",
    "Store",
    "StoredColumn",
    "StoredTable",
    "View",
    "Where",
]

Scalar = int | float | str | None
MutationKind = Literal["insert", "update", "soft_delete", "hard_delete", "restore"]
Fill = Callable[[sqlite3.Connection, str, str], None]

_VIEWS: Mapping[View, str] = {"all": "1", "live": "deleted_at IS NULL", "deleted": "deleted_at IS NOT NULL"}
_FORMAT = 2  # of the files; a file of another format is refused


@attrs.frozen
class Mutation:
    """One row that was changed since the first rows were written."""

    table: str
    kind: MutationKind
    id: int


@attrs.frozen
class Where:
    """A condition in SQL with its named values, the order, and the tables it reads besides its own."""

    sql: str
    values: Mapping[str, Scalar] = attrs.field(factory=dict)
    order: str = "id"
    needs: tuple[str, ...] = ()


class Store:
    """The rows of one company. `fill(connection, table, day)` writes a table's first rows; `identity` names the data.

    `day` is the day they end, today by default. A file is used again when its identity is the same, with the day it
    began with where none is given, and refused otherwise.
    """

    def __init__(
        self, fill: Fill, identity: str, clock: ServiceClock, database: str = ":memory:", day: str | None = None
    ) -> None:
        self.history: list[Mutation] = []
        self._fill = fill
        self._clock = clock
        self._positions: dict[str, Positions] = {}
        self._next: dict[str, int] = {}  # ids are never given twice, not even after the last row went
        self._marks: OrderedDict[tuple[str, str, str], dict[int, int]] = OrderedDict()
        self._connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        # A store that nobody closes, of a sandbox that never ran, ends with the last reference to it.
        self._end = weakref.finalize(self, self._connection.close)
        self._connection.execute("PRAGMA journal_mode = MEMORY")
        self._connection.execute("PRAGMA synchronous = OFF")
        self.day: str = self._claim(identity, database, day)

    def _claim(self, identity: str, database: str, day: str | None) -> str:
        known = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not known:
            begun = day or self._clock.today()
            self._connection.execute("CREATE TABLE sandbox (format INTEGER, identity TEXT, day TEXT)")
            self._connection.execute("INSERT INTO sandbox VALUES (?, ?, ?)", (_FORMAT, identity, begun))
            return begun
        held = self._connection.execute("SELECT * FROM sandbox").fetchone() if "sandbox" in known else None
        if held is None or held != (_FORMAT, identity, day or held[-1]):
            self._end()
            raise ConfigurationError(
                f"{Path(database).name} holds other data ({held}); give another file or the same settings"
            )
        return str(held[-1])

    def close(self) -> None:
        """Ends the connection; rows in memory are gone. Idempotent."""
        self._end()

    def ready(self, name: str) -> StoredTable:
        """Returns the table, filled. Idempotent."""
        table = tables()[name]
        if name not in self._positions:
            exists = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            if not exists:
                self._create(table)
            deleted = "count(deleted_at)" if table.soft else "0"
            positions = Positions()
            positions.load(
                self._connection.execute(
                    f'SELECT id / {BLOCK}, count(*), {deleted} FROM "{name}" GROUP BY 1 ORDER BY 1'
                ).fetchall()
            )
            self._positions[name] = positions
            (last,) = self._connection.execute(f'SELECT ifnull(max(id), 0) FROM "{name}"').fetchone()
            self._next[name] = last + 1
        return table

    def _create(self, table: StoredTable) -> None:
        self._connection.execute("BEGIN")
        try:
            self._connection.execute(table.create)
            self._fill(self._connection, table.name, self.day)
            for field in table.all_columns:
                if target(field, table.name):
                    self._connection.execute(f'CREATE INDEX "{table.name}.{field}" ON "{table.name}" ("{field}")')
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def count(self, name: str, view: View = "all") -> int:
        """Returns the number of rows in a view."""
        table = self.ready(name)
        return self._positions[name].count(view if table.soft else "all")

    def page(self, name: str, view: View, limit: int, offset: int) -> list[tuple[int, str]]:
        """Returns (id, JSON text) of a page in the order of ids, at any offset for the price of a short range read."""
        table = self.ready(name)
        if not table.soft:
            view = "all"
        found = self._positions[name].find(view, offset)
        if found is None:
            return []
        rows: list[tuple[int, str]] = self._connection.execute(
            f'SELECT id, {table.json} FROM "{name}" WHERE id >= ? AND {_VIEWS[view]} ORDER BY id LIMIT ? OFFSET ?',
            (found[0], limit, found[1]),
        ).fetchall()
        return rows

    def search(self, name: str, where: Where, limit: int, offset: int) -> list[tuple[int, str]]:
        """Returns (id, JSON text) of a page of the rows that fit, in the order asked for.

        A walk in the order of ids goes on where an earlier page of the same search ended.
        """
        table = self.ready(name)
        for needed in where.needs:
            self.ready(needed)
        condition, values, skip = where.sql, dict(where.values), offset
        marks: dict[int, int] | None = None
        if where.order == "id":
            marks = self._remembered(name, where)
            if near := max((at for at in marks if at <= offset), default=0):
                condition, values["after"], skip = f"id > :after AND ({where.sql})", marks[near], offset - near
        page = f"WHERE {condition} ORDER BY {where.order} LIMIT :limit OFFSET :skip"
        if marks is None:  # sorted by their ids alone: the text of every row that fits would be made otherwise
            page = f'WHERE id IN (SELECT id FROM "{name}" {page}) ORDER BY {where.order}'
        rows: list[tuple[int, str]] = self._connection.execute(
            f'SELECT id, {table.json} FROM "{name}" {page}', {**values, "limit": limit, "skip": skip}
        ).fetchall()
        if marks is not None and len(rows) == limit and len(rows) > 1:
            # The row before the last, so that a page that overlaps by one goes on from here as well.
            marks[offset + len(rows) - 1] = rows[-2][0]
            while len(marks) > 64:
                del marks[next(iter(marks))]
        return rows

    def _remembered(self, name: str, where: Where) -> dict[int, int]:
        key = (name, where.sql, json.dumps(where.values, sort_keys=True, default=str))
        marks = self._marks.setdefault(key, {})
        self._marks.move_to_end(key)
        while len(self._marks) > 32:
            self._marks.popitem(last=False)
        return marks

    def explain(self, name: str, where: Where) -> list[str]:
        """Returns SQLite's plan of a search, a line a step."""
        self.ready(name)
        sql = f'EXPLAIN QUERY PLAN SELECT id FROM "{name}" WHERE {where.sql} ORDER BY {where.order} LIMIT 100'
        return [str(row[3]) for row in self._connection.execute(sql, dict(where.values))]

    def text(self, name: str, id: int) -> str | None:
        """Returns a row's JSON text, deleted or not."""
        table = self.ready(name)
        row = self._connection.execute(f'SELECT {table.json} FROM "{name}" WHERE id = ?', (id,)).fetchone()
        return None if row is None else str(row[0])

    def row(self, name: str, id: int) -> Object | None:
        """Returns a row as an object, deleted or not."""
        text = self.text(name, id)
        return None if text is None else json.loads(text)

    def column(self, name: str, field: str, where: Where) -> list[Scalar]:
        """Returns one column of the rows that fit, by id."""
        self.ready(name)
        for needed in where.needs:
            self.ready(needed)
        sql = f'SELECT "{field}" FROM "{name}" WHERE {where.sql} ORDER BY id'
        return [row[0] for row in self._connection.execute(sql, dict(where.values))]

    def exists(self, name: str, id: int) -> bool:
        """Whether there is such a row that is not softly deleted."""
        table = self.ready(name)
        alive = " AND deleted_at IS NULL" if table.soft else ""
        return self._connection.execute(f'SELECT 1 FROM "{name}" WHERE id = ?{alive}', (id,)).fetchone() is not None

    def insert(self, name: str, values: Mapping[str, Json]) -> int:
        """Adds a row at the end and returns its id. Id and stamps are the store's own."""
        own = ("id", "created_at", "updated_at")
        return self.place(name, {field: value for field, value in values.items() if field not in own})

    def place(self, name: str, values: Mapping[str, Json]) -> int:
        """Adds a row with the id and the stamps that are given, its own where they are not, and returns its id."""
        table = self.ready(name)
        id = values.get("id")
        id = id if isinstance(id, int) else self._next[name]
        made = values.get("created_at") or values.get("updated_at") or self._clock.tick()
        row = {"created_at": made, "updated_at": made, **values, "id": id}
        kept = {column: table.to_sql(column, value) for column, value in row.items() if column in table.all_columns}
        if isinstance(dynamic := row.get("dynamic"), dict):
            kept["dynamic"] = json.dumps(dynamic, ensure_ascii=False, separators=(",", ":")) if dynamic else None
        columns = ", ".join(f'"{column}"' for column in kept)
        marks = ", ".join("?" for _ in kept)
        self._connection.execute(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', tuple(kept.values()))
        if id < self._next[name]:
            self._marks.clear()  # pages after it begin elsewhere now
        self._next[name] = max(self._next[name], id + 1)
        self._positions[name].change(id, rows=1, deleted=int(kept.get("deleted_at") is not None))
        self.history.append(Mutation(name, "insert", id))
        return id

    def next_id(self, name: str) -> int:
        """Returns the id the next row gets."""
        self.ready(name)
        return self._next[name]

    def first(self, name: str, where: Where) -> int | None:
        """Returns the lowest id of the rows that fit."""
        self.ready(name)
        found = self._connection.execute(
            f'SELECT min(id) FROM "{name}" WHERE {where.sql}', dict(where.values)
        ).fetchone()
        return None if found[0] is None else int(found[0])

    def update(self, name: str, id: int, values: Mapping[str, Json]) -> None:
        """Changes a row and moves its `updated_at`; not for deletions."""
        table = self.ready(name)
        kept = {column: table.to_sql(column, value) for column, value in values.items() if column in table.all_columns}
        kept["updated_at"] = self._clock.tick()
        changes = ", ".join(f'"{column}" = ?' for column in kept)
        self._connection.execute(f'UPDATE "{name}" SET {changes} WHERE id = ?', (*kept.values(), id))
        self._changed(name, "update", id)

    def delete(self, name: str, id: int, *, soft: bool) -> None:
        """Deletes a row that is there and not deleted: sets `deleted_at`, or removes it."""
        self.ready(name)
        if soft:
            stamp = self._clock.tick()
            self._connection.execute(
                f'UPDATE "{name}" SET deleted_at = ?, updated_at = ? WHERE id = ?', (stamp, stamp, id)
            )
            self._positions[name].change(id, deleted=1)
        else:
            self._connection.execute(f'DELETE FROM "{name}" WHERE id = ?', (id,))
            self._positions[name].change(id, rows=-1)
        self._changed(name, "soft_delete" if soft else "hard_delete", id)

    def restore(self, name: str, id: int, values: Mapping[str, Json]) -> None:
        """Takes a soft deletion back, with new values: a leader who is attached again."""
        self.update(name, id, {**values, "deleted_at": None})
        self._positions[name].change(id, deleted=-1)
        self._changed(name, "restore", id)

    def _changed(self, name: str, kind: MutationKind, id: int) -> None:
        self._marks.clear()
        self.history.append(Mutation(name, kind, id))

    def ids(self, name: str, view: View) -> set[int]:
        """Returns the ids of all rows in a view."""
        condition = _VIEWS[view] if self.ready(name).soft else "1"
        return {id for (id,) in self._connection.execute(f'SELECT id FROM "{name}" WHERE {condition}')}

    def wipe(self) -> None:
        """Forgets every row; tables are filled anew when they are next needed."""
        for name in tables():
            self._connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        self._positions.clear()
        self._next.clear()
        self._marks.clear()
        self.history.clear()

    def holders(self, name: str, id: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Returns the (table, field) whose rows point to a row: those that cannot be null, and those that can."""
        firm: list[tuple[str, str]] = []
        loose: list[tuple[str, str]] = []
        for other, field in pointers(name):
            self.ready(other)
            if self._connection.execute(f'SELECT 1 FROM "{other}" WHERE "{field}" = ? LIMIT 1', (id,)).fetchone():
                column = tables()[other].columns.get(field)
                (firm if column is not None and column.required else loose).append((other, field))
        return firm, loose

    def release(self, name: str, id: int, loose: list[tuple[str, str]]) -> None:
        """Sets the fields that point to a row to null, before it goes."""
        for other, field in loose:
            for holder in self.column(other, "id", Where(f'"{field}" = :id', {"id": id})):
                self.update(other, int(holder or 0), {field: None})
