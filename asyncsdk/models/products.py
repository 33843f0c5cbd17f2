"""Models of `wethod.products`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Product"]


@attrs.frozen(kw_only=True)
class Product:
    """A product that budgets can contain.

    Attributes:
        markup: In percent. Assumed: pages call it an integer; a fraction is read as well.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    description: str
    available_from: dt.date | None = None
    available_to: dt.date | None = None
    external_cost: Number
    markup: Number
    price: Number | None = None

    __get_pydantic_core_schema__ = pydantic_schema
