"""The values of rows, a column at a time: what every engine takes them by, whatever class the rows are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import cast

import msgspec

from .columns import Column

__all__ = ["column_of", "values_of"]


def values_of(rows: Sequence[object]) -> Callable[[Column], Sequence[object]]:
    """A function that gives the values of a column, for all columns of some rows.

    Structs are turned round at once when the first column is asked for, which takes half. A column without an attribute
    is None throughout.
    """
    kinds = set(map(type, rows))
    if len(kinds) != 1 or not issubclass(kind := kinds.pop(), msgspec.Struct):
        return lambda column: column_of(rows, column)
    fields = kind.__struct_fields__
    by_name: dict[str, Sequence[object]] = {}

    def values(column: Column) -> Sequence[object]:
        if column.attribute is None:
            return [None] * len(rows)
        if not by_name:
            turned = zip(*map(msgspec.structs.astuple, cast("Sequence[msgspec.Struct]", rows)), strict=True)
            by_name.update(zip(fields, turned, strict=True))
        return by_name[column.attribute]

    return values


def column_of(rows: Sequence[object], column: Column) -> list[object]:
    """The values of one column."""
    if column.attribute is None:
        return [None] * len(rows)
    return list(map(attrgetter(column.attribute), rows))
