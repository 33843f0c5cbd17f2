"""Which columns a model's rows have in a table: names of the wire, kinds that every target can hold.

Derived from the models alone, without Arrow or a database: each target turns a kind into a type of its own.
"""

from __future__ import annotations

import datetime as dt
import functools
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, cast, get_args, get_origin

import attrs

from ...errors import ArgumentError
from .. import fields
from ..keys import field_types, is_model

__all__ = ["ID", "RAW", "VANISHED_AT", "Column", "Kind", "columns_of", "stored_columns", "widened"]

Kind: TypeAlias = Literal["bigint", "double", "bool", "text", "date", "timestamptz", "json", "struct"]

_KINDS: Final[dict[object, Kind]] = {
    bool: "bool",
    int: "bigint",
    float: "double",
    str: "text",
    dt.date: "date",
    dt.datetime: "timestamptz",
}


@attrs.frozen
class Column:
    """A column of a table, or a field of a nested value.

    Every column but `id` may be empty: fields that the contract requires today may vanish from the API tomorrow.

    Args:
        name: as on the wire (`from`); a mapping of dynamic keys has the name of its attribute (`metadata`).
        kind: what it holds. `json` is any JSON as text: dynamic keys by id (`{"13": "x"}`), values of no fixed type.
        attribute: of the row; None for a column that no model has.
        many: a list of them.
        fields: of a `struct`.
        unit: of its numbers (`K`, `h`, `%`), where the contract tells one.
        description: what it means, where the contract tells.
    """

    name: str
    kind: Kind
    attribute: str | None = None
    many: bool = False
    fields: tuple[Column, ...] = ()
    unit: str | None = attrs.field(default=None, eq=False, repr=False)
    description: str | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def comment(self) -> str | None:
        """What a database shows of its meaning: the description, then the unit in brackets."""
        unit = f"[{self.unit}]" if self.unit else None
        return " ".join(filter(None, (self.description, unit))) or None

    @property
    def nested(self) -> bool:
        """Whether it holds more than one scalar, so that targets without nesting need JSON text."""
        return self.many or self.kind == "struct"


ID: Final = Column("id", "bigint", "id")
VANISHED_AT: Final = Column(
    "_vanished_at", "timestamptz", description="When a whole pass no longer met the row; empty while it is there."
)
RAW: Final = Column("_raw", "json", description="The row as the API sent it.")


@functools.cache
def columns_of(model: type) -> tuple[Column, ...]:
    """The columns of an attrs class, in the order of its fields.

    Raises:
        ArgumentError: a field whose type no column can hold.

    Example:
        >>> from asyncsdk.models.levels import Level
        >>> columns_of(Level)[0]
        Column(name='id', kind='bigint', attribute='id', many=False, fields=())
    """
    types = field_types(model)
    return tuple(_column(field, types[field.name]) for field in attrs.fields(cast("type[attrs.AttrsInstance]", model)))


def stored_columns(columns: tuple[Column, ...], *, raw: bool = False) -> tuple[Column, ...]:
    """The columns of a table that holds rows with `columns`: those, and what a target keeps beside them."""
    return (*columns, *((RAW,) if raw else ()), VANISHED_AT)


def widened(stored: tuple[Column, ...], wanted: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns of a table that held `stored` and shall take rows of `wanted`.

    New columns are added, columns that the rows lack stay (empty from now on), whole numbers widen to doubles.

    Raises:
        ValueError: a column of one name holds things that do not go together; the message names it.
    """
    before = {column.name: column for column in stored}
    names = {column.name for column in wanted}
    merged = [_wider(before[column.name], column) if column.name in before else column for column in wanted]
    return (*merged, *(attrs.evolve(column, attribute=None) for column in stored if column.name not in names))


def _wider(stored: Column, wanted: Column) -> Column:
    if stored.many == wanted.many:
        if stored.kind == wanted.kind:
            return attrs.evolve(wanted, fields=widened(stored.fields, wanted.fields))
        if {stored.kind, wanted.kind} == {"bigint", "double"} and wanted.name != ID.name:
            return attrs.evolve(wanted, kind="double")
    raise ValueError(f'column "{wanted.name}" holds {_said(stored)}, the rows have {_said(wanted)}')


def _said(column: Column) -> str:
    return f"a list of {column.kind}" if column.many else column.kind


def _column(field: attrs.Attribute[Any], type_: object) -> Column:
    if fields.dynamic_prefix(field):
        return Column(field.name, "json", field.name)
    name = fields.wire_name(field)
    inner, many = _bare(type_), False
    if get_origin(inner) is tuple:
        inner, many = _bare(get_args(inner)[0]), True
    if inner in (Any, object):
        return Column(name, "json", field.name, many)
    if is_model(inner):
        return Column(name, "struct", field.name, many, columns_of(cast("type", inner)))
    kind = _KINDS.get(inner)
    if kind is None:
        raise ArgumentError("model", f"no column can hold the field {field.name}: {type_}")
    return Column(name, kind, field.name, many)


def _bare(type_: object) -> object:
    """The type without `| None` and without what Annotated adds."""
    if get_origin(type_) in (Union, UnionType):
        arms = [arm for arm in get_args(type_) if arm is not NoneType]
        return _bare(arms[0]) if len(arms) == 1 else type_
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_
