"""Models of `wethod.budget_tasks`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["BudgetTask"]


@attrs.frozen(kw_only=True)
class BudgetTask:
    """A task of a budget area.

    Attributes:
        uid: Opaque string id.
        currency: Currency code.
        markup: Applied to external_cost. Assumed: pages call it an integer; a fraction is read as well.
        type: CREATIVITY: percentage task in the contingency and discount area. Known values: DEFAULT, DISCOUNT,
            CONTINGENCY, TRAVEL, EXPENSE, CREATIVITY, PRODUCT, PM.
        product_id: Only for PRODUCT tasks.
        quantity: Only used by CONTINGENCY, DISCOUNT, CREATIVITY, PRODUCT tasks. Assumed: pages call it an integer; a
            fraction is read as well.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    uid: str
    name: str
    currency: str | None = None
    external_cost: Number
    markup: Number
    total_cost: Number
    total_price: Number
    total_days: Number
    type: str
    is_deleted: bool
    notes: str
    product_id: int | None = None
    quantity: Number | None = None
    budget_area_id: int

    __get_pydantic_core_schema__ = pydantic_schema
