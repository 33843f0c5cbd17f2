"""Models of `wethod.budget_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["BudgetArea"]


@attrs.frozen(kw_only=True)
class BudgetArea:
    """An area of a budget: a group of its tasks.

    Attributes:
        is_enabled: Calls name it `enabled`.
        type: Known values: DEFAULT, CONTINGENCY-DISCOUNT, TRAVEL-CORE-COST-EXPENSES, PM.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    is_enabled: bool
    type: str
    total_external_cost: Number
    total_cost: Number
    total_price: Number
    total_days: Number
    budget_id: int
    price_list_id: int | None = None
    stream_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
