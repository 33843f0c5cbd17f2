"""Models of `wethod.productions`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Json, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Production"]


@attrs.frozen(kw_only=True)
class Production:
    """The production of a project at a date.

    Attributes:
        value: The contract gives it no type; in production streams and plans it is a number.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    date: dt.date | None = None
    value: Json = attrs.field(default=None, hash=False)
    project_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
