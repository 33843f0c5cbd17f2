"""Models of `wethod.people_allocations`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["PeopleAllocation"]


@attrs.frozen(kw_only=True)
class PeopleAllocation:
    """The hours of one day that a person is allocated to a project.

    Attributes:
        hours: At most 8. Assumed: pages call it an integer; a fraction is read as well.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    date: dt.date
    hours: Number
    project_id: int
    person_id: int
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
