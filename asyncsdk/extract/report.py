"""What a run came to: a value for programs, and the exit status it deserves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from .._codec.html_table import html_table, row_cells
from ..errors import WethodError

if TYPE_CHECKING:
    from .._codec.values import Json

__all__ = ["ExtractionError", "ExtractionReport", "TableOutcome", "TableReport"]

TableOutcome: TypeAlias = Literal["complete", "skipped", "failed"]


@attrs.frozen(kw_only=True)
class TableReport:
    """What a run did to one table.

    Args:
        table: its name.
        outcome: `complete`: all rows were delivered. `skipped`: the list was refused (a permission, a feature), and
            always was. `failed`: it broke off; what was committed is kept, and the next run goes on.
        mode: `full` read the whole list, `incremental` what changed.
        rows: rows written. rejected: rows that did not fit. vanished: rows marked as vanished.
        left_out: for a list in another, how many parents were refused, so that their rows were not read.
        requests, seconds: what it cost; requests are those that were answered, errors included.
        warnings: what somebody should look at.
        error: why it is not complete.
        rejects: the file with the rejected rows, where there are any.
        misfits: fields that were null or missing where the contract promises a value, with the number of rows: they are
            null in the table (`{"client_id": 3}`).
        gone: fields that the API sent before and does not send any more, in no row: their columns keep what they held.
    """

    table: str
    outcome: TableOutcome
    mode: Literal["full", "incremental"]
    rows: int = 0
    rejected: int = 0
    vanished: int = 0
    left_out: int = 0
    requests: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    error: str | None = None
    rejects: str | None = None
    misfits: Mapping[str, int] = attrs.field(factory=dict)
    gone: tuple[str, ...] = ()


class ExtractionError(WethodError):
    """A run did not deliver every row. `report` says what became of each table, `status` how bad it is."""

    report: ExtractionReport
    status: int

    def __init__(self, report: ExtractionReport) -> None:
        super().__init__(_sentence(report))
        self.report = report
        self.status = report.status


@attrs.frozen(kw_only=True)
class ExtractionReport:
    """What a run did.

    Args:
        run: its name in the run log.
        company, target: whose rows, and where to.
        started, finished: UTC.
        tables: one report each, in the order they were named.
        strict: whether a list that was refused makes the run fail.
    """

    run: str
    company: str
    target: str
    started: datetime
    finished: datetime
    tables: tuple[TableReport, ...]
    strict: bool

    @property
    def rows(self) -> int:
        """Rows written."""
        return sum(table.rows for table in self.tables)

    @property
    def rejected(self) -> int:
        """Rows that did not fit."""
        return sum(table.rejected for table in self.tables)

    @property
    def requests(self) -> int:
        """Requests that were answered."""
        return sum(table.requests for table in self.tables)

    @property
    def status(self) -> int:
        """The exit status: 0 all rows delivered, 1 something failed, 3 delivered but for rows that were left out.

        Rows are left out where they do not fit their model, or where their parent was refused. 3 as well where fields
        are gone from the API, so that their columns are not up to date.
        """
        if self.failed:
            return 1
        return 3 if self.rejected or any(table.left_out or table.gone for table in self.tables) else 0

    @property
    def failed(self) -> tuple[TableReport, ...]:
        """The tables that make the run fail."""
        bad = {"failed", "skipped"} if self.strict else {"failed"}
        return tuple(table for table in self.tables if table.outcome in bad)

    @property
    def ok(self) -> bool:
        """Whether every row was delivered: the status is 0."""
        return self.status == 0

    def raise_for_status(self, *, allow_rejected: bool = False) -> None:
        """Raises where not every row was delivered, so that a scheduler cannot take the run for a good one.

        Args:
            allow_rejected: let pass what is merely status 3: all rows delivered but for some that were left out.

        Raises:
            ExtractionError: `error.report` is this report.

        Example:
            >>> (await extract(wethod, ["timesheets"], "duckdb:plan.duckdb")).raise_for_status()  # doctest: +SKIP
        """
        if not self.ok and not (allow_rejected and self.status == 3):
            raise ExtractionError(self)

    def _repr_html_(self) -> str:
        """The tables and what became of each, which a notebook shows."""
        names, rows = row_cells(self.tables)
        said = "every row was delivered" if self.ok else _sentence(self)
        return html_table(f"Extraction to {self.target}: {said}", names, rows, total=len(self.tables))

    def to_dict(self) -> dict[str, Json]:
        """The report as data that JSON can say."""
        facts = attrs.asdict(self, value_serializer=_plain)
        return {**facts, "rows": self.rows, "rejected": self.rejected, "requests": self.requests, "status": self.status}


def _sentence(report: ExtractionReport) -> str:
    if report.failed:
        first = report.failed[0]
        return f"{len(report.failed)} of {len(report.tables)} tables failed; {first.table}: {first.error}"
    left_out = sum(table.left_out for table in report.tables)
    parents = f", and the rows of {left_out} parents were left out" if left_out else ""
    gone = ", ".join(f"{table.table}.{field}" for table in report.tables for field in table.gone)
    fields = f", and fields are gone from the API: {gone}" if gone else ""
    return f"delivered, but {report.rejected} rows did not fit their model{parents}{fields}"


def _plain(_owner: object, _field: object, value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
