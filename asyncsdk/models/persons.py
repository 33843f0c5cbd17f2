"""Models of `wethod.persons`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Person"]


@attrs.frozen(kw_only=True)
class Person:
    """A person of the company.

    Attributes:
        stream_id: Ignored if Streams are disabled.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    email: str
    name: str
    surname: str
    role_id: int | None = None
    role: str
    is_archived: bool
    is_visible_in_people_allocation: bool
    has_timesheet_required: bool
    level_id: int
    stream_id: int | None = None
    price_list_id: int
    job_title_id: int | None = None
    allocation_manager_id: int | None = None
    capacity_id: int | None = None
    location_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
