"""Models of `wethod.production_plans`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProductionPlan"]


@attrs.frozen(kw_only=True)
class ProductionPlan:
    """The percentage of a project's production planned in a month.

    Attributes:
        date: First day of the month.
        value: Percentage planned in the month. At most 100.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    date: dt.date | None = None
    value: Number | None = None
    project_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
