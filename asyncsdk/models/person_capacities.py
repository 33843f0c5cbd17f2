"""Models of `wethod.person_capacities`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["PersonCapacity"]


@attrs.frozen(kw_only=True)
class PersonCapacity:
    """The capacity a person has from a date on.

    Attributes:
        deleted_at: When it was soft-deleted; None where it was not.
        starts_at: None: since ever.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    person_id: int
    capacity_id: int
    deleted_at: Timestamp | None = None
    starts_at: dt.date | None = None

    __get_pydantic_core_schema__ = pydantic_schema
