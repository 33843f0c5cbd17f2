"""Bulk extraction: from lists of the API to Parquet, DuckDB, PostgreSQL, CSV or JSON lines.

```python
from asyncsdk import Wethod
from asyncsdk.extract import extract

async with Wethod() as wethod:
    report = await extract(wethod, ["timesheets", "production_plan_streams"], "duckdb:plan.duckdb")
```

The first run reads whole lists, later ones what changed since, and what was deleted. A run that was killed goes on
where it stood: no row is lost, none doubled. From a shell: `asyncsdk extract timesheets --to duckdb:plan.duckdb`.

Every table has the columns of its model, by wire name, and `_vanished_at` (when a run no longer found the row in its
list). Rows are never erased, and only those that changed are written. `verify` compares tables with their lists.
"""

from __future__ import annotations

from .._catalog import Listing, ParameterKind, Parent
from .plan import Cost, CostBasis, ExtractionPlan
from .progress import TableStage, Tally
from .report import ExtractionError, ExtractionReport, TableOutcome, TableReport
from .run import extract, plan
from .target import TargetError, TargetLocked, TargetRefused
from .verifying import Agreement, ExtractionVerification, TableCheck, verify

__all__ = [
    "Agreement",
    "Cost",
    "CostBasis",
    "ExtractionError",
    "ExtractionPlan",
    "ExtractionReport",
    "ExtractionVerification",
    "Listing",
    "ParameterKind",
    "Parent",
    "TableCheck",
    "TableOutcome",
    "TableReport",
    "TableStage",
    "Tally",
    "TargetError",
    "TargetLocked",
    "TargetRefused",
    "extract",
    "plan",
    "verify",
]
