"""Models of `wethod.price_lists`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["PriceList"]


@attrs.frozen(kw_only=True)
class PriceList:
    """A price list of the company or of a client.

    Attributes:
        uses_default_price_list_costs: Whether costs follow the company's default list. Calls name it
            `sync_with_company_default`.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    description: str | None = None
    available_from: dt.date | None = None
    available_to: dt.date | None = None
    is_default_for_client: bool
    is_default_for_company: bool
    uses_default_price_list_costs: bool
    client_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
