"""Models of `wethod.projects`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from ..fields import Json, Number, Timestamp, dynamic, pydantic_schema
from .job_order_categories import JobOrderCategory

__all__ = ["Project"]


@attrs.frozen(kw_only=True)
class Project:
    """A project, or an opportunity in the pipeline.

    Attributes:
        value: In thousands (K). The API may send it as a string.
        probability: In percent. The API may send it as a string. At most 100.
        external_cost_percentage: Percent of the project value.
        date_start: First day of the month. Calls name it `start_date`.
        duration: In months. The API may send it as a string.
        project_stage_id: Opportunity stage.
        job_order_category: Optional nested object.
        deleted_at: When it was soft-deleted; None where it was not.
        metadata: By the id of a project metadata; only those with a value are there.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    job_order: str | None = None
    purchase_order: str | None = None
    value: Number
    probability: int
    external_cost_percentage: int | None = None
    date_start: dt.date
    duration: int
    is_archived: bool
    archived_on: dt.date | None = None
    due_date: dt.date | None = None
    signed_on: dt.date | None = None
    is_timesheet_whitelist_enabled: bool | None = None
    job_order_category_id: int
    project_type_id: int | None = None
    client_id: int
    pm_id: int
    account_id: int | None = None
    client_contact_id: int | None = None
    reason_why_id: int | None = None
    business_unit_id: int | None = None
    billing_group_id: int | None = None
    project_stage_id: int | None = None
    job_order_category: JobOrderCategory | None = None
    deleted_at: Timestamp | None = None
    metadata: Mapping[int, Json] = attrs.field(factory=dict, hash=False, metadata=dynamic("metadata_"))

    __get_pydantic_core_schema__ = pydantic_schema
