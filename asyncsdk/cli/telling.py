"""What is said of a run before and after it: what it will cost, what became of each table, and one line of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .durations import shown
from .output import say, stdout
from .tables import print_table, width_of
from .visible import one_line

if TYPE_CHECKING:
    from ..extract import ExtractionPlan, ExtractionReport, TableReport

__all__ = ["cost_of", "cost_of_all", "show_plan", "show_report", "total_of"]

MOST_TO_COUNT: Final = 17
"""Requests that counting one list takes at most, up to 100,000 rows."""

_NARROW: Final = 60
_REPORT: Final = ("table", "outcome", "mode", "rows", "rejected", "gone", "requests", "seconds")
_WANTED: Final = (0, 1, 3, 6, 4, 5, 2, 7)


def show_plan(plan: ExtractionPlan, *, details: bool, title: str | None = None) -> None:
    """Says what a run will cost: in a line on stderr, or table by table on standard output."""
    if not details:
        say(cost_of(plan), name="" if title is None else f"{title}: ")
        return
    rows = [
        [
            cost.table,
            cost.mode,
            *("?" if each is None else f"{each:,}" for each in (cost.rows, cost.requests)),
            cost.basis,
        ]
        for cost in plan.costs
    ]
    print_table(("list", "mode", "rows", "requests", "by"), rows, title=title, right=frozenset({2, 3}))
    stdout.write(one_line(f"{cost_of(plan)}; making this plan took {plan.spent:,} requests") + "\n")


def cost_of(plan: ExtractionPlan) -> str:
    """What a run will cost, in a line; what nobody knows is said to be unknown."""
    asks = f"--plan counts them (1 to {MOST_TO_COUNT} requests a list)"
    if plan.unknown == len(plan.costs):
        what = "this list was never" if plan.unknown == 1 else f"none of these {plan.unknown} lists was ever"
        return f"cost unknown: {what} read here; {asks}"
    little = " where little has changed" if plan.incremental else ""
    line = f"about {plan.requests:,} requests{little}, {shown(plan.seconds)}{'' if plan.measured else ' at a guess'}"
    if plan.hourly:
        line += f", {plan.requests / plan.hourly:.0%} of the hourly budget"
    if plan.remaining is not None and plan.requests > plan.remaining:
        line += f"; {plan.remaining:,} are left, so it will wait"
    if plan.unknown:
        line += f"; besides, {plan.unknown} of {len(plan.costs)} lists were never read here: {asks}"
    return line


def cost_of_all(plans: Sequence[ExtractionPlan]) -> str:
    """What the runs of several companies will cost together, in a line."""
    requests, unknown = sum(plan.requests for plan in plans), sum(plan.unknown for plan in plans)
    little = " where little has changed" if any(plan.incremental for plan in plans) else ""
    guess = "" if all(plan.measured for plan in plans) else " at a guess"
    line = f"about {requests:,} requests{little}, {shown(sum(plan.seconds for plan in plans))}{guess}"
    if hourly := plans[0].hourly:
        line += f", {requests / hourly:.0%} of the hourly budget, if one token is used for all"
    return line + (f"; besides, {unknown} lists that were never read" if unknown else "")


def show_report(report: ExtractionReport, *, title: str | None = None) -> None:
    """Says what became of each table: on standard output; warnings and errors on stderr."""
    edge = width_of()
    if edge is not None and edge < _NARROW:
        if title is not None:
            stdout.write(one_line(title) + "\n")
        for each in report.tables:
            stdout.write(f"{each.table}: {each.outcome}, {each.rows:,} rows, {each.requests:,} requests\n")
    else:
        rows = [_cells(each) for each in report.tables]
        print_table(_REPORT, rows, title=title, wanted=_WANTED, right=frozenset({3, 4, 5, 6, 7}))
    stdout.flush()
    for each in report.tables:
        for warning in each.warnings:
            say(f"warning: {warning}", name="")
        if each.error:
            say(f"{each.table} {each.outcome}: {each.error}", name="")
        if each.rejected:
            say(f"{each.table}: {each.rejected:,} rows were rejected, see {each.rejects}", name="")


def _cells(table: TableReport) -> list[str]:
    numbers = (table.rows, table.rejected, table.vanished, table.requests)
    return [table.table, table.outcome, table.mode, *(f"{number:,}" for number in numbers), f"{table.seconds:.1f}"]


def total_of(reports: Sequence[ExtractionReport], requests: int, seconds: float, budget: str) -> str:
    """A whole command in a line.

    Args:
        reports: of each company.
        requests: that the command spent in all.
        seconds: that it took.
        budget: what is left of it, in words; empty where none is kept.
    """
    tables = [table for report in reports for table in report.tables]
    outcomes = Counter(table.outcome for table in tables)
    parts = [f"{outcomes['complete']} of {len(tables)} lists complete"]
    parts += [f"{outcomes[name]} {name}" for name in ("skipped", "failed") if outcomes[name]]
    rows = f"{sum(report.rows for report in reports):,} rows"
    if rejected := sum(report.rejected for report in reports):
        rows += f", {rejected:,} rejected"
    if gone := sum(table.vanished for table in tables):
        rows += f", {gone:,} gone"
    spent = f"{requests:,} requests in {shown(seconds)}"
    return f"{', '.join(parts)}; {rows}; {spent}" + (f"; {budget}" if budget else "")
