"""Models of the kinds that decoding has to tell apart, and rows of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

import attrs

from asyncsdk._codec import fields
from asyncsdk._codec.fields import Json, Number, Timestamp


@attrs.frozen(kw_only=True)
class Leader:
    id: int
    name: str | None = None


@attrs.frozen(kw_only=True)
class Deal:
    """Renamed and dynamic keys beside numbers that come as strings."""

    id: int
    value: Number
    probability: int
    open: bool | None = None
    from_: dt.date | None = attrs.field(default=None, metadata=fields.wire("from"))
    leader: Leader | None = None
    metadata: Mapping[int, Json] = attrs.field(factory=dict, hash=False, metadata=fields.dynamic("metadata_"))
    options: Mapping[int, int | None] = attrs.field(factory=dict, hash=False, metadata=fields.dynamic("option_"))


@attrs.frozen(kw_only=True)
class Plan:
    """Every kind of field a model without special keys has."""

    id: int
    updated_at: Timestamp
    date: dt.date
    value: Number
    name: str
    is_default: bool
    hours: Number | None = None
    count: int | None = None
    note: str | None = None
    open: bool | None = None
    day: dt.date | None = None
    at: Timestamp | None = None
    leader: Leader | None = None
    leaders: tuple[Leader, ...] | None = None
    tags: tuple[str, ...] | None = None
    extra: Json = None


@attrs.frozen(kw_only=True)
class Portfolio:
    """A model without special keys that holds one with."""

    id: int
    deals: tuple[Deal, ...]


PLAN: Mapping[str, Json] = {
    "id": 1,
    "updated_at": "2026-03-27T11:39:28.826001Z",
    "date": "2024-01-01",
    "value": 15.6,
    "name": "a",
    "is_default": False,
}

DEAL: Mapping[str, Json] = {"id": 1, "value": "1.5", "probability": "50"}


def text(value: object) -> bytes:
    return json.dumps(value).encode()
