"""Query parameters by wire name, for what no contract describes: checked and written by the kind of their values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from .. import filters
from ..errors import ArgumentError
from ..errors._printable import shown
from .values import Json, text_of

__all__ = ["ParamValue", "Params", "query_of"]

ParamValue: TypeAlias = "bool | int | float | str | dt.datetime | dt.date | filters.Filter[Any] | Sequence[str] | None"
Params: TypeAlias = Mapping[str, ParamValue]
"""Query parameters by wire name. None is left out; False and 0 are sent; a sequence is sent as a comma list."""


def query_of(params: Params | None, *, own: Sequence[str] = ()) -> Sequence[tuple[str, Json]]:
    """Parameters that no contract describes: written by the kind of their values.

    Raises:
        ArgumentError: a name or a value that no query can hold, or a name in `own`: those are arguments of the call.
    """
    given: object = {} if params is None else params
    if not isinstance(given, Mapping):
        raise ArgumentError("params", f'a mapping such as {{"project_id": 7}}, not {shown(given)}')
    for name in given:
        if not isinstance(name, str):
            raise ArgumentError("params", f"names are text, not {shown(name)}")
        if name in own:
            raise ArgumentError("params", f"give {name} as an argument of its own: list(path, {name}=...)")
    return [(name, _written(name, value)) for name, value in given.items() if value is not None]


def _written(name: str, value: ParamValue) -> Json:
    sample = value
    if isinstance(value, filters.Filter):
        sample = value.values[0] if value.values else None
    if isinstance(sample, dt.datetime):
        return filters.encode_date_time(name, value)
    if isinstance(sample, dt.date):
        return filters.encode_date(name, value)
    if isinstance(value, filters.Filter) and value.values:
        return f"{value.operator}:{','.join(text_of(name, each) for each in value.values)}"
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    raise ArgumentError(
        name, f"takes a bool, number, text, date, aware date-time, filter or list of texts, not {shown(value)}"
    )
