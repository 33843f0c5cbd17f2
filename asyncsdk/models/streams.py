"""Models of `wethod.streams`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Stream", "StreamLeader", "StreamMember"]


@attrs.frozen(kw_only=True)
class StreamLeader:
    """A person who leads a stream.

    Attributes:
        leader_id: Person id.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    stream_id: int
    leader_id: int
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema


@attrs.frozen(kw_only=True)
class StreamMember:
    """A person who is a member of a stream, and when.

    Attributes:
        member_id: Person id.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    stream_id: int
    member_id: int
    starts_at: dt.date | None = None
    ends_at: dt.date | None = None

    __get_pydantic_core_schema__ = pydantic_schema


@attrs.frozen(kw_only=True)
class Stream:
    """A stream of the company.

    Attributes:
        stream_leaders: In lists only when asked for with `include`.
        stream_members: In lists only when asked for with `include`.
    """

    id: int
    created_at: Timestamp
    updated_at: Timestamp
    name: str
    is_default: bool
    archived_at: Timestamp | None = None
    stream_leaders: tuple[StreamLeader, ...] | None = None
    stream_members: tuple[StreamMember, ...] | None = None

    __get_pydantic_core_schema__ = pydantic_schema
