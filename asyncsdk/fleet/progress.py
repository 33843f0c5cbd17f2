"""How far a fleet is: for each company its stage, the tallies of its tables, and in the end its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from ..extract.progress import Tally

if TYPE_CHECKING:
    from .report import CompanyReport

__all__ = ["CompanyProgress", "CompanyStage", "progress_line"]

CompanyStage: TypeAlias = Literal["waiting", "reading", "locked", "done"]


@attrs.define(kw_only=True, eq=False)
class CompanyProgress:
    """One company's share of a fleet, while it goes on.

    Args:
        company, place: which, and where its rows go.
        stage: `waiting` for its turn, `reading`, `locked`: another run writes to its target, and is waited for; `done`.
        tallies: of its tables, while they are read on this machine.
        report: in the end.
    """

    company: str
    place: str
    stage: CompanyStage = "waiting"
    tallies: Sequence[Tally] = ()
    report: CompanyReport | None = None

    def reads(self, tallies: Sequence[Tally]) -> None:
        """Notes that its tables are read from now on, counted in these."""
        self.stage, self.tallies = "reading", tallies

    def waits(self) -> None:
        """Notes that its target is locked."""
        self.stage, self.tallies = "locked", ()

    def starts(self) -> None:
        """Notes that it is its turn."""
        self.stage = "reading"

    def queues(self) -> None:
        """Notes that it waits for its turn, once more."""
        self.stage, self.tallies = "waiting", ()

    def ends(self, report: CompanyReport) -> None:
        """Notes what came of it."""
        self.stage, self.report = "done", report

    @property
    def rows(self) -> int:
        """Rows: written where it is done, read so far where it is not."""
        return self.report.rows if self.report is not None else sum(tally.rows for tally in self.tallies)

    @property
    def requests(self) -> int:
        """Requests so far."""
        return self.report.requests if self.report is not None else sum(tally.requests for tally in self.tallies)


def progress_line(companies: Sequence[CompanyProgress]) -> str:
    """All companies of a fleet in a line.

    >>> progress_line([CompanyProgress(company="acme", place="duckdb:acme.duckdb")])
    '0 of 1 companies done, 1 to go; 0 rows, 0 requests'
    """
    stages = Counter(each.stage for each in companies)
    failed = sum(each.report is not None and not each.report.ok for each in companies)
    parts = [f"{stages['done']} of {len(companies)} companies done"]
    parts += [f"{failed} of them not whole"] * bool(failed)
    parts += [f"{stages['reading']} being read"] * bool(stages["reading"])
    parts += [f"{stages['locked']} wait for a locked target"] * bool(stages["locked"])
    parts += [f"{stages['waiting']} to go"] * bool(stages["waiting"])
    rows, requests = sum(each.rows for each in companies), sum(each.requests for each in companies)
    return f"{', '.join(parts)}; {rows:,} rows, {requests:,} requests"
