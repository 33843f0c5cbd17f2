"""The events of a call: its begin and its end, each attempt, each wait, what could not be decoded, what was shared.

The first fields of each say which call it is; they are the same for all events of one call.
"""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = [
    "CallBegun",
    "CallEnded",
    "CallShared",
    "DecodeFailed",
    "RequestSent",
    "ResponseReceived",
    "RetryPlanned",
    "WaitBegun",
    "WaitEnded",
    "WaitReason",
]

WaitReason = Literal["slot", "budget", "pause", "backoff"]


@attrs.frozen
class CallBegun:
    """A call has begun: one request until its answer or its error, with all its attempts and waits.

    Attributes:
        call_id: the same in all events of the call; no other call of the process has it.
        operation: such as `projects.get`; None for a request the contract does not know (`wethod.request`).
        route: the path without its ids, such as `/api/projects/{id}`; None likewise.
        method: GET, POST, ...
        path: with its ids, without its query.
        company: the company's slug.
        walk_id: of the walk that the request reads a page for; None where it is none.
        server: scheme, host and port, as `https://api.wethod.com`.
    """

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    server: str


@attrs.frozen
class CallEnded:
    """A call has ended.

    Attributes:
        attempts: how often it was sent; 0 where it never was.
        seconds: from its begin, with all waits.
        status: of the last answer; None where none came.
        error: name of the error that is raised, `CancelledError` among them; None after a success.
        remaining: requests left of the hour's budget, as far as is known here; None without a budget.
    """

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    attempts: int
    seconds: float
    status: int | None
    error: str | None
    remaining: int | None


@attrs.frozen
class CallShared:
    """A GET got the answer of an equal one that was in the air (`single_flight=True`); it was not sent itself."""

    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None


@attrs.frozen
class RequestSent:
    """An attempt is about to go out; `attempt` counts from 1. `ResponseReceived` follows, whatever happens."""

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    attempt: int
    server: str


@attrs.frozen
class ResponseReceived:
    """An attempt came back.

    Attributes:
        attempt: counts from 1.
        status: None where no usable answer came.
        seconds: the time on the wire.
        size: bytes of the body.
        error: what went wrong where no answer came, as a name such as `ServerDisconnectedError`; None where one came.
    """

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    attempt: int
    status: int | None
    seconds: float
    size: int
    error: str | None


@attrs.frozen
class RetryPlanned:
    """The request will be sent again in `seconds`; `attempt` is the one that did not do, `reason` says why."""

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    attempt: int
    seconds: float
    reason: str


@attrs.frozen
class WaitBegun:
    """The request waits `seconds` before it may be sent (None: as long as it takes for a free slot)."""

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    reason: WaitReason
    seconds: float | None


@attrs.frozen
class WaitEnded:
    """The request waits no longer, whether it may be sent now or not; `seconds` is how long it did."""

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    reason: WaitReason
    seconds: float


@attrs.frozen
class DecodeFailed:
    """The body of a success is not JSON, or does not fit its model. `where` names the field, such as `$[3].date`."""

    call_id: int
    operation: str | None
    route: str | None
    method: str
    path: str
    company: str
    walk_id: int | None
    attempt: int
    where: str
