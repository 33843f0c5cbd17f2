"""Models of `wethod.project_status_areas`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectStatusArea"]


@attrs.frozen(kw_only=True)
class ProjectStatusArea:
    """How far one budget area of a project is, within a project status.

    Attributes:
        progress: In percent.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    days_left: Number | None = None
    progress: Number | None = None
    project_status_id: int | None = None
    budget_area_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
