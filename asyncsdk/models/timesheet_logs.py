"""Models of `wethod.timesheet_logs`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["TimesheetLog"]


@attrs.frozen(kw_only=True)
class TimesheetLog:
    """A change made to a timesheet.

    Attributes:
        date: The day worked. Assumed: as in timesheets.
        mode: Filter values are upper case.
        author_id: Person who made the change.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    person_id: int | None = None
    date: dt.date | None = None
    project_id: int | None = None
    to_project_id: int | None = None
    mode: str | None = None
    from_hours: Number | None = None
    to_hours: Number | None = None
    author_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
