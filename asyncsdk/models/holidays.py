"""Models of `wethod.holidays`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Holiday", "HolidayLocation"]


@attrs.frozen(kw_only=True)
class Holiday:
    """A holiday of the company: on one exact date, or every year on a day of a month.

    Attributes:
        repeating_day: At most 31.
        repeating_month: At most 12.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    repeating: bool | None = None
    exact_date: dt.date | None = None
    repeating_day: int | None = None
    repeating_month: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema


@attrs.frozen(kw_only=True)
class HolidayLocation:
    """The link between a holiday and a location that keeps it.

    Attributes:
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    holiday_id: int | None = None
    location_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
