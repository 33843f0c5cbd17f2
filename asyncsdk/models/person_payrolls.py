"""Models of `wethod.person_payrolls`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp, wire
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["PersonPayroll"]


@attrs.frozen(kw_only=True)
class PersonPayroll:
    """The yearly cost of a person in a period of months.

    Attributes:
        cost: Yearly, without taxes.
        taxes: Total taxes. Assumed: pages call it an integer; a fraction is read as well.
        from_: As YYYY-MM.
        to: As YYYY-MM.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    person_id: int | None = None
    business_unit_id: int | None = None
    cost: Number | None = None
    taxes: Number | None = None
    from_: str | None = attrs.field(default=None, metadata=wire("from"))
    to: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema
