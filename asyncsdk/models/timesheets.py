"""Models of `wethod.timesheets`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Timesheet"]


@attrs.frozen(kw_only=True)
class Timesheet:
    """The hours a person logged on a project for a day.

    Attributes:
        date: The day worked, not the Monday of its week. Assumed: a page of 2025-06 speaks of the Monday; two later
            clients read the day worked.
        mode: daily or weekly, in lower case; calls send it in upper case.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    date: dt.date | None = None
    hours: Number | None = None
    notes: str | None = None
    mode: str | None = None
    project_id: int | None = None
    person_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
