"""Rows to Arrow, a column at a time: real types, names of the wire, nested values as structs and lists.

polars, pandas, DuckDB and pyarrow itself read what comes out. Needs pyarrow (extra `parquet`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, cast

import attrs
import msgspec
import pyarrow as pa

from ...errors import WethodError
from ..values import Json
from .columns import RAW, Column, Kind, columns_of
from .packing import TIMESTAMP, packed
from .values import column_of, values_of

__all__ = [
    "TIMESTAMP",
    "ArrowValueError",
    "array_of",
    "flat_column",
    "schema_of",
    "stored_table",
    "table_of",
    "to_arrow",
    "type_of",
]

_SCALARS: Final[dict[Kind, pa.DataType]] = {
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamptz": TIMESTAMP,
    "json": pa.string(),
}

_REFUSALS: Final = (pa.ArrowException, OverflowError, ValueError, TypeError)


class ArrowValueError(WethodError):
    """A value that no column of its type can hold, such as a number beyond 64 bits.

    `index` is the place of its row in the rows given, `path` the field (`$.id`).
    """

    index: int | None
    path: str

    def __init__(self, message: str, *, index: int | None, path: str) -> None:
        super().__init__(f"{path}: {message}")
        self.index = index
        self.path = path


def to_arrow(rows: Sequence[object], model: type) -> pa.Table:
    """Rows of a model as an Arrow table with real types, also where there are none.

    Args:
        rows: of `model`.
        model: the attrs class whose fields become columns; or `dict`: then every key that a row has becomes one, of the
            type that Arrow sees in its values, or of JSON text where no one type holds them all.

    Raises:
        ArrowValueError: a number or a date-time that Arrow cannot hold.

    Example:
        >>> table = to_arrow(await wethod.timesheets.list(), Timesheet)  # doctest: +SKIP
    """
    if model is dict:
        return _table_of_mappings(cast("Sequence[Mapping[str, Json]]", rows))
    return table_of(rows, columns_of(model))


def _table_of_mappings(rows: Sequence[Mapping[str, Json]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.Table.from_arrays([_array_of_any([row.get(name) for row in rows], name) for name in names], names=names)


def _array_of_any(values: Sequence[Json], name: str) -> pa.Array[Any]:
    with suppress(*_REFUSALS):
        return pa.array(values)
    try:
        return pa.array(_texts(values), pa.string())
    except _REFUSALS as error:
        raise ArrowValueError(str(error), index=None, path=f"$.{name}") from None


def table_of(rows: Sequence[object], columns: Iterable[Column]) -> pa.Table:
    """Rows as an Arrow table of exactly `columns`; those without an attribute are null.

    Raises:
        ArrowValueError: a number or a date-time that Arrow cannot hold.
    """
    columns = tuple(columns)
    values = values_of(rows)
    return pa.Table.from_arrays([array_of(values(column), column) for column in columns], schema=schema_of(columns))


def stored_table(
    rows: Sequence[object],
    raw: Sequence[bytes] | None,
    columns: Iterable[Column],
    *,
    flat: bool = False,
    made: Mapping[str, pa.Array[Any]] | None = None,
) -> pa.Table:
    """Rows as a table stores them, with their JSON text where there is one; columns that no row has are null.

    Args:
        rows: objects with the model's attributes.
        raw: the JSON text of each row; None where it is not stored.
        columns: of the table, stored ones included.
        flat: nested values as JSON text, for targets that cannot nest.
        made: columns that are arrays already, by name.

    Raises:
        ArrowValueError: as `table_of`.
    """
    made = made or {}
    values = values_of(rows)
    arrays: list[pa.Array[Any]] = []
    names: list[str] = []
    for column in columns:
        names.append(column.name)
        if column == RAW and raw is not None:
            arrays.append(pa.array([text.decode() for text in raw], pa.string()))
        elif column.name in made and made[column.name].type == type_of(column):
            arrays.append(made[column.name])
        elif flat and column.nested:
            arrays.append(pa.array(_texts(_nested(column, values(column), _as_it_is)), pa.string()))
        else:
            arrays.append(array_of(values(column), column))
    return pa.Table.from_arrays(arrays, names=names)


def flat_column(column: Column) -> Column:
    """The column, or JSON text in its place where it is nested."""
    return attrs.evolve(column, kind="json", many=False, fields=()) if column.nested else column


def array_of(values: Sequence[object], column: Column) -> pa.Array[Any]:
    """The values of a column as an Arrow array.

    Raises:
        ArrowValueError: as `table_of`.
    """
    values = _nested(column, values, _text)
    try:
        array = packed(column.kind, values) if not column.many else None
        return pa.array(values, type_of(column)) if array is None else array
    except _REFUSALS as error:
        raise _misfit(column, values, error) from None


def _nested(column: Column, values: Sequence[object], as_json: Callable[[object], object]) -> Sequence[object]:
    """Values with JSON inside as `as_json` has it and models inside as dicts; columns of scalars stay as they are."""
    if column.kind == "struct":
        one = _dict_maker(column.fields, as_json)
    elif column.kind == "json" and as_json is not _as_it_is:
        one = as_json
    else:
        return values
    if column.many:
        return [None if many is None else [*map(one, cast("Sequence[object]", many))] for many in values]
    return [None if value is None else one(value) for value in values]


def _dict_maker(columns: tuple[Column, ...], as_json: Callable[[object], object]) -> Callable[[object], object]:
    def make(value: object) -> object:
        if value is None:
            return None
        return {column.name: _nested(column, column_of([value], column), as_json)[0] for column in columns}

    return make


def _as_it_is(value: object) -> object:
    return value


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _texts(values: Iterable[object]) -> list[str | None]:
    return [None if value is None else _text(value) for value in values]


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of columns: `json` is text, nested values are structs and lists of them."""
    return pa.schema([pa.field(column.name, type_of(column)) for column in columns])


def type_of(column: Column) -> pa.DataType:
    """The Arrow type of a column."""
    if column.kind == "struct":
        inner: pa.DataType = pa.struct([pa.field(each.name, type_of(each)) for each in column.fields])
    else:
        inner = _SCALARS[column.kind]
    return pa.list_(inner) if column.many else inner


def _misfit(column: Column, values: Sequence[object], error: Exception) -> ArrowValueError:
    for index, value in enumerate(values):
        try:
            pa.array([value], type_of(column))
        except _REFUSALS:
            return ArrowValueError(f"a {column.kind} cannot hold {value!r:.100}", index=index, path=f"$.{column.name}")
    return ArrowValueError(str(error), index=None, path=f"$.{column.name}")
