"""Models of `wethod.invoice_contacts`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["InvoiceContact"]


@attrs.frozen(kw_only=True)
class InvoiceContact:
    """An address that invoices can be sent to."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    email: str | None = None
    alias: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema
