"""Writes the first rows of a table: recipes where a list has one, field names and schemas for the rest."""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
from collections.abc import Iterator

import attrs

from asyncsdk.sandbox import plans
from asyncsdk.sandbox.clock import stamp
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.draw import Draw, Scene, scene
from asyncsdk.sandbox.period import Period
from asyncsdk.sandbox.recipes import ARCHIVED, RECIPES
from asyncsdk.sandbox.relations import target
from asyncsdk.sandbox.rules import empty
from asyncsdk.sandbox.sizes import Sizes
from asyncsdk.sandbox.tables import StoredTable, tables
from asyncsdk.sandbox.timeline import Timeline

Scalar = int | float | str | None


@attrs.frozen
class Filling:
    """Fills tables with `rows` production plan streams and what belongs to them, or with nothing where `empty`.

    The same seed gives the same rows for the same day.
    """

    rows: int
    seed: int
    empty: bool = False
    sizes: Sizes = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "sizes", Sizes(self.rows, self.seed))

    def __call__(self, connection: sqlite3.Connection, name: str, day: str) -> None:
        """Writes a table's rows, as they are on a day."""
        if self.empty:
            return
        period = Period(dt.date.fromisoformat(day))
        if name in ("production_plans", "production_plan_streams"):
            plans.fill(connection, name, self.sizes, period)
            return
        drawn = scene(Timeline(self.sizes, period))
        if name == "timesheets":
            drawn.sheets.fill(connection)
            return
        table = tables()[name]
        names = ", ".join(f'"{column}"' for column in table.all_columns)
        marks = ", ".join("?" for _ in table.all_columns)
        connection.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', _draw(table, drawn))


def _draw(table: StoredTable, drawn: Scene) -> Iterator[tuple[Scalar, ...]]:
    sizes, period = drawn.sizes, drawn.timeline.period
    draw = random.Random(f"{sizes.seed} {table.name}")
    recipe, count = RECIPES[table.name], sizes.counts[table.name]
    pointed = {name: target(name, table.name) for name in table.all_columns}
    defaults = {name: empty(column) for name, column in table.columns.items()}
    archived = ARCHIVED.get(table.name, frozenset[int]())
    first, last = period.first_stamp(sizes.span), period.last_stamp
    known = [(name, pointed[name], defaults.get(name)) for name in table.all_columns]
    for id in range(1, count + 1):
        here = Draw(id, draw, drawn)
        row: Object = recipe(here)
        born = _seconds(row, "created_at", first + (last - first) * id / (count + 1))
        touched = born + draw.random() * (last - born) if draw.random() < 0.3 else born
        touched = min(max(_seconds(row, "updated_at", touched), born), last)
        made = stamp(int(born * 1000))
        row |= {"id": id, "created_at": made, "updated_at": made if touched == born else stamp(int(touched * 1000))}
        if table.soft and sizes.deleted(table.name, id):
            row["deleted_at"] = row["updated_at"]
        if id in archived:
            row["archived_at"] = row["updated_at"]
        yield tuple([_value(table, name, row, points, default, here) for name, points, default in known])


def _seconds(row: Object, name: str, otherwise: float) -> float:
    value = row.get(name)
    return value if isinstance(value, int | float) else otherwise


def _value(table: StoredTable, name: str, row: Object, pointed: str | None, default: Json, draw: Draw) -> Scalar:
    if name in row:
        if name == "dynamic":
            return json.dumps(row[name], ensure_ascii=False, separators=(",", ":"))
        return table.to_sql(name, row[name])
    if pointed is not None:
        return draw.ref(pointed)
    return table.to_sql(name, default)
