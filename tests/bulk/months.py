"""Months of timesheets, as rows and as files."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from asyncsdk.sandbox import Sandbox

MATCH: Final = ("person_id", "project_id", "date")


def month(sandbox: Sandbox, number: int) -> list[dict[str, Any]]:
    """Rows for as many days from May 1st 2026 on that the sandbox has nothing for."""
    known = sandbox.rows_of("timesheets")[0]
    first = dt.date(2026, 5, 1)
    return [
        {
            "person_id": known["person_id"],
            "project_id": known["project_id"],
            "date": (first + dt.timedelta(days=day)).isoformat(),
            "hours": 7.5,
            "notes": f"day {day}",
        }
        for day in range(number)
    ]


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Writes rows to a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)
    return path


def there(sandbox: Sandbox) -> list[str]:
    """The dates of the rows that imports made, in order."""
    return sorted(str(row["date"]) for row in sandbox.rows_of("timesheets") if str(row["notes"]).startswith("day "))
