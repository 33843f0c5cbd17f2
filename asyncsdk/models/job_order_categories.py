"""Models of `wethod.job_order_categories`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Number, Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["JobOrderCategory"]


@attrs.frozen(kw_only=True)
class JobOrderCategory:
    """A category of job orders, with the rules its projects follow.

    Attributes:
        external_costs_type: Known values: on-goods-sold, before-contribution-margin, on-g-and-a, on-marketing.
        project_status_mode: Known values: automatic, percentage, remaining-days.
        project_review_value_threshold: Assumed: pages call it an integer; a fraction is read as well.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    color: str
    is_chargeable: bool
    is_allocation_request_required: bool
    is_planning_allowed_to_everybody: bool
    is_planning_unlimited: bool
    hours_type: str | None = None
    is_program_required: bool
    is_budget_invoice_driven: bool
    is_capex: bool
    external_costs_type: str | None = None
    is_won_lost_feedback_required: bool | None = None
    is_opportunity_status_tracking_enabled: bool | None = None
    is_timesheet_automatic: bool | None = None
    is_external_drive_canvas_enabled: bool | None = None
    project_status_mode: str | None = None
    is_project_review_required: bool | None = None
    project_review_value_threshold: Number | None = None
    job_order_category_group_id: int | None = None
    job_order_template_id: int | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
