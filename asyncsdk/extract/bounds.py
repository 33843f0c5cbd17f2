"""Values that no table can hold, found before a batch is written: the same ones for every engine. Pure.

Whole numbers beyond 64 bits, numbers that are not finite, moments outside the years 1 to 9999 in UTC or without a zone,
and texts with half a character (a lone surrogate) or the character NUL, at any depth. A column is looked at as a whole,
which costs a fraction of what writing it does; only one that does not pass is looked at row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from math import isfinite
from typing import Final, cast

import attrs

from .._codec.arrow.columns import Column
from .._codec.arrow.values import column_of, values_of

__all__ = ["OutOfBounds", "all_fit", "misfits"]

_LEAST, _MOST = -(2**63), 2**63 - 1
_MOST_IN_JSON: Final = 2**64 - 1
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@attrs.frozen
class OutOfBounds:
    """A row with a value that no table can hold.

    Args:
        index: its place among the rows.
        path: of the value (`$.people[1].since`).
        reason: for people.
    """

    index: int
    path: str
    reason: str


def misfits(rows: Sequence[object], columns: Sequence[Column]) -> list[OutOfBounds]:
    """The rows that cannot be stored, in order, each with the first of its values that keeps it out."""
    values = values_of(rows)
    found: dict[int, OutOfBounds] = {}
    for column in columns:
        of_column = values(column)
        if all_fit(column, of_column):
            continue
        for index, value in enumerate(of_column):
            if index not in found and not all_fit(column, [value]):
                path, unfit = _innermost(column, value)
                found[index] = OutOfBounds(index, f"$.{path}", f"a {column.kind} cannot hold {unfit!r:.100}")
    return [found[index] for index in sorted(found)]


def all_fit(column: Column, values: Sequence[object], *, complete: bool = False) -> bool:
    """Whether every engine can hold all values of a column; `complete`: none of them is missing."""
    present = values if complete else [value for value in values if value is not None]
    if column.many:
        every = chain.from_iterable(cast("Sequence[Sequence[object]]", present))
        present = [value for value in every if value is not None]
    if not present:
        return True
    try:
        return _fit(column, present)
    except (TypeError, OverflowError, UnicodeEncodeError, AttributeError):
        return False


def _fit(column: Column, present: Sequence[object]) -> bool:
    match column.kind:
        case "bigint":
            numbers = cast("Sequence[int]", present)
            return min(numbers) >= _LEAST and max(numbers) <= _MOST
        case "double":
            return all(map(isfinite, cast("Sequence[float]", present)))
        case "text":
            together = "".join(cast("Sequence[str]", present))
            together.encode()
            return "\0" not in together
        case "timestamptz":
            moments = cast("Sequence[datetime]", present)
            return min(moments) >= _FIRST and max(moments) <= _LAST
        case "json":
            return all(map(_json_fits, present))
        case "struct":
            return all(all_fit(field, column_of(present, field)) for field in column.fields)
        case _:
            return True


def _json_fits(value: object) -> bool:
    if isinstance(value, str):
        value.encode()
        return "\0" not in value
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, int):
        return _LEAST <= value <= _MOST_IN_JSON
    if isinstance(value, Mapping):
        return all(map(_json_fits, value)) and all(map(_json_fits, value.values()))
    return all(map(_json_fits, value)) if isinstance(value, (list, tuple)) else True


def _innermost(column: Column, value: object) -> tuple[str, object]:
    """The path of what does not fit in a value that does not, and what it is."""
    if column.many and isinstance(value, (list, tuple)):
        one = attrs.evolve(column, many=False)
        for at, each in enumerate(value):
            if not all_fit(one, [each]):
                path, unfit = _innermost(one, each)
                return f"{column.name}[{at}]{path.removeprefix(column.name)}", unfit
    if column.kind == "struct":
        for field in column.fields:
            inner = getattr(value, field.attribute or "", None)
            if not all_fit(field, [inner]):
                path, unfit = _innermost(field, inner)
                return f"{column.name}.{path}", unfit
    return column.name, value
