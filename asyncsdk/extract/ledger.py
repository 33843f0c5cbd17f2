"""What came of one table: counted while it is read, and told in a report and in one line of the run log."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import attrs

from .._limits import clock
from ..errors import PermissionDeniedError, PreconditionFailedError
from ..events import Hooks, ResponseReceived
from .address import redacted
from .report import TableReport
from .target import RunLine

if TYPE_CHECKING:
    from ..errors import WethodError
    from .job import Job, RunOptions
    from .progress import Tally
    from .reading import Chunk
    from .target import Target
    from .writing import BatchWriter

__all__ = ["Ledger"]

ENDED_IN_FLIGHT: Final = "CancelledError"
"""How an attempt ends whose page lies behind the end of its list: the walk is over, and does not wait for it."""


@attrs.define(eq=False, kw_only=True)
class Ledger:
    """What came of one table, of all its passes.

    Args:
        job, options, target: of the run.
        writer: knows which rows were written, and which could not be.
        tally: kept in step, for those who watch.
        started: when the table's turn came (UTC).
        mode, vanished, warnings: as in the report.
        rows: rows read. rejected: rows refused by their model.
        left_out: parents that were refused, so that their rows were not read.
        requests: requests answered, and those that were in flight behind the end of a list: they are spent as well.
        answering: seconds that all answers took together.
        delivered_before: whether an earlier run read this list: then it is a failure that it is refused now.
        misfits: rows by the field that breaks a promise of the model.
        gone: fields that the API does not send any more.
    """

    job: Job
    options: RunOptions
    target: Target
    writer: BatchWriter
    tally: Tally
    started: datetime = attrs.field(factory=clock.utc_now)
    _clock: float = attrs.field(factory=clock.monotonic)
    mode: Literal["full", "incremental"] = "full"
    rows: int = 0
    rejected: int = 0
    vanished: int = 0
    left_out: int = 0
    requests: int = 0
    answering: float = 0.0
    delivered_before: bool = False
    warnings: list[str] = attrs.field(factory=list)
    misfits: Counter[str] = attrs.field(factory=Counter)
    gone: tuple[str, ...] = ()
    _logged: bool = False

    @property
    def seconds(self) -> float:
        """Since its turn came."""
        return clock.monotonic() - self._clock

    def warn(self, sentence: str) -> None:
        """Says what somebody should look at, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def add(self, chunk: Chunk) -> None:
        """Counts rows."""
        self.rows += len(chunk.rows)
        self.rejected += len(chunk.rejects)
        self.tally.rows, self.tally.rejected = self.rows, self.rejected

    def counting(self, hooks: Hooks) -> Hooks:
        """The hooks of a client, which then counts its requests here as well, those of failed attempts among them."""

        def answered(event: ResponseReceived) -> None:
            if event.status is not None:
                self.answering += event.seconds
            if event.status is not None or event.error == ENDED_IN_FLIGHT:
                self.requests += 1
            self.tally.requests, self.tally.answering = self.requests, self.answering
            if hooks.response is not None:
                hooks.response(event)

        return attrs.evolve(hooks, response=answered)

    def report(self, error: WethodError | None) -> TableReport:
        """What came of it, now that it ended, with `error` where it is not complete."""
        refused = isinstance(error, (PermissionDeniedError, PreconditionFailedError))
        lost = refused and (self.delivered_before or self.rows > 0)
        unwritable = len(self.writer.unwritable)
        if self.writer.repeated and self.job.listing.parent is not None:
            self.warn(
                f"{self.job.table.name}: {self.writer.repeated} rows came with an id that a later row had as well; the "
                "later one is kept. Where ids repeat across parents, rows are missing"
            )
        return TableReport(
            table=self.job.table.name,
            outcome="complete" if error is None else "skipped" if refused and not lost else "failed",
            mode=self.mode,
            rows=self.writer.rows,
            rejected=self.rejected + unwritable,
            vanished=self.vanished,
            left_out=self.left_out,
            requests=self.requests,
            seconds=self.seconds,
            warnings=(*self.warnings, *self.target.warnings(self.job.table)),
            error=None
            if error is None
            else f"was delivered before, and is refused now: {error}"
            if lost
            else str(error),
            misfits=dict(self.misfits),
            gone=self.gone,
            rejects=str(self.target.rejects_path(self.job.table)) if self.rejected or unwritable else None,
        )

    def log(self, report: TableReport) -> None:
        """A line in the run log, one for each run. In the target's thread."""
        if self._logged:
            return
        self.target.log_run(
            RunLine(
                run=self.options.run,
                table=report.table,
                mode=report.mode,
                started=self.started,
                finished=clock.utc_now(),
                rows=report.rows,
                rejected=report.rejected,
                vanished=report.vanished,
                requests=report.requests,
                complete=report.outcome == "complete",
                error=report.error and redacted(report.error, self.options.secrets),
            )
        )
        self._logged = True
