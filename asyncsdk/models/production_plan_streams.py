"""Models of `wethod.production_plan_streams`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProductionPlanStream"]


@attrs.frozen(kw_only=True)
class ProductionPlanStream:
    """The percentage of a project's production planned for one stream in a month.

    Attributes:
        date: First day of the month.
        value: Percentage planned in the month. At most 100.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    date: dt.date
    value: Number
    project_id: int
    stream_id: int
    production_plan_id: int
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
