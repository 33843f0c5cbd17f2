"""Models of `wethod.project_plan_subtasks`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectPlanSubtask"]


@attrs.frozen(kw_only=True)
class ProjectPlanSubtask:
    """A subtask of a task in a project's plan."""

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    sort: Number | None = None
    project_plan_task_id: int | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    notes: str | None = None
    status_key: str | None = None
    depends_on_id: int | None = None
    dependency_type: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema
