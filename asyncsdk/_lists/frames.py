"""Finds what makes frames of rows, before anything is sent: a missing library is said in a word."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

from ..errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["FrameMaker", "frames_for"]


class FrameMaker(Protocol):
    """Makes frames of rows of a model, or of `dict`."""

    def to_arrow(self, rows: Sequence[object], model: type) -> pa.Table:
        """Returns an Arrow table."""
        ...

    def to_polars(self, rows: Sequence[object], model: type) -> pl.DataFrame:
        """Returns a polars frame."""
        ...

    def to_pandas(self, rows: Sequence[object], model: type) -> pd.DataFrame:
        """Returns a pandas frame."""
        ...


def frames_for(method: str, library: str | None = None) -> FrameMaker:
    """Returns what makes frames.

    Args:
        method: that is called.
        library: whose frames it makes, besides Arrow.

    Raises:
        ConfigurationError: a library is missing; the message says what to install.
    """
    try:
        frames = importlib.import_module("asyncsdk._lists.arrow_frames")
    except ImportError as problem:
        raise ConfigurationError(f'{method} needs the extra: pip install "asyncsdk[parquet]" ({problem})') from None
    if library is not None and importlib.util.find_spec(library) is None:
        raise ConfigurationError(f'{method} needs {library}: pip install "asyncsdk[{library}]"')
    return cast("FrameMaker", frames)
