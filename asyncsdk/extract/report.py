"""What a run came to: a value for programs, and the exit status it deserves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

if TYPE_CHECKING:
    from ..wire import Json

__all__ = ["Outcome", "Report", "TableReport"]

Outcome: TypeAlias = Literal["complete", "skipped", "failed"]


@attrs.frozen(kw_only=True)
class TableReport:
    """What a run did to one table.

    Args:
        table: its name.
        outcome: `complete`: all rows were delivered. `skipped`: the list was refused (a permission, a feature).
            `failed`: it broke off; what was committed is kept, and the next run goes on.
        mode: `full` read the whole list, `incremental` what changed.
        rows: rows written. rejected: rows that did not fit. vanished: rows marked as vanished.
        requests, seconds: what it cost.
        warnings: what somebody should look at.
        error: why it is not complete.
        rejects: the file with the rejected rows, where there are any.
        misfits: fields that were null or missing where the contract promises a value, with the number of rows: they are
            null in the table (`{"client_id": 3}`).
    """

    table: str
    outcome: Outcome
    mode: Literal["full", "incremental"]
    rows: int = 0
    rejected: int = 0
    vanished: int = 0
    requests: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    error: str | None = None
    rejects: str | None = None
    misfits: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Report:
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
        """Requests sent."""
        return sum(table.requests for table in self.tables)

    @property
    def status(self) -> int:
        """The exit status: 0 all rows delivered, 1 something failed, 3 delivered but for rejected rows."""
        bad = {"failed", "skipped"} if self.strict else {"failed"}
        if any(table.outcome in bad for table in self.tables):
            return 1
        return 3 if self.rejected else 0

    def to_dict(self) -> Json:
        """The report as data that JSON can say."""
        facts = attrs.asdict(self, value_serializer=_plain)
        return {**facts, "rows": self.rows, "rejected": self.rejected, "requests": self.requests, "status": self.status}


def _plain(_owner: object, _field: object, value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
