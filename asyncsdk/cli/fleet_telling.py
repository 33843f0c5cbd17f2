"""What is said of a night: its cost for each token before it, and what became of each company after it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from .durations import shown
from .output import say, stdout
from .tables import print_table
from .visible import one_line

if TYPE_CHECKING:
    from ..extract import ExtractionPlan
    from ..fleet import FleetPlan, FleetReport, TokenCost

__all__ = ["cost_of_token", "fleet_total", "show_fleet_plan", "show_fleet_report"]

_COLUMNS: Final = ("company", "target", "status", "tables", "rows", "rejected", "requests", "seconds")
_WANTED: Final = (0, 2, 4, 6, 3, 1, 5, 7)
_STATUSES: Final = {0: "complete", 1: "failed", 2: "refused", 3: "left out"}
_MOST_NAMED: Final = 4


def show_fleet_plan(plan: FleetPlan, *, details: bool) -> None:
    """Says what a night will cost, a line for each token: on stderr, or on standard output with each company."""
    if details:
        rows = [[each.company, one_line(each.target), *_figures(each.plan)] for each in plan.companies]
        print_table(("company", "target", "requests", "lists", "never read"), rows, right=frozenset({2, 3, 4}))
    for token in plan.tokens:
        line = cost_of_token(token)
        if details:
            stdout.write(one_line(line) + "\n")
        else:
            say(line)
        for error in token.errors:
            say(error)


def _figures(plan: ExtractionPlan | None) -> tuple[str, str, str]:
    return ("?", "?", "?") if plan is None else (f"{plan.requests:,}", f"{len(plan.costs):,}", f"{plan.unknown:,}")


def cost_of_token(cost: TokenCost) -> str:
    """What a night will ask of one token, in a line."""
    named = ", ".join(cost.companies[:_MOST_NAMED])
    more = f" and {len(cost.companies) - _MOST_NAMED} more" if len(cost.companies) > _MOST_NAMED else ""
    who = f"{' = '.join(cost.tokens)} ({named}{more})"
    if not cost.lists:
        return f"{who}: cost unknown"
    if cost.unknown == cost.lists:
        return f"{who}: cost unknown, none of its {cost.lists} lists was ever read here; --plan counts them"
    line = f"{who}: about {cost.requests:,} requests, {shown(cost.hours * 3600)}"
    if cost.hourly:
        line += f", {cost.requests / cost.hourly:.0%} of an hour's budget"
    return line + (f"; besides, {cost.unknown} of {cost.lists} lists were never read here" if cost.unknown else "")


def show_fleet_report(report: FleetReport) -> None:
    """Says what became of each company: on standard output; warnings and errors on stderr."""
    rows = []
    for each in report.companies:
        done = sum(table.outcome == "complete" for table in each.tables)
        numbers = (each.rows, each.rejected, each.requests)
        tables = f"{done} of {len(each.tables)}"
        status = _STATUSES.get(each.status, str(each.status))
        rows.append(
            [each.company, one_line(each.target), status, tables, *(f"{n:,}" for n in numbers), f"{each.seconds:.1f}"]
        )
    print_table(_COLUMNS, rows, wanted=_WANTED, right=frozenset({3, 4, 5, 6, 7}))
    stdout.write(one_line(fleet_total(report)) + "\n")
    stdout.flush()
    for each in report.companies:
        name = f"{one_line(each.company)}: "
        if each.error:
            say(each.error, name=name)
        for table in each.tables:
            for warning in table.warnings:
                say(f"warning: {warning}", name=name)
            if table.error and table.outcome != "skipped":
                say(f"{table.table} {table.outcome}: {table.error}", name=name)
            if table.rejected:
                say(f"{table.table}: {table.rejected:,} rows were rejected, see {table.rejects}", name=name)


def fleet_total(report: FleetReport) -> str:
    """A whole night in a line."""
    statuses = Counter(each.status for each in report.companies)
    parts = [f"{statuses[0]} of {len(report.companies)} companies complete"]
    parts += [f"{statuses[status]} {_STATUSES[status]}" for status in (1, 2, 3) if statuses[status]]
    rows = f"{report.rows:,} rows" + (f", {report.rejected:,} rejected" if report.rejected else "")
    return f"{', '.join(parts)}; {rows}; {report.requests:,} requests in {shown(report.seconds)}"
