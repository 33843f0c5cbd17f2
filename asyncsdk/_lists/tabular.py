"""A list as a table of another library: Arrow, polars, pandas. The libraries are loaded when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .._codec.decode import OnReject
from ..errors._checks import check_flag
from .frames import frames_for
from .listed import List
from .options import CONCURRENCY, WalkOptions

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["Tabular"]

T = TypeVar("T")


class Tabular(Generic[T]):
    """The calls of a pager that give tables."""

    __slots__ = ()

    _list: List[T]

    async def to_arrow(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        on_reject: OnReject | None = None,
        progress: bool = False,
    ) -> pa.Table:
        """The list as an Arrow table with real column types; its fields carry units and descriptions as metadata.

            table.schema.field("value").metadata[b"unit"]      # b"K"

        The arguments are those of `all`.

        Raises:
            ConfigurationError: a library is missing, and the message says what to install. Nothing was sent.
            ArgumentError, WethodError: as `all`.
        """
        frames = frames_for("to_arrow")
        check_flag("progress", progress)
        options = WalkOptions(concurrency, stable, sweep, max_items, expected, resume, on_reject)
        return frames.to_arrow(await self._list.all(options, progress=progress), self._list.model)

    async def to_polars(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        on_reject: OnReject | None = None,
        progress: bool = False,
    ) -> pl.DataFrame:
        """The list as a polars frame, with the errors of `to_arrow`. Such frames have no place for units."""
        frames = frames_for("to_polars", "polars")
        check_flag("progress", progress)
        options = WalkOptions(concurrency, stable, sweep, max_items, expected, resume, on_reject)
        return frames.to_polars(await self._list.all(options, progress=progress), self._list.model)

    async def to_pandas(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        on_reject: OnReject | None = None,
        progress: bool = False,
    ) -> pd.DataFrame:
        """The list as a pandas frame of Arrow types, with the errors of `to_arrow`. `attrs["units"]` has the units."""
        frames = frames_for("to_pandas", "pandas")
        check_flag("progress", progress)
        options = WalkOptions(concurrency, stable, sweep, max_items, expected, resume, on_reject)
        return frames.to_pandas(await self._list.all(options, progress=progress), self._list.model)
