"""Bulk writes: plan what a list lacks, apply it with a journal so that each row is written once, verify the result.

from asyncsdk import bulk

plan = await bulk.plan(wethod.timesheets, "may.csv", match=("person_id", "project_id", "date"))
print(plan)
report = await plan.apply(journal="may.journal")
proof = await bulk.verify(wethod.timesheets, journal="may.journal")
"""

from .comparing import PlanConflict, PlannedWrite, UnchangedRow
from .planning import BulkPlan, load, plan
from .reading import Rows
from .refusals import JournalRefused, RowsRefused, StalePlan
from .report import BulkReport, RowOutcome, WriteOutcome
from .verifying import Verification, verify

__all__ = [
    "BulkPlan",
    "BulkReport",
    "JournalRefused",
    "PlanConflict",
    "PlannedWrite",
    "RowOutcome",
    "Rows",
    "RowsRefused",
    "StalePlan",
    "UnchangedRow",
    "Verification",
    "WriteOutcome",
    "load",
    "plan",
    "verify",
]
