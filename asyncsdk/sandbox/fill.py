"""Writes the first rows of a table: recipes where a list has one, field names and schemas for the rest."""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator

import attrs

from asyncsdk.sandbox import plans
from asyncsdk.sandbox.clock import stamp
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.draw import Draw
from asyncsdk.sandbox.recipes import ARCHIVED, RECIPES
from asyncsdk.sandbox.relations import target
from asyncsdk.sandbox.sizes import Sizes
from asyncsdk.sandbox.tables import Column, Table, tables

Scalar = int | float | str | None


@attrs.frozen
class Filling:
    """Fills tables with `rows` production plan streams and what belongs to them. The same seed gives the same rows."""

    rows: int
    seed: int
    sizes: Sizes = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "sizes", Sizes(self.rows, self.seed))

    def __call__(self, connection: sqlite3.Connection, name: str) -> None:
        """Writes a table's rows."""
        if name in ("production_plans", "production_plan_streams"):
            plans.fill(connection, name, self.sizes)
            return
        table = tables()[name]
        names = ", ".join(f'"{column}"' for column in table.all_columns)
        marks = ", ".join("?" for _ in table.all_columns)
        connection.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', self._draw(table))

    def _draw(self, table: Table) -> Iterator[tuple[Scalar, ...]]:
        draw = random.Random(f"{self.seed} {table.name}")
        recipe, count = RECIPES[table.name], self.sizes.counts[table.name]
        pointed = {name: target(name, table.name) for name in table.all_columns}
        defaults = {name: _default(column) for name, column in table.columns.items()}
        archived = ARCHIVED.get(table.name, frozenset[int]())
        first = plans.FIRST_STAMP * 1000
        step = (plans.LAST_STAMP * 1000 - first) * 4 // (count * 5 + 5)
        for id in range(1, count + 1):
            row: Object = recipe(Draw(id, draw, self.sizes))
            born = first + step * id
            touched = born + int(draw.random() * (plans.LAST_STAMP * 1000 - born)) if draw.random() < 0.3 else born
            row |= {"id": id, "created_at": stamp(born), "updated_at": stamp(touched)}
            if table.soft and self.sizes.deleted(table.name, id):
                row["deleted_at"] = row["updated_at"]
            if id in archived:
                row["archived_at"] = row["updated_at"]
            yield tuple(
                self._value(table, name, row, pointed[name], defaults.get(name), draw) for name in table.all_columns
            )

    def _value(
        self, table: Table, name: str, row: Object, pointed: str | None, default: Json, draw: random.Random
    ) -> Scalar:
        if name in row:
            if name == "dynamic":
                return json.dumps(row[name], ensure_ascii=False, separators=(",", ":"))
            return table.to_sql(name, row[name])
        if pointed is not None:
            return Draw(0, draw, self.sizes).ref(pointed)
        return table.to_sql(name, default)


def _default(column: Column) -> Json:
    """Returns the empty value a column takes where nothing else is known."""
    if not column.required:
        return None
    empty: dict[str, Json] = {"integer": 0, "number": 0, "boolean": False, "text": "", "json": []}
    return empty[column.kind]
