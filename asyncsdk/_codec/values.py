"""What goes into requests and comes out of answers before it has a model: JSON values, and text for queries."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

from ..errors import ArgumentError
from ..errors._printable import shown

__all__ = ["Field", "Json", "text_of"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Field: TypeAlias = "tuple[str, Json] | None"
"""One query parameter or body field by its wire name; None where an argument was left out."""

_LONGEST_NUMBER: Final = 10**300  # a whole number beyond it has more digits than Python writes, and no use in a query


def text_of(name: str, value: object) -> str:
    """Writes one value of a query as text.

    Raises:
        ArgumentError: it is none that a query can hold.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) <= _LONGEST_NUMBER:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(value)
    raise ArgumentError(name, f"a query parameter is text, a number or a bool, not {shown(value)}")
