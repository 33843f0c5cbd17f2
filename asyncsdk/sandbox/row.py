"""Rows as a test reads them: the API's JSON as a mapping, with the id at hand."""

# names in SQL are the contract's own; what callers give is always bound
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox.contract import Json
from asyncsdk.sandbox.positions import View
from asyncsdk.sandbox.store import Store, Where
from asyncsdk.sandbox.tables import tables


class Row(dict[str, Json]):
    """One row as the API shows it: `row["hours"]`, and `row.id` as a number."""

    @property
    def id(self) -> int:
        """The row's id."""
        value = self["id"]
        if not isinstance(value, int):
            raise TypeError(f"a row without an id: {value!r}")
        return value


def read_row(store: Store, table: str, id: int) -> Row:
    """Returns a row that is there."""
    return Row(json.loads(store.text(table, id) or "{}"))


def matching(store: Store, name: str, view: View, equal: Mapping[str, Json | dt.date]) -> list[Row]:
    """Returns the rows of a view whose fields are equal to what is given, by id."""
    table = tables()[name]
    conditions = ["1"] if view == "all" or not table.soft else [f"deleted_at IS {'NOT ' * (view == 'deleted')}NULL"]
    if view == "deleted" and not table.soft:
        conditions = ["0"]
    values: dict[str, int | float | str | None] = {}
    for field, value in equal.items():
        if field not in table.all_columns:
            raise ArgumentError(field, f"{name} has no such field; known: {', '.join(sorted(table.columns))}")
        conditions.append(f'"{field}" IS :{field}')
        values[field] = table.to_sql(field, value.isoformat() if isinstance(value, dt.date) else value)
    found = store.search(name, Where(" AND ".join(conditions), values), -1, 0)
    return [Row(json.loads(text)) for _, text in found]
