"""Sends the writes of a plan: a canary first, then several at once, each with its intent on disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

import attrs

from .._limits import clock
from ..errors import (
    APIError,
    AuthenticationError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    WethodError,
)
from .report import WriteOutcome

if TYPE_CHECKING:
    from .checking import Calls
    from .comparing import PlannedWrite
    from .journal import Journal, State

__all__ = ["Dispatch", "WriteResult"]

FIRST: Final = 5
"""Of a run: where one of them is answered 403 or 412 all others would be, too."""

UNKNOWN_IN_A_ROW: Final = 5
"""So many lost answers, one after the other, mean that the API is away."""

_DONE: Final[dict[str, Literal["created", "updated", "deleted"]]] = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
}


@attrs.frozen
class WriteResult:
    """What came of one write: what its journal keeps, and what its row is told."""

    state: State
    outcome: WriteOutcome
    id: int | None = None
    reason: str = ""


@attrs.define(eq=False)
class Dispatch:
    """Sends writes for one run.

    Args:
        calls: what they are sent with.
        journal: where intents and outcomes are kept.
        tell: is called with each write and what came of it.
        concurrency: writes in flight at the most.
        stopped: why it has ended early.
        sent: how many were sent.
    """

    calls: Calls
    journal: Journal
    tell: Callable[[PlannedWrite, WriteResult], None]
    concurrency: int
    stopped: str = ""
    sent: int = 0
    _unknown: int = 0

    async def send(self, writes: Sequence[PlannedWrite]) -> None:
        """Sends them in their order; those that a stop leaves over are not told of."""
        remaining = iter(writes)
        for write in remaining:
            if self.stopped or await self._one(write) != "unknown":
                break
        if self.stopped:
            return
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.concurrency, len(writes))):
                group.create_task(self._several(remaining))

    async def _several(self, remaining: Iterator[PlannedWrite]) -> None:
        while not self.stopped and (write := next(remaining, None)) is not None:
            await self._one(write)

    async def _one(self, write: PlannedWrite) -> WriteOutcome:
        result = WriteResult("not sent", "not sent")
        for _ in range(2):  # what surely was not carried out is sent once more
            try:
                await self.journal.intend(write, sent=clock.utc_now().timestamp())
            except (OSError, sqlite3.Error) as error:
                self._stop(f"the journal cannot be written: {error}")
                return "not sent"
            self.sent += 1
            result, again = await self._attempt(write, early=self.sent <= FIRST)
            self.journal.settle(self.journal.rows[write.key, write.digest], result.state, result.id, result.reason)
            if not again or self.stopped:
                break
        else:
            self._stop(result.reason)
        self._unknown = self._unknown + 1 if result.outcome == "unknown" else 0
        if self._unknown >= UNKNOWN_IN_A_ROW:
            self._stop(f"the answers to {self._unknown} writes were lost, one after the other")
        self.tell(write, result)
        return result.outcome

    def _stop(self, why: str) -> None:
        self.stopped = self.stopped or why

    async def _attempt(self, write: PlannedWrite, *, early: bool) -> tuple[WriteResult, bool]:
        done = _DONE[write.verb]
        value: object = None
        try:
            if write.id is None:
                value = await self.calls.create(write.body)
            elif write.verb == "update":
                value = await self.calls.update(write.id, write.body)
            else:
                await self.calls.delete(write.id)
        except WethodError as error:
            why = "; ".join([str(error), *getattr(error, "__notes__", ())])
            carried_out: bool | None = getattr(error, "carried_out", False)
            if isinstance(error, NotFoundError) and write.verb == "delete":
                return WriteResult(done, done, write.id, "it was deleted before"), False
            if isinstance(error, NotFoundError) and write.verb == "update":
                return WriteResult("refused", "conflict", write.id, f"it is not there any more: {why}"), False
            if carried_out:
                id = error.id if isinstance(error, DecodeError) and isinstance(error.id, int) else write.id
                return WriteResult(done, done, id, why), False
            if carried_out is None:
                return WriteResult("unknown", "unknown", write.id, why), False
            if isinstance(error, AuthenticationError | RateLimitError):
                self._stop(why)
                return WriteResult("not sent", "not sent", write.id, why), False
            if isinstance(error, APIError):
                if early and isinstance(error, PermissionDeniedError | PreconditionFailedError):
                    self._stop(why)
                return WriteResult("refused", "refused", write.id, why), False
            return WriteResult("not sent", "not sent", write.id, why), True
        id = getattr(value, "id", None)
        return WriteResult(done, done, id if isinstance(id, int) else write.id), False
