"""Models of `wethod.production_streams`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProductionStream"]


@attrs.frozen(kw_only=True)
class ProductionStream:
    """The production of one stream of a project in a week.

    Attributes:
        date: First day of the week (not of the month).
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    date: dt.date
    value: Number
    project_id: int
    production_id: int
    stream_id: int
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
