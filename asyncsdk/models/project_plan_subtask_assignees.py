"""Models of `wethod.project_plan_subtask_assignees`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectPlanSubtaskAssignee"]


@attrs.frozen(kw_only=True)
class ProjectPlanSubtaskAssignee:
    """A person assigned to a subtask, with the hours.

    Attributes:
        hours: Assumed: pages call it an integer; a fraction is read as well.
        strategy: Known values: front, even.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    employee_id: int | None = None
    project_plan_subtask_id: int | None = None
    hours: Number | None = None
    strategy: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema
