"""Rows that change while somebody walks them: the same changes again for the same seed."""

from __future__ import annotations

import json
import random

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox import words
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.store import Mutation, Store
from asyncsdk.sandbox.tables import StoredTable, tables

# What an update changes, the first that a table has; a table with none of them only moves `updated_at`.
_TOUCHED = ("value", "hours", "days", "days_left", "progress", "notes", "description", "name")


def mutate(store: Store, name: str, kind: str, draw: random.Random) -> Mutation | None:
    """Changes one row that lives, or adds a copy of one; None where no row lives.

    `kind` is insert, update, soft_delete or hard_delete; where a list has no soft deletion the row goes.
    """
    table = store.ready(name)
    living = store.count(name, "live")
    if not living:
        return None
    ((id, text),) = store.page(name, "live", 1, draw.randrange(living))
    if kind == "insert":
        id = store.insert(name, _copy(table, json.loads(text)))
        return Mutation(name, "insert", id)
    if kind == "update":
        store.update(name, id, _touch(table, draw))
        return Mutation(name, "update", id)
    soft = kind == "soft_delete" and table.soft
    store.delete(name, id, soft=soft)
    return Mutation(name, "soft_delete" if soft else "hard_delete", id)


def table_of(resource: str) -> str:
    """Returns the table of a resource named as in Python or as in the path; ArgumentError names those there are."""
    name = resource.rstrip("/").rpartition("/")[2].replace("-", "_")
    if name not in tables():
        raise ArgumentError("resource", f"{resource!r} is not a list of the API; known: {', '.join(tables())}")
    return name


def _copy(table: StoredTable, row: Object) -> Object:
    copy = {name: value for name, value in row.items() if name in table.columns and name not in ("id", "deleted_at")}
    if table.dynamic:
        dynamic = {name: value for name, value in row.items() if name.startswith(table.dynamic)}
        copy["dynamic"] = json.dumps(dynamic, ensure_ascii=False, separators=(",", ":")) if dynamic else None
    return copy


def _touch(table: StoredTable, draw: random.Random) -> Object:
    column = next((table.columns[name] for name in _TOUCHED if name in table.columns), None)
    if column is None:
        return {}
    value: Json = draw.randint(1, 8)
    if column.kind == "text":
        value = f"{draw.randint(2, 16) / 2:g}" if column.name == "value" else draw.choice(words.TASKS)
    return {column.name: value}
