"""Models of `wethod.timesheet_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["TimesheetArea"]


@attrs.frozen(kw_only=True)
class TimesheetArea:
    """The hours of a timesheet that went to one budget area, by kind."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    timesheet_id: int | None = None
    date: dt.date | None = None
    budget_area_id: int | None = None
    notes: str | None = None
    ordinary_hours: Number | None = None
    remote_hours: Number | None = None
    travel_hours: Number | None = None
    overtime_hours: Number | None = None
    night_shift_hours: Number | None = None

    __get_pydantic_core_schema__ = pydantic_schema
