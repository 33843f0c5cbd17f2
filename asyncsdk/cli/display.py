"""What is seen of a run while it goes on: bars on a terminal, a line now and then elsewhere. All of it on stderr."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from rich.live import Live
from rich.text import Text

from .._limits import clock
from ..extract.plan import seconds_for
from ..extract.progress import Tally, requests_left, seconds_left, totals
from .durations import shown
from .output import say
from .tables import console

if TYPE_CHECKING:
    from rich.console import Console

    from .. import Wethod
    from ..events import WaitBegun
    from ..extract import ExtractionPlan

__all__ = ["Display", "budget_line", "frame", "totals"]

REFRESH_SECONDS: Final = 0.2
LOG_SECONDS: Final = 10.0
BAR: Final = 20

_REASONS: Final = {
    "budget": "for the hourly budget",
    "pause": "as the server ordered",
    "backoff": "before it tries a page again",
}


class Display:
    """The progress of runs: bars on a terminal, else a line every ten seconds.

    Args:
        quiet: show nothing.
        total: says how far all of them are, in a line; empty: the bars say it.
    """

    def __init__(self, *, quiet: bool, total: Callable[[Sequence[Tally]], str] = totals) -> None:
        self._quiet = quiet
        self._total = total
        self._tallies: Sequence[Tally] = ()
        self._plan: ExtractionPlan | None = None
        self._wait = ""
        self._wait_until = 0.0

    def watch(self, tallies: Sequence[Tally]) -> None:
        """Takes the tallies to show."""
        self._tallies = tallies

    def plan(self, plan: ExtractionPlan) -> None:
        """Takes what the next run will cost, from which the time that is left is told."""
        self._plan = plan

    def waits(self, event: WaitBegun) -> None:
        """Takes a wait of the client's to show, while it lasts."""
        if event.seconds is not None and event.seconds >= 1 and event.reason in _REASONS:
            self._wait = f"waits {shown(event.seconds)} {_REASONS[event.reason]}"
            self._wait_until = clock.monotonic() + event.seconds

    @asynccontextmanager
    async def of(self, wethod: Wethod) -> AsyncIterator[None]:
        """Shows a run while the block lasts."""
        if self._quiet:
            yield
            return
        screen = console(error=True)
        bars = screen.is_terminal and not screen.is_dumb_terminal
        showing = asyncio.ensure_future(self._bars(wethod, screen) if bars else self._lines(wethod))
        try:
            yield
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing

    async def _bars(self, wethod: Wethod, screen: Console) -> None:
        with Live(console=screen, auto_refresh=False, transient=True) as live:
            while True:
                now = asyncio.get_running_loop().time()
                lines = frame(self._tallies, now, screen.width, max(2, screen.height - 4))
                lines += [line[: screen.width] for line in self._summary(wethod)]
                live.update(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"), refresh=True)
                await asyncio.sleep(REFRESH_SECONDS)

    async def _lines(self, wethod: Wethod) -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            now = asyncio.get_running_loop().time()
            reading = [f"{tally.table} {_facts(tally, now)}" for tally in self._tallies if tally.stage == "reading"]
            say("; ".join([*self._summary(wethod), *reading]))

    def _summary(self, wethod: Wethod) -> list[str]:
        parts = [self._total(self._tallies), self.left(wethod), budget_line(wethod)]
        if clock.monotonic() < self._wait_until:
            parts.append(self._wait)
        return [part for part in parts if part]

    def left(self, wethod: Wethod) -> str:
        """The time that is left, from what answers took so far; nothing where a list's cost is not known."""
        if self._plan is None:
            return ""
        told = requests_left(self._tallies, {cost.table: cost.requests for cost in self._plan.costs})
        if told is None:
            return ""
        quota, in_flight = wethod.quota, self._plan.concurrency
        (left, each), remaining = told, quota.remaining
        seconds = seconds_for(left, each=each, concurrency=in_flight, hourly=quota.limit, remaining=remaining)
        return f"{left:,} requests and {shown(seconds)} to go"


def budget_line(wethod: Wethod) -> str:
    """What is left of the hour's requests, and when all of them are there again."""
    quota = wethod.quota
    if quota.limit is None or quota.remaining is None:
        return ""
    again = f", full again at {quota.full_at.astimezone():%H:%M}" if quota.full_at else ""
    return f"{quota.remaining:,} of {quota.limit:,} requests left this hour{again}"


def frame(tallies: Sequence[Tally], now: float, width: int, height: int) -> list[str]:
    """The tables that are being read, a line each, in so many columns and lines."""
    reading = [tally for tally in tallies if tally.stage == "reading"]
    name = max((len(tally.table) for tally in reading), default=0)
    lines = [f"{tally.table:<{name}} {_bar(tally)} {_facts(tally, now)}"[:width] for tally in reading]
    return lines if len(lines) < height else [*lines[: height - 2], f"and {len(lines) - height + 2} more"[:width]]


def _bar(tally: Tally) -> str:
    if not tally.expected:
        return " " * (BAR + 2)  # how long the list is, nobody knows
    done = min(BAR, tally.rows * BAR // tally.expected)
    return f"[{'#' * done}{'.' * (BAR - done)}]"


def _facts(tally: Tally, now: float) -> str:
    facts = f"{tally.rows:,} rows" + (f" of {tally.expected:,}" if tally.expected else "")
    if tally.rejected:
        facts += f" ({tally.rejected:,} rejected)"
    if tally.started is not None and now > tally.started and tally.rows:
        facts += f", {tally.rows / (now - tally.started):,.0f} a second"
        left = seconds_left(tally, now)
        facts += "" if left is None else f", {shown(left)} left"
    return facts
