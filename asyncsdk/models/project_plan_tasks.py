"""Models of `wethod.project_plan_tasks`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from .._codec.fields import Json, Number, Timestamp, dynamic
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectPlanTask"]


@attrs.frozen(kw_only=True)
class ProjectPlanTask:
    """A task of an area in a project's plan.

    Attributes:
        sort: Sort order inside its area.
        budget_task_id: Linked budget task, if any.
        status_key: Known values: not-started, in-progress, blocked, done, closed.
        depends_on_id: Task this one depends on.
        dependency_type: Known values: start-to-start, finish-to-start, start-to-finish, finish-to-finish.
        custom_fields: By the id of a custom field: the chosen option's id, None where unset.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    sort: Number
    project_plan_area_id: int
    budget_task_id: int | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    notes: str | None = None
    status_key: str | None = None
    depends_on_id: int | None = None
    dependency_type: str | None = None
    custom_fields: Mapping[int, Json] = attrs.field(factory=dict, hash=False, metadata=dynamic("custom_field_"))

    __get_pydantic_core_schema__ = pydantic_schema
