"""What observers are told of an extraction: its begin, each table, and its end."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from .._limits import clock
from ..client import Wethod
from ..events import ExtractionBegun, ExtractionEnded, TableExtracted
from ..events._observers import Observers
from .report import TableReport

__all__ = ["RunWatch"]


@attrs.define(eq=False)
class RunWatch:
    """Tells of one run."""

    run: str
    company: str
    _observers: Observers
    _begun: float

    @classmethod
    def begin(cls, wethod: Wethod, run: str, tables: Sequence[str]) -> RunWatch:
        """Tells that a run of these tables begins."""
        watch = cls(run, wethod.settings.company, wethod._sender.observers(), clock.monotonic())
        if watch._observers.every:
            watch._observers.tell(ExtractionBegun(run, watch.company, tuple(tables)))
        return watch

    def table(self, report: TableReport) -> None:
        """Tells that a table is done."""
        if self._observers.every:
            came = (report.table, report.outcome, report.rows, report.requests, report.seconds)
            self._observers.tell(TableExtracted(self.run, self.company, *came))

    def end(self, *, ok: bool, error: BaseException | None = None) -> None:
        """Tells that the run has ended."""
        if self._observers.every:
            name = None if error is None else type(error).__name__
            self._observers.tell(ExtractionEnded(self.run, self.company, ok, clock.monotonic() - self._begun, name))
