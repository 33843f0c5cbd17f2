"""Models of `wethod.timesheet_whitelists`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["TimesheetWhitelist"]


@attrs.frozen(kw_only=True)
class TimesheetWhitelist:
    """A person who may log time on a project."""

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    project_id: int
    person_id: int

    __get_pydantic_core_schema__ = pydantic_schema
