"""Models of `wethod.invoices`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Invoice"]


@attrs.frozen(kw_only=True)
class Invoice:
    """An invoice of a project.

    Attributes:
        status: Known values: draft, sent, paid.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    status: str
    invoice_number: str | None = None
    purchase_order: str | None = None
    value: Number
    exchange_rate: Number | None = None
    issue_date: dt.date
    payment_date: dt.date | None = None
    notes: str | None = None
    project_id: int
    budget_area_uid: str | None = None
    vat_rate_id: int | None = None
    payment_term_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
