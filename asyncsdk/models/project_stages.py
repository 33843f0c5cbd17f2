"""Models of `wethod.project_stages`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectStage"]


@attrs.frozen(kw_only=True)
class ProjectStage:
    """A stage of opportunities in the pipeline."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    description: str | None = None
    hierarchy: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
