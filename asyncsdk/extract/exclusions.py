"""What an extraction stores nowhere: whole lists, and fields of lists. Read from their names, and kept out of rows.

A field that is left out is not even decoded: the class of its list's rows lacks it. So it is in no column, in no count
and no warning; only texts of rows, which are kept as they came (`_raw`, rejected rows), have to be rid of it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, cast

import attrs
import msgspec

from .._catalog import Listing, find, listings
from .._codec.fields import dynamic_prefix, wire_name
from .._codec.keys import field_types
from ..errors import ArgumentError

__all__ = ["Exclusions", "Hidden", "exclusions_of", "hidden_of", "reduced"]

_NEEDED: Final = {
    "id": "rows are told apart by it",
    "deleted_at": "it tells deleted rows from live ones",
}


@attrs.frozen
class Exclusions:
    """What is stored nowhere.

    Args:
        lists: names of lists.
        fields: names of columns, by list.
    """

    lists: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = attrs.field(factory=dict)

    def of(self, listing: Listing) -> frozenset[str]:
        """The columns of a list that are left out."""
        return self.fields.get(listing.table, frozenset())


@attrs.frozen
class Hidden:
    """The keys of a list's rows that are left out. Truthy where there are some.

    Args:
        keys: as on the wire.
        prefixes: of dynamic keys.
    """

    keys: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.prefixes)

    def __contains__(self, key: object) -> bool:
        return key in self.keys or (isinstance(key, str) and bool(self.prefixes) and key.startswith(self.prefixes))

    def strip(self, row: bytes) -> bytes | None:
        """The text of a row without these keys; None where it is no object, so that nobody can tell what is in it."""
        if not self:
            return row
        try:
            facts = msgspec.json.decode(row, type=dict[str, msgspec.Raw])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return msgspec.json.encode({key: value for key, value in facts.items() if key not in self})


def exclusions_of(names: Sequence[str]) -> Exclusions:
    """What names mean: `person_payrolls` a list, `persons.email` a field of one. Commas part them as well.

    Raises:
        ArgumentError: there is no such list or field; the message names the nearest.

    Example:
        >>> exclusions_of(["person_payrolls,persons.email"]).fields
        {'persons': frozenset({'email'})}
    """
    lists: set[str] = set()
    fields: dict[str, set[str]] = {}
    for name in [part.strip() for text in names for part in text.split(",") if part.strip()]:
        listing, field = _meant(name)
        if field is None:
            lists.add(listing.table)
        else:
            fields.setdefault(listing.table, set()).add(field)
    return Exclusions(frozenset(lists), {table: frozenset(each) for table, each in fields.items()})


def hidden_of(model: type, columns: frozenset[str]) -> Hidden:
    """The keys on the wire of the columns of a model that are left out."""
    left_out = [field for field in _fields(model) if _column(field) in columns]
    prefixes = tuple(prefix for field in left_out if (prefix := dynamic_prefix(field)))
    return Hidden(frozenset(wire_name(field) for field in left_out if not dynamic_prefix(field)), prefixes)


@functools.cache
def reduced(model: type, columns: frozenset[str]) -> type:
    """The model as an attrs class without the fields of some columns."""
    if not columns:
        return model
    types = field_types(model)
    kept: dict[str, Any] = {
        field.name: attrs.field(type=types[field.name], default=field.default, metadata=field.metadata)  # type: ignore[call-overload]  # a type that is known at run time only
        for field in _fields(model)
        if _column(field) not in columns
    }
    return attrs.make_class(
        model.__name__, kept, frozen=True, slots=True, kw_only=True, class_body={"__module__": model.__module__}
    )


def _meant(name: str) -> tuple[Listing, str | None]:
    table, dot, field = name.rpartition(".")
    if not dot or table.strip("/").rpartition("/")[2].replace("-", "_").replace(".", "_") not in listings():
        return _find(name), None
    listing = _find(table)
    columns = {_column(each) for each in _fields(listing.model)}
    wanted = field.replace("-", "_")
    if field not in columns and wanted in columns:
        field = wanted
    if field in _NEEDED:
        raise ArgumentError("without", f"{name} has to be stored: {_NEEDED[field]}")
    if field not in columns and f"{listing.table}_{wanted}" in listings():
        return _find(name), None
    if field not in columns:
        near = get_close_matches(wanted, columns, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(f'{listing.table}.{each}' for each in near)}? " if near else ""
        raise ArgumentError(
            "without", f"{listing.table} has no field {field!r}; {hint}it has {', '.join(sorted(columns - {*_NEEDED}))}"
        )
    return listing, field


def _find(name: str) -> Listing:
    try:
        return find(name)
    except ArgumentError as error:
        raise ArgumentError("without", str(error).partition(": ")[2] or str(error)) from None


def _fields(model: type) -> tuple[attrs.Attribute[Any], ...]:
    return tuple(attrs.fields(cast("type[attrs.AttrsInstance]", model)))


def _column(field: attrs.Attribute[Any]) -> str:
    """The name of a field's column."""
    return field.name if dynamic_prefix(field) else wire_name(field)
