"""What a run shows: its cost before, bars or log lines meanwhile, the report after. All but the report to stderr."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from ..extract.progress import Tally, seconds_left

if TYPE_CHECKING:
    from .. import Wethod
    from ..events import WaitBegun
    from ..extract import Plan, Report

__all__ = ["Display", "show_plan", "show_report", "terminal"]

REFRESH_SECONDS: Final = 0.2
LOG_SECONDS: Final = 10.0


def terminal(*, stderr: bool = False) -> Console:
    """Where people read; wide where the output goes to a file, which has no edge to cut at."""
    console = Console(stderr=stderr)
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(stderr=stderr, width=200)


class Display:
    """The progress of runs: bars on a terminal, else a line every ten seconds."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._tallies: Sequence[Tally] = ()
        self._wait = ""
        self._wait_until = 0.0

    def watch(self, tallies: Sequence[Tally]) -> None:
        """Takes the tallies to show."""
        self._tallies = tallies

    def waits(self, event: WaitBegun) -> None:
        """Takes a wait of the client's to show, while it lasts."""
        if event.seconds is not None and event.reason != "slot" and event.seconds >= 1:
            self._wait = f"waits {_duration(event.seconds)} for the {event.reason}"
            self._wait_until = time.monotonic() + event.seconds

    @asynccontextmanager
    async def of(self, wethod: Wethod) -> AsyncIterator[None]:
        """Shows a run while the block lasts."""
        console = Console(stderr=True)
        if self._quiet:
            yield
            return
        showing = asyncio.ensure_future(self._bars(wethod, console) if console.is_terminal else self._lines(wethod))
        try:
            yield
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing

    async def _bars(self, wethod: Wethod, console: Console) -> None:
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[facts]}"),
            console=console,
            refresh_per_second=5,
        )
        tasks: dict[str, TaskID] = {}
        with progress:
            try:
                while True:
                    self._update(progress, tasks, wethod)
                    await asyncio.sleep(REFRESH_SECONDS)
            finally:
                self._update(progress, tasks, wethod)

    def _update(self, progress: Progress, tasks: dict[str, TaskID], wethod: Wethod) -> None:
        for tally in self._tallies:
            if tally.stage == "waiting":
                continue
            if tally.table not in tasks:
                tasks[tally.table] = progress.add_task(tally.table, total=None, facts="")
            over = tally.stage != "reading"
            total = max(tally.rows, 1) if over else tally.expected and max(tally.expected, tally.rows)
            progress.update(
                tasks[tally.table],
                total=total,
                completed=total if over else tally.rows,
                facts=_facts(tally) + ("" if over else self._standing(wethod)),
            )

    async def _lines(self, wethod: Wethod) -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            reading = [f"{tally.table} {_facts(tally)}" for tally in self._tallies if tally.stage == "reading"]
            over = sum(tally.stage not in {"waiting", "reading"} for tally in self._tallies)
            line = f"{over} of {len(self._tallies)} lists done; {'; '.join(reading) or 'writing'}"
            sys.stderr.write(f"asyncsdk: {line}{self._standing(wethod)}\n")
            sys.stderr.flush()

    def _standing(self, wethod: Wethod) -> str:
        """What is left of the budget, and what is waited for."""
        quota = wethod.quota
        left = "" if quota.remaining is None else f", {quota.remaining:,} requests left"
        return left + (f", {self._wait}" if time.monotonic() < self._wait_until else "")


def _facts(tally: Tally) -> str:
    if tally.stage not in {"reading", "complete"}:
        return tally.stage
    facts = f"{tally.rows:,} rows"
    if tally.rejected:
        facts += f" ({tally.rejected:,} rejected)"
    if tally.stage == "reading" and tally.started is not None:
        now = asyncio.get_running_loop().time()
        facts += f", {tally.rows / max(now - tally.started, 1e-9):,.0f}/s"
        left = seconds_left(tally, now)
        facts += "" if left is None else f", {_duration(left)} left"
    return facts


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def show_plan(plan: Plan, *, details: bool) -> None:
    """Says what a run will cost: in a line, or table by table."""
    console = terminal() if details else terminal(stderr=True)
    if details:
        table = Table("list", "mode", "rows", "requests", "by")
        for cost in plan.costs:
            rows, requests = ("?" if each is None else f"{each:,}" for each in (cost.rows, cost.requests))
            table.add_row(cost.table, cost.mode, rows, requests, cost.basis)
        console.print(table)
    line = f"about {plan.requests:,} requests, {_duration(plan.seconds)}"
    if plan.hourly:
        line += f", {plan.requests / plan.hourly:.0%} of the hourly budget"
    if plan.remaining is not None and plan.requests > plan.remaining:
        line += f"; {plan.remaining:,} are left, so it will wait"
    if plan.unknown:
        line += f"; {plan.unknown} of {len(plan.costs)} lists were never read here: --plan counts them"
    console.print(line, highlight=False)


def show_report(report: Report) -> None:
    """Says what a run came to."""
    console = terminal()
    table = Table("table", "outcome", "mode", "rows", "rejected", "gone", "requests", "seconds")
    for each in report.tables:
        numbers = [f"{number:,}" for number in (each.rows, each.rejected, each.vanished, each.requests)]
        table.add_row(each.table, each.outcome, each.mode, *numbers, f"{each.seconds:.1f}")
    console.print(table)
    words = terminal(stderr=True)
    for each in report.tables:
        for warning in each.warnings:
            words.print(f"warning: {warning}", highlight=False, markup=False)
        if each.error:
            words.print(f"{each.table} {each.outcome}: {each.error}", highlight=False, markup=False)
        if each.rejected:
            words.print(
                f"{each.table}: {each.rejected:,} rows were rejected, see {each.rejects}", highlight=False, markup=False
            )
