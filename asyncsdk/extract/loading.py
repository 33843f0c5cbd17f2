"""One table of a run: whatever happens to it ends in its report, and never in another table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs

from ..errors import WethodError
from .defects import defect_of
from .ledger import Ledger
from .pass_reader import LAST_COMMIT_SECONDS
from .report import TableReport
from .target import Target
from .updating import TableUpdate
from .worker_thread import noticed, outlast
from .writing import BatchWriter

if TYPE_CHECKING:
    from .._limits import Slots
    from ..client import Wethod
    from .job import Job, RunOptions
    from .progress import Tally
    from .worker_thread import WorkerThread

__all__ = ["LEAVING_SECONDS", "failed", "load"]

LOG_SECONDS: Final = 0.2
"""What a cancelled run may take to say so in the run log. Later it is said by the target's thread alone."""

LEAVING_SECONDS: Final = LAST_COMMIT_SECONDS + LOG_SECONDS
"""So a table that is cancelled is left alone after this at the latest."""


async def load(
    job: Job,
    *,
    wethod: Wethod,
    target: Target,
    worker: WorkerThread,
    window: Slots,
    options: RunOptions,
    tally: Tally,
    done: Callable[[TableReport], object] = lambda report: None,
) -> tuple[TableReport, WethodError | None]:
    """Brings one table up to date.

    Every failure ends in the report, and is given beside it, defects among them: whatever it is, the others go on.
    Only being cancelled raises. `done` is called with the report.
    """
    writer = BatchWriter(job, target, worker)
    ledger = Ledger(job=job, options=options, target=target, writer=writer, tally=tally)
    update = TableUpdate(
        job=job,
        wethod=wethod.with_options(hooks=ledger.counting(wethod.settings.hooks)),
        target=target,
        worker=worker,
        writer=writer,
        window=window,
        options=options,
        tally=tally,
        ledger=ledger,
    )
    tally.started, tally.stage = asyncio.get_running_loop().time(), "reading"
    try:
        report, error = await _ended(update, ledger, worker, tally)
    except asyncio.CancelledError:
        # Also while the table is finished: a merge that is stopped is for the next run.
        target.stop()
        if not await outlast(_log_interrupted(ledger, worker), LOG_SECONDS):
            target.stop(writes=True)
        raise
    done(report)
    return report, error


def failed(job: Job, error: BaseException, secrets: frozenset[str]) -> tuple[TableReport, WethodError]:
    """The report of a table that a defect ended before it had one; the log gets its traceback."""
    defect = defect_of(job.table.name, error, secrets)
    return TableReport(table=job.table.name, outcome="failed", mode="full", error=str(defect)), defect


async def _ended(
    update: TableUpdate, ledger: Ledger, worker: WorkerThread, tally: Tally
) -> tuple[TableReport, WethodError | None]:
    """The report of a table, once it was brought up to date or failed, and the target has finished with it."""
    table, secrets = update.job.table, update.options.secrets
    error = await _failure_of(update.run(), table.name, secrets)
    report = ledger.report(error)
    tally.stage = report.outcome
    if error is None:
        error = await _failure_of(worker(partial(update.target.finish, table)), table.name, secrets)
        report = ledger.report(error)
    if (unlogged := await _failure_of(worker(partial(ledger.log, report)), table.name, secrets)) is not None:
        error = error or unlogged
        report = attrs.evolve(report, outcome="failed", error=report.error or str(unlogged))
    tally.stage = report.outcome
    return report, error


async def _failure_of(work: Awaitable[object], table: str, secrets: frozenset[str]) -> WethodError | None:
    """Why something failed, whatever it is; None where it did not. It raises only where this task is cancelled."""
    try:
        await work
    except WethodError as problem:
        return problem
    except asyncio.CancelledError as cancelled:
        if _is_cancelled():
            raise
        return defect_of(table, cancelled, secrets)  # something that it waited for was, not the run
    except Exception as defect:
        return defect_of(table, defect, secrets)
    return None


async def _log_interrupted(ledger: Ledger, worker: WorkerThread) -> None:
    """Says in the run log that the run was cancelled."""
    report = attrs.evolve(ledger.report(None), outcome="failed", error="interrupted")
    saying = asyncio.ensure_future(worker(partial(ledger.log, report)))
    saying.add_done_callback(noticed)
    with suppress(WethodError):
        await asyncio.shield(saying)


def _is_cancelled() -> bool:
    """Whether this task is told to end, and not only something that it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
