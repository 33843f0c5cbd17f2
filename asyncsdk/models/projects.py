"""Models of `wethod.projects`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from .._codec.fields import Json, Number, Timestamp, dynamic
from .._codec.pydantic_hook import pydantic_schema
from .job_order_categories import JobOrderCategory

__all__ = ["Project"]


@attrs.frozen(kw_only=True)
class Project:
    """A project, or an opportunity in the pipeline.

    Attributes:
        purchase_order: Older pages name it client_po.
        value: In thousands (K). Older reference pages name it estimate. The API may send it as a string.
        probability: In percent. The API may send it as a string. At most 100.
        external_cost_percentage: Percent of the project value. Assumed: pages call it an integer; a fraction is read
            as well.
        date_start: First day of the month. Calls name it `start_date`.
        duration: In months. The API may send it as a string.
        is_archived: Assumed: never null: the page says so, and one client allows for null all the same.
        client_id: Assumed: never null: the page says so, and one client allows for null all the same.
        pm_id: Assumed: null where a project has no project manager: a client that checks live answers allows for it
            on purpose.
        client_contact_id: Older pages name it customer_id.
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
    external_cost_percentage: Number | None = None
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
    pm_id: int | None
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
