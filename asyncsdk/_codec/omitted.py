"""The default of arguments for which None says something else than leaving them out."""

from __future__ import annotations

import enum
from typing import Final

__all__ = ["OMITTED", "Omitted"]


class Omitted(enum.Enum):
    """The type of `OMITTED`, for signatures that pass an argument on: `notes: str | Omitted = OMITTED`."""

    OMITTED = "OMITTED"

    def __repr__(self) -> str:
        return "OMITTED"


OMITTED: Final = Omitted.OMITTED
"""An argument that was not given: its field is not sent, and the API keeps what it has."""
