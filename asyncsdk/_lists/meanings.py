"""What columns mean, as the contract says it: a description and a unit, for engines that keep them with a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._catalog import properties
from .._codec.arrow.columns import Column

__all__ = ["with_meanings"]


def with_meanings(columns: tuple[Column, ...], schema: str) -> tuple[Column, ...]:
    """The columns of a model with what the contract says of them.

    Args:
        columns: of the model.
        schema: its name in the contract.
    """
    known = properties(schema)
    return tuple(_with_meaning(column, known.get(column.name, {})) for column in columns)


def _with_meaning(column: Column, property_: Mapping[str, Any]) -> Column:
    unit, description = property_.get("x-unit"), property_.get("description")
    if unit is None and description is None:
        return column
    return attrs.evolve(column, unit=unit, description=description)
