"""Models of `wethod.budgets`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Budget"]


@attrs.frozen(kw_only=True)
class Budget:
    """One version of a project's budget.

    Attributes:
        price_list_id: Assumed: never null: the page says so, and one client allows for null all the same.
        status: Known values: DRAFT, SUBMITTED, APPROVED.
        final_net_price: In the master currency.
        final_net_price_currency: In the budget's currency.
        notes: Assumed: never null: the page says so, and one client allows for null all the same.
        currency: Currency code.
        is_currency_enabled: Calls name it `currency_enabled`.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    project_id: int
    price_list_id: int
    stream_id: int | None = None
    version: int
    status: str
    final_net_price: Number
    final_net_price_currency: Number | None = None
    total_external_cost: Number
    total_cost: Number
    total_price: Number
    total_days: Number
    is_baseline: bool
    notes: str
    currency: str | None = None
    is_currency_enabled: bool

    __get_pydantic_core_schema__ = pydantic_schema
