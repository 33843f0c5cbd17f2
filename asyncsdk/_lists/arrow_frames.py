"""Rows as frames of Arrow, polars and pandas, with what the contract says of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from .._codec.arrow import tables
from .._codec.arrow.columns import columns_of
from .meanings import with_meanings

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["to_arrow", "to_pandas", "to_polars"]


def to_arrow(rows: Sequence[object], model: type) -> pa.Table:
    """Rows of a model as an Arrow table; its fields carry `unit` and `description` as metadata, where they have some.

    Args:
        rows: of `model`.
        model: the attrs class whose fields become columns; or `dict`.

    Raises:
        ArrowValueError: a number or a date-time that Arrow cannot hold.
    """
    table = tables.to_arrow(rows, model)
    if model is dict:
        return table
    fields = []
    for column in with_meanings(columns_of(model), model.__name__):
        words = {"unit": column.unit, "description": column.description}
        told: dict[bytes | str, bytes | str] = {word: text for word, text in words.items() if text}
        field = table.schema.field(column.name)
        fields.append(field.with_metadata(told) if told else field)
    return table.cast(pa.schema(fields))


def to_polars(rows: Sequence[object], model: type) -> pl.DataFrame:
    """The same as a polars frame."""
    import polars as pl

    frame = pl.from_arrow(to_arrow(rows, model))
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"polars made {type(frame).__name__} of a table")
    return frame


def to_pandas(rows: Sequence[object], model: type) -> pd.DataFrame:
    """The same as a pandas frame of Arrow types: whole numbers with gaps stay whole. `attrs["units"]` has the units."""
    import pandas as pd

    table = to_arrow(rows, model)
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    told = {field.name: dict(field.metadata or {}) for field in table.schema}
    frame.attrs["units"] = {name: words[b"unit"].decode() for name, words in told.items() if b"unit" in words}
    return frame
