"""Models of `wethod.product_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProductLevel"]


@attrs.frozen(kw_only=True)
class ProductLevel:
    """The days of a level that a product takes."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    product_id: int | None = None
    level_id: int | None = None
    days: Number | None = None

    __get_pydantic_core_schema__ = pydantic_schema
