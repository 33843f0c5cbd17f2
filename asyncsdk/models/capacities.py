"""Models of `wethod.capacities`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Capacity"]


@attrs.frozen(kw_only=True)
class Capacity:
    """A weekly working time: the minutes of each day.

    Attributes:
        monday_minutes: At most 480.
        tuesday_minutes: At most 480.
        wednesday_minutes: At most 480.
        thursday_minutes: At most 480.
        friday_minutes: At most 480.
        saturday_minutes: At most 480.
        sunday_minutes: At most 480.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    monday_minutes: int | None = None
    tuesday_minutes: int | None = None
    wednesday_minutes: int | None = None
    thursday_minutes: int | None = None
    friday_minutes: int | None = None
    saturday_minutes: int | None = None
    sunday_minutes: int | None = None
    is_default: bool | None = None
    archived_at: Timestamp | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
