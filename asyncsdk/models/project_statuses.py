"""Models of `wethod.project_statuses`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectStatus"]


@attrs.frozen(kw_only=True)
class ProjectStatus:
    """How far a project is: progress, or days left.

    `date` is a Monday.

    Attributes:
        progress: In percent.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    project_id: int | None = None
    date: dt.date | None = None
    days_left: Number | None = None
    progress: Number | None = None
    notes: str | None = None
    project_status_risk_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
