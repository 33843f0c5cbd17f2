"""What a night of a fleet came to: a report of each company, their totals, and the exit status they deserve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs

from .._codec.html_table import html_table, row_cells
from ..errors import WethodError
from ..errors._printable import printable
from ..extract import ExtractionReport, TableReport

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["CompanyReport", "FleetError", "FleetReport", "worst"]

_WORST_FIRST: Final = (1, 2, 3, 0)
_MOST_NAMED: Final = 5


def worst(statuses: list[int]) -> int:
    """The exit status of several runs: that of the worst, where 1 is worse than 2.

    >>> worst([0, 3, 2]), worst([2, 1]), worst([])
    (2, 1, 0)
    """
    return next(each for each in _WORST_FIRST if each in {0, *statuses})


@attrs.frozen(kw_only=True)
class CompanyReport:
    """What became of one company.

    Args:
        company, target: whose rows, and where to.
        extraction: the report of its tables; None where it was refused as a whole.
        error: why it was.
        refused: 2 where it was set up wrongly or its target refuses, 1 where it failed; only beside an error.
        attempts: how often it was begun: more than once where its target was locked, or its machine died.
        seconds: from its first beginning to its end, waits included.
    """

    company: str
    target: str
    extraction: ExtractionReport | None = None
    error: str | None = None
    refused: int = 1
    attempts: int = 1
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """The exit status: 0 all rows delivered, 1 something failed, 2 refused, 3 delivered but for rows left out."""
        return self.refused if self.extraction is None else self.extraction.status

    @property
    def ok(self) -> bool:
        """Whether every row was delivered."""
        return self.status == 0

    @property
    def tables(self) -> tuple[TableReport, ...]:
        """The reports of its tables; none where it was refused as a whole."""
        return () if self.extraction is None else self.extraction.tables

    @property
    def rows(self) -> int:
        """Rows written."""
        return 0 if self.extraction is None else self.extraction.rows

    @property
    def rejected(self) -> int:
        """Rows that did not fit."""
        return 0 if self.extraction is None else self.extraction.rejected

    @property
    def requests(self) -> int:
        """Requests that were answered."""
        return 0 if self.extraction is None else self.extraction.requests

    @property
    def reason(self) -> str:
        """Why not every row was delivered, in a few words; empty where it was."""
        if self.extraction is None:
            return self.error or ""
        if self.ok:
            return ""
        failed = self.extraction.failed
        if failed:
            return f"{len(failed)} of {len(self.tables)} tables failed; {failed[0].table}: {failed[0].error}"
        return "delivered, but rows or fields were left out"

    def to_dict(self) -> Json:
        """The report as data that JSON can say: that of `extract`, or its refusal."""
        own = {"attempts": self.attempts, "seconds": round(self.seconds, 3)}
        if self.extraction is not None:
            return {**_facts(self.extraction), **own}
        return {
            "company": self.company,
            "target": self.target,
            "status": self.status,
            "error": printable(self.error or ""),
            "tables": [],
            "rows": 0,
            "rejected": 0,
            "requests": 0,
            **own,
        }


class FleetError(WethodError):
    """Not every company was delivered. `report` says what became of each, `status` how bad it is."""

    report: FleetReport
    status: int

    def __init__(self, report: FleetReport) -> None:
        super().__init__(_sentence(report))
        self.report = report
        self.status = report.status


@attrs.frozen(kw_only=True)
class FleetReport:
    """What a night came to.

    Args:
        started, finished: UTC.
        companies: a report each, in the order they were named.
    """

    started: datetime
    finished: datetime
    companies: tuple[CompanyReport, ...]

    @property
    def rows(self) -> int:
        """Rows written, of all companies."""
        return sum(each.rows for each in self.companies)

    @property
    def rejected(self) -> int:
        """Rows that did not fit, of all companies."""
        return sum(each.rejected for each in self.companies)

    @property
    def requests(self) -> int:
        """Requests that were answered, of all companies."""
        return sum(each.requests for each in self.companies)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished - self.started).total_seconds()

    @property
    def status(self) -> int:
        """The exit status of the worst company, where 1 (failed) is worse than 2 (refused), and that than 3."""
        return worst([each.status for each in self.companies])

    @property
    def ok(self) -> bool:
        """Whether every row of every company was delivered."""
        return self.status == 0

    @property
    def failed(self) -> tuple[CompanyReport, ...]:
        """The companies that were refused or failed; those whose rows were merely left out are none of them."""
        return tuple(each for each in self.companies if each.status in {1, 2})

    def raise_for_status(self, *, allow_rejected: bool = False) -> None:
        """Raises where not every row was delivered, so that a scheduler cannot take the night for a good one.

        Args:
            allow_rejected: let pass what is merely status 3: all rows delivered but for some that were left out.

        Raises:
            FleetError: `error.report` is this report.

        Example:
            >>> (await fleet.extract(fleet.read("companies.toml"))).raise_for_status()  # doctest: +SKIP
        """
        if not self.ok and not (allow_rejected and self.status == 3):
            raise FleetError(self)

    def to_dict(self) -> Json:
        """The report as data that JSON can say."""
        return {
            "companies": [each.to_dict() for each in self.companies],
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "seconds": round(self.seconds, 3),
            "rows": self.rows,
            "rejected": self.rejected,
            "requests": self.requests,
            "status": self.status,
        }

    def _repr_html_(self) -> str:
        """The companies and what became of each, which a notebook shows."""
        names, rows = row_cells([_NightRow.of(each) for each in self.companies])
        said = "every row was delivered" if self.ok else _sentence(self)
        return html_table(f"{len(self.companies)} companies: {said}", names, rows, total=len(self.companies))


@attrs.frozen
class _NightRow:
    """A company in a table for people."""

    company: str
    target: str
    status: int
    rows: int
    rejected: int
    requests: int
    seconds: float
    reason: str

    @classmethod
    def of(cls, report: CompanyReport) -> _NightRow:
        numbers = (report.status, report.rows, report.rejected, report.requests, round(report.seconds, 1))
        return cls(report.company, report.target, *numbers, report.reason)


def _facts(report: ExtractionReport) -> dict[str, Json]:
    found = report.to_dict()
    assert isinstance(found, dict)  # noqa: S101  # a report is an object
    return found


def _sentence(report: FleetReport) -> str:
    bad = [each for each in report.companies if not each.ok]
    named = ", ".join(each.company for each in bad[:_MOST_NAMED])
    more = f" and {len(bad) - _MOST_NAMED} more" if len(bad) > _MOST_NAMED else ""
    first = min(bad, key=lambda each: _WORST_FIRST.index(each.status))
    return (
        f"{len(bad)} of {len(report.companies)} companies were not delivered whole ({named}{more}); "
        f"{first.company}: {first.reason}"
    )
