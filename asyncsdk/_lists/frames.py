"""Finds what makes frames of rows, before anything is sent: a missing library is said in a word."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["frames_for"]


def frames_for(method: str, library: str | None = None) -> ModuleType:
    """Returns the module that makes frames.

    Args:
        method: that is called.
        library: whose frames it makes, besides Arrow.

    Raises:
        ConfigurationError: a library is missing; the message says what to install.
    """
    try:
        frames = importlib.import_module("asyncsdk._arrow.frames")
    except ImportError as problem:
        raise ConfigurationError(f'{method} needs the extra: pip install "asyncsdk[parquet]" ({problem})') from None
    if library is not None and importlib.util.find_spec(library) is None:
        raise ConfigurationError(f"{method} needs {library}: pip install {library}")
    return frames
