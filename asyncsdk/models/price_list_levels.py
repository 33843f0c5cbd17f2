"""Models of `wethod.price_list_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["PriceListLevel"]


@attrs.frozen(kw_only=True)
class PriceListLevel:
    """Price and cost of a level in a price list.

    Attributes:
        price: Assumed: pages call it an integer; a fraction is read as well.
        cost: Assumed: pages call it an integer; a fraction is read as well.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    price_list_id: int | None = None
    level_id: int | None = None
    price: Number
    cost: Number

    __get_pydantic_core_schema__ = pydantic_schema
