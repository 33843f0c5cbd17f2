"""What a Delta table has to look like, and how one that is there changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pyarrow as pa

from ..._codec.arrow.columns import Column
from ..._codec.arrow.tables import type_of
from ..target import TargetRefused

__all__ = ["SchemaChange", "fit_schema", "schema_of_columns"]


@attrs.frozen
class SchemaChange:
    """What a table's schema becomes so that it takes the rows.

    Args:
        schema: of the table from then on.
        adds: columns, or fields of nested ones, come in; files stay as they are.
        rewrites: values get another type, or columns go: every file is written anew.
    """

    schema: pa.Schema
    adds: bool = False
    rewrites: bool = False


def schema_of_columns(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of columns, each field with its `unit` and `description` where it has them."""
    fields = []
    for column in columns:
        meaning = {"unit": column.unit, "description": column.description}
        told = {name: text for name, text in meaning.items() if text}
        fields.append(pa.field(column.name, type_of(column), metadata=told or None))
    return pa.schema(fields)


def fit_schema(name: str, stored: pa.Schema, wanted: pa.Schema, without: frozenset[str]) -> SchemaChange:
    """How a table with the schema `stored` has to change to take rows of `wanted`. Columns that rows lack stay.

    Raises:
        TargetRefused: a column holds something else.
    """
    change = _fields(name, stored, wanted)
    fields = [field for field in change[0] if field.name not in without]
    gone = len(fields) < len(change[0])
    return SchemaChange(pa.schema(fields), change[1], change[2] or gone)


def _fields(
    path: str, stored: Iterable[pa.Field[pa.DataType]], wanted: Iterable[pa.Field[pa.DataType]]
) -> tuple[list[pa.Field[pa.DataType]], bool, bool]:
    """The fields of both, and whether some are new, or of a new type."""
    before = {field.name: field for field in stored}
    after = {field.name: field for field in wanted}
    fields: list[pa.Field[pa.DataType]] = []
    adds = rewrites = False
    for name, field in before.items():
        if name in after:
            type_, more, other = _type(f"{path}.{name}", field.type, after[name].type)
            field = field.with_type(type_)
            adds, rewrites = adds or more, rewrites or other
        fields.append(field)
    fields += [field for name, field in after.items() if name not in before]
    return fields, adds or len(fields) > len(before), rewrites


def _type(path: str, stored: pa.DataType, wanted: pa.DataType) -> tuple[pa.DataType, bool, bool]:
    if isinstance(stored, pa.StructType) and isinstance(wanted, pa.StructType):
        fields, adds, rewrites = _fields(path, _inner(stored), _inner(wanted))
        return pa.struct(fields), adds, rewrites
    if isinstance(stored, pa.ListType) and isinstance(wanted, pa.ListType):
        type_, adds, rewrites = _type(f"{path}[]", stored.value_type, wanted.value_type)
        return pa.list_(type_), adds, rewrites
    if stored == wanted or (pa.types.is_float64(stored) and pa.types.is_int64(wanted)):
        return stored, False, False
    if pa.types.is_int64(stored) and pa.types.is_float64(wanted):
        return wanted, False, True
    table, _, column = path.partition(".")
    raise TargetRefused(
        f'{table}: column "{column}" holds {stored}, the rows have {wanted}; give this run another --schema or --prefix'
    )


def _inner(type_: pa.StructType) -> list[pa.Field[pa.DataType]]:
    return [type_.field(at) for at in range(type_.num_fields)]
