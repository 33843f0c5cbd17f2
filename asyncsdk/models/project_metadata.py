"""Models of `wethod.project_metadata`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["ProjectMetadata"]


@attrs.frozen(kw_only=True)
class ProjectMetadata:
    """A tag that projects can carry, with its allowed values.

    Attributes:
        key: Tag name.
        values: Allowed values of the tag.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    key: str | None = None
    values: tuple[str, ...] | None = None
    is_required: bool | None = None

    __get_pydantic_core_schema__ = pydantic_schema
