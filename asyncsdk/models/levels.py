"""Models of `wethod.levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Level"]


@attrs.frozen(kw_only=True)
class Level:
    """A level of seniority.

    Attributes:
        chargeability_target: In percent. At most 100.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    code: str | None = None
    chargeability_target: Number | None = None
    is_external: bool | None = None
    must_be_planned: bool | None = None
    must_do_timesheet: bool | None = None
    is_default_in_budget: bool | None = None

    __get_pydantic_core_schema__ = pydantic_schema
