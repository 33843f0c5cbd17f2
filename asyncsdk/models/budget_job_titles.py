"""Models of `wethod.budget_job_titles`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["BudgetJobTitle"]


@attrs.frozen(kw_only=True)
class BudgetJobTitle:
    """A job title as one budget uses it."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    job_title_id: int | None = None
    budget_id: int | None = None
    job_title_name: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema
