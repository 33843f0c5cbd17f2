"""Models of `wethod.budget_price_list_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["BudgetPriceListLevel"]


@attrs.frozen(kw_only=True)
class BudgetPriceListLevel:
    """A level as one budget uses it, with its cost and price.

    Attributes:
        level_cost: A day.
        level_price: A day.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    budget_id: int
    price_list_id: int
    level_id: int
    level_name: str
    level_code: str
    level_cost: Number
    level_price: Number

    __get_pydantic_core_schema__ = pydantic_schema
