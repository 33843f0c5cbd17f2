"""Models of `wethod.project_plan_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectPlanArea"]


@attrs.frozen(kw_only=True)
class ProjectPlanArea:
    """An area of a project's plan.

    Attributes:
        sort: Sort order.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    name: str | None = None
    sort: Number | None = None
    project_id: int | None = None
    budget_area_id: int | None = None

    __get_pydantic_core_schema__ = pydantic_schema
