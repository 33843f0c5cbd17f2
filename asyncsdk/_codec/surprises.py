"""The words for what an API sends that its contract does not say: one sentence each, wherever it is met.

Reading rows, an extraction and `asyncsdk check --learn` meet the same surprises; they say them alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

__all__ = ["GONE", "MEANINGS", "NEW_FIELD", "Surprise", "broken_promise", "sentence"]

Surprise: TypeAlias = Literal["new field", "gone", "null", "missing"]

MEANINGS: Final[Mapping[Surprise, str]] = MappingProxyType(
    {
        "new field": "unknown to this version",
        "gone": "it is read as None",
        "null": "it is read as None; Wethod(strict=True) refuses such rows",
        "missing": "it is read as None; Wethod(strict=True) refuses such rows",
    }
)
"""What each means for who reads the rows."""

NEW_FIELD: Final = "is new in the API"
GONE: Final = "is gone from the API"


def broken_promise(found: str, promised: str = "a value") -> str:
    """A promise that was not kept: `found` is what was there, such as `null` or `missing`.

    >>> broken_promise("null")
    'null where the contract promises a value'
    """
    return f"{found} where the contract promises {promised}"


def sentence(subject: str, said: str) -> str:
    """A surprise with what it is about.

    >>> sentence("Project.title", NEW_FIELD), sentence("Project.pm_id", broken_promise("null"))
    ('Project.title is new in the API', 'Project.pm_id: null where the contract promises a value')
    """
    return f"{subject} {said}" if said.startswith("is ") else f"{subject}: {said}"
