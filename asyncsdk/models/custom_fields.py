"""Models of `wethod.custom_fields`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema
from .custom_field_options import CustomFieldOption

__all__ = ["CustomField"]


@attrs.frozen(kw_only=True)
class CustomField:
    """A field the company adds to what it plans.

    Attributes:
        options: For the types single_option, status and multi_select; in lists only with `include="options"`.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    description: str | None = None
    type: str
    domain: str
    required: bool
    sort: int
    options: tuple[CustomFieldOption, ...] | None = None
    archived_at: Timestamp | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
