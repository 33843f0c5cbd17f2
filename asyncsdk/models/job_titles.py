"""Models of `wethod.job_titles`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["JobTitle"]


@attrs.frozen(kw_only=True)
class JobTitle:
    """A job title of persons."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    is_archived: bool | None = None
    level_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
