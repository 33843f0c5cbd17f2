"""Ordering faults in a word each: these functions are the methods of a sandbox, and of whatever keeps faults.

All take a pattern, the number of `times` (None is for ever), how many requests pass first (`after`), and the `query`
parameters a request must have. Where an answer is lost, `handled=True` does what was asked before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from asyncsdk.sandbox.contract import Json
from asyncsdk.sandbox.faults import CHANGES, Fault

Query = Mapping[str, str] | None
Lost = Literal["html", "fail", "drop", "cut", "garbage", "hang"]


class Struck(Protocol):
    """What keeps the faults that are ordered."""

    def add_fault(self, fault: Fault) -> Fault:
        """Orders a fault."""
        ...


def fail(
    self: Struck,
    on: str,
    *,
    status: int = 503,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    body: Json = None,
    headers: Mapping[str, str] | None = None,
    retry_after: int | None = None,
    handled: bool = False,
) -> Fault:
    """Answers with a status. `body` is JSON (an error object by default), `retry_after` seconds are sent along."""
    return self.add_fault(
        Fault("fail", on, times, after, query or {}, handled, status, body, headers or {}, retry_after=retry_after)
    )


def drop(
    self: Struck,
    on: str,
    *,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    handled: bool = False,
) -> Fault:
    """Closes the connection without an answer. aiohttp sends a lost GET once more by itself: count both."""
    return self.add_fault(Fault("drop", on, times, after, query or {}, handled))


def cut(
    self: Struck,
    on: str,
    *,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    handled: bool = True,
) -> Fault:
    """Sends half of the body and closes the connection."""
    return self.add_fault(Fault("cut", on, times, after, query or {}, handled))


def garbage(
    self: Struck,
    on: str,
    *,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    handled: bool = False,
) -> Fault:
    """Answers 200 with bytes that are not JSON; with the answer's own status where the work was done."""
    return self.add_fault(Fault("garbage", on, times, after, query or {}, handled))


def html(
    self: Struck,
    on: str,
    *,
    status: int = 502,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    handled: bool = False,
) -> Fault:
    """Answers with a proxy's HTML page."""
    return self.add_fault(Fault("html", on, times, after, query or {}, handled, status))


def hang(
    self: Struck,
    on: str,
    *,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    handled: bool = False,
) -> Fault:
    """Never answers."""
    return self.add_fault(Fault("hang", on, times, after, query or {}, handled))


def late(
    self: Struck,
    on: str,
    *,
    seconds: float,
    answer: Lost = "html",
    wait: float = 0.0,
    status: int = 504,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    body: Json = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Loses the answer, and does what was asked `seconds` after it came in: behind the back of who gave up on it.

    `answer` is how it is lost, by a proxy's 504 unless told otherwise, `wait` the seconds until then. See
    `Sandbox.finished` and `Sandbox.pending`.
    """
    return self.add_fault(
        Fault(
            "late",
            on,
            times,
            after,
            query or {},
            status=status,
            body=body,
            headers=headers or {},
            seconds=seconds,
            wait=wait,
            answer=answer,
        )
    )


def delay(
    self: Struck,
    on: str,
    *,
    seconds: float,
    times: int | None = 1,
    after: int = 0,
    query: Query = None,
    handled: bool = True,
) -> Fault:
    """Answers later. The work is done at once, or after the wait where not `handled`: who goes away undoes it then."""
    return self.add_fault(Fault("delay", on, times, after, query or {}, handled, seconds=seconds))


def ignore_offset(self: Struck, on: str, *, times: int | None = None, after: int = 0, query: Query = None) -> Fault:
    """Answers as if no offset had been sent."""
    return self.add_fault(Fault("ignore_offset", on, times, after, query or {}))


def rename(
    self: Struck, on: str, field: str, to: str, *, times: int | None = None, after: int = 0, query: Query = None
) -> Fault:
    """Sends a field under another name."""
    return self.add_fault(Fault("rename", on, times, after, query or {}, field=field, to=to))


def retype(
    self: Struck, on: str, field: str, to: str, *, times: int | None = None, after: int = 0, query: Query = None
) -> Fault:
    """Sends a field as a string, number, boolean, null, object or array."""
    return self.add_fault(Fault("retype", on, times, after, query or {}, field=field, to=to))


def drift(
    self: Struck,
    on: str,
    *,
    per_request: int = 1,
    kinds: Iterable[str] = CHANGES,
    times: int | None = None,
    after: int = 0,
    query: Query = None,
) -> Fault:
    """Changes rows of the list after each answer, by turns drawn from the seed. See `Sandbox.survivors`."""
    return self.add_fault(Fault("drift", on, times, after, query or {}, per_request=per_request, kinds=tuple(kinds)))
