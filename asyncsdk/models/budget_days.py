"""Models of `wethod.budget_days`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["BudgetDay"]


@attrs.frozen(kw_only=True)
class BudgetDay:
    """Days planned for one task of a budget.

    Attributes:
        uid: Opaque string id.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    days: Number | None = None
    uid: str | None = None
    budget_job_title_id: int | None = None
    budget_price_list_level_id: int | None = None
    budget_task_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
