"""Models of `wethod.custom_field_options`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["CustomFieldOption"]


@attrs.frozen(kw_only=True)
class CustomFieldOption:
    """One value a custom field can have.

    Attributes:
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    color: str | None = None
    sort: int
    custom_field_id: int
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
