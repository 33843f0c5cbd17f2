"""What came of one table: counted while it is read, and told in a report and in one line of the run log."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import attrs

from .. import clock
from ..errors import PermissionDenied, PreconditionFailed
from .report import TableReport
from .target import RunLine

if TYPE_CHECKING:
    from ..errors import WethodError
    from .job import Job, Options
    from .progress import Tally
    from .reading import Chunk
    from .target import Target
    from .writing import BatchWriter

__all__ = ["Ledger"]


@attrs.define(eq=False, kw_only=True)
class Ledger:
    """What came of one table, of all its passes.

    Args:
        job, options, target: of the run.
        writer: knows which rows could not be written.
        tally: kept in step, for those who watch.
        started: when the table's turn came (UTC).
        mode, vanished, warnings: as in the report.
        rows: rows read. rejected: rows refused by their model.
        requests: requests sent.
        misfits: rows by the field that breaks a promise of the model.
    """

    job: Job
    options: Options
    target: Target
    writer: BatchWriter
    tally: Tally
    started: datetime = attrs.field(factory=clock.utc_now)
    _clock: float = attrs.field(factory=clock.monotonic)
    mode: Literal["full", "incremental"] = "full"
    rows: int = 0
    rejected: int = 0
    vanished: int = 0
    requests: int = 0
    warnings: list[str] = attrs.field(factory=list)
    misfits: Counter[str] = attrs.field(factory=Counter)
    _logged: bool = False

    @property
    def seconds(self) -> float:
        """Since its turn came."""
        return clock.monotonic() - self._clock

    def add(self, chunk: Chunk) -> None:
        """Counts rows."""
        self.rows += len(chunk.rows)
        self.rejected += len(chunk.rejects)
        self.tally.rows, self.tally.rejected = self.rows, self.rejected

    def asked(self, requests: int) -> None:
        """Takes note of how many requests were sent in all."""
        self.tally.requests = self.requests = requests

    def report(self, error: WethodError | None) -> TableReport:
        """What came of it, now that it ended, with `error` where it is not complete."""
        refused = isinstance(error, (PermissionDenied, PreconditionFailed))
        unwritable = len(self.writer.unwritable)
        return TableReport(
            table=self.job.table.name,
            outcome="complete" if error is None else "skipped" if refused else "failed",
            mode=self.mode,
            rows=self.rows - unwritable,
            rejected=self.rejected + unwritable,
            vanished=self.vanished,
            requests=self.requests,
            seconds=self.seconds,
            warnings=(*self.warnings, *self.target.warnings(self.job.table)),
            error=None if error is None else str(error),
            misfits=dict(self.misfits),
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
                error=report.error,
            )
        )
        self._logged = True
