"""What columns mean, as the contract says it: a description and a unit, for engines that keep them with a table."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, cast

import attrs

from .columns import Column

__all__ = ["with_meanings"]


def with_meanings(columns: tuple[Column, ...], schema: str) -> tuple[Column, ...]:
    """The columns of a model with what the contract says of them.

    Args:
        columns: of the model.
        schema: its name in the contract.
    """
    known = _properties().get(schema, {})
    return tuple(_with_meaning(column, known.get(column.name, {})) for column in columns)


def _with_meaning(column: Column, property_: Mapping[str, Any]) -> Column:
    unit, description = property_.get("x-unit"), property_.get("description")
    if unit is None and description is None:
        return column
    return attrs.evolve(column, unit=unit, description=description)


@functools.cache
def _properties() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    text = resources.files("asyncsdk.contract").joinpath("openapi.json").read_text(encoding="utf-8")
    schemas = cast("dict[str, Any]", json.loads(text)["components"]["schemas"])
    return {name: schema.get("properties", {}) for name, schema in schemas.items()}
