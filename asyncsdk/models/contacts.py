"""Models of `wethod.contacts`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Contact"]


@attrs.frozen(kw_only=True)
class Contact:
    """A person at a client."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    client_id: int | None = None
    email: str | None = None
    name: str | None = None
    surname: str | None = None
    role: str | None = None
    notes: str | None = None
    linkedin: str | None = None
    description: str | None = None
    telephone: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema
