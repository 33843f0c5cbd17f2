"""What became of each row of a bulk write."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs

from .._codec.html_table import html_table, row_cells

__all__ = ["BulkReport", "RowOutcome", "WriteOutcome"]

_OPEN: Final = frozenset({"conflict", "refused", "unknown", "not sent"})

WriteOutcome: TypeAlias = Literal[
    "created", "updated", "deleted", "unchanged", "conflict", "refused", "unknown", "not sent"
]


@attrs.frozen
class RowOutcome:
    """What became of one row.

    Args:
        number: of the row in the input, from 1; None for a row that was deleted, which the input does not have.
        outcome: `conflict`: nothing was sent, for its key is there twice or a field cannot be changed;
            `refused`: the API said no; `unknown`: it may have been written, and is never sent again by itself;
            `not sent`: the run stopped before it.
        id: of the row in the API, where known.
        reason: why it was not written, or what is to be known of it.
    """

    number: int | None
    outcome: WriteOutcome
    id: int | None = None
    reason: str = ""


@attrs.frozen
class BulkReport:
    """What became of all rows, those of earlier runs with the same journal included.

    Args:
        rows: one for each row of the input, then the deleted ones.
        sent: writes that this run sent.
        stopped: why it ended before all rows were sent; empty where it did not.
    """

    rows: Sequence[RowOutcome]
    sent: int
    stopped: str = ""

    @property
    def status(self) -> int:
        """The exit status: 0 all done, 1 stopped (run it again), 3 some rows refused, in conflict or unknown."""
        if self.stopped:
            return 1
        return 3 if any(row.outcome in _OPEN for row in self.rows) else 0

    def __str__(self) -> str:
        counted = Counter(row.outcome for row in self.rows)
        text = ", ".join(f"{number} {outcome}" for outcome, number in counted.items()) or "no rows"
        return f"{text}; {self.sent} writes sent" + (f"; stopped: {self.stopped}" if self.stopped else "")

    def _repr_html_(self) -> str:
        """Returns the outcomes as a table, which a notebook shows: first those of rows that were not written."""
        ordered: list[RowOutcome] = sorted(self.rows, key=lambda row: row.outcome not in _OPEN)
        names, rows = row_cells(ordered)
        return html_table(f"Bulk write: {self}", names, rows, total=len(self.rows))

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        rows = [attrs.asdict(row) for row in self.rows]
        return {"status": self.status, "sent": self.sent, "stopped": self.stopped, "rows": rows}

    def write(self, path: str | PathLike[str]) -> None:
        """Writes a CSV file with a line per row: number, outcome, id, reason."""
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["number", "outcome", "id", "reason"])
            lines.writerows([row.number, row.outcome, row.id, row.reason] for row in self.rows)
