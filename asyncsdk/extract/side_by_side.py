"""The tables of a run, a few at a time, and the target that is open meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from ..errors import AuthenticationError, ClientClosedError, RateLimitError, ServerError, TransportError, WethodError
from .job import Job
from .loading import LEAVING_SECONDS, failed
from .report import TableReport
from .target import Batch, Owner, Table, Target
from .worker_thread import WorkerThread, outlast
from .writing import fitting

__all__ = ["opened", "side_by_side"]

SIDE_BY_SIDE: Final = 4
"""Tables read at the same time; their pages share one window."""

CLOSING_SECONDS: Final = 0.25
"""What a cancelled run waits for its target to close. One that takes longer closes by itself, in its thread."""


async def side_by_side(
    jobs: Sequence[Job],
    each: Callable[[Job, bool], Awaitable[tuple[TableReport, WethodError | None]]],
    *,
    secrets: frozenset[str] = frozenset(),
) -> list[TableReport]:
    """Does the jobs, a few at a time; reports in their order.

    Each is told whether the API seems to be away: another list was given up because of it, and none answered since.
    """
    reports: dict[int, TableReport] = {}
    waiting = list(enumerate(jobs))[::-1]
    over: list[WethodError] = []
    away = False

    async def work() -> None:
        nonlocal away
        while waiting:
            at, job = waiting.pop()
            if over:
                # The token is refused, or the client closed: every other list would be as well.
                reports[at] = TableReport(
                    table=job.table.name, outcome="failed", mode="full", error=f"not asked for: {over[0]}"
                )
                continue
            error: WethodError | None
            try:
                reports[at], error = await each(job, away)
            except Exception as defect:
                reports[at], error = failed(job, defect, secrets)
            away = isinstance(error, (TransportError, ServerError, RateLimitError))
            if isinstance(error, (AuthenticationError, ClientClosedError)):
                over.append(error)

    working = [asyncio.ensure_future(work()) for _ in range(min(SIDE_BY_SIDE, len(jobs)))]
    try:
        await asyncio.gather(*working)
    finally:
        for task in working:
            task.cancel()
        await outlast(asyncio.wait(working), LEAVING_SECONDS)
    return [reports[at] for at in range(len(jobs))]


@asynccontextmanager
async def opened(target: Target, owner: Owner, tables: Sequence[Table]) -> AsyncIterator[WorkerThread]:
    """The thread of a target that is open; closed at the end, also where a cancelled run does not wait for it."""
    worker = WorkerThread()
    try:
        await worker(partial(_open, target, owner, tables))
        yield worker
    except asyncio.CancelledError:
        target.stop(writes=True)  # what could still be committed is by now
        await outlast(worker.end(target.close), CLOSING_SECONDS)
        raise
    except BaseException:
        await worker.end(target.close)
        raise
    await worker.end(target.close)


def _open(target: Target, owner: Owner, tables: Sequence[Table]) -> None:
    """Opens a target, and loads what the first batch needs.

    Arrow loads pandas where that is installed, which takes a second or more: longer than a run that is interrupted has
    to commit what it holds.
    """
    target.open(owner, tables)
    for table in tables[:1]:
        fitting(Batch(rows=()), table.columns)
