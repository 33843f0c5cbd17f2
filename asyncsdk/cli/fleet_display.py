"""What is seen of a fleet while it goes on: a line a company on a terminal, else one line now and then; on stderr."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text

from .._limits import clock
from ..extract.progress import totals
from ..fleet.progress import CompanyProgress, progress_line
from .display import LOG_SECONDS, REFRESH_SECONDS
from .durations import shown
from .output import say
from .tables import console
from .visible import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from ..events import WaitBegun

__all__ = ["FleetDisplay", "company_lines"]

_REASONS = {"budget": "for the hourly budget", "pause": "as the server ordered"}


class FleetDisplay:
    """The progress of a fleet."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._wait = ""
        self._wait_until = 0.0
        self.companies: Sequence[CompanyProgress] = ()

    def watch(self, companies: Sequence[CompanyProgress]) -> None:
        """Takes the companies to show."""
        self.companies = companies

    def waits(self, event: WaitBegun) -> None:
        """Takes a wait of a client's to show, while it lasts."""
        if event.seconds is not None and event.seconds >= 1 and event.reason in _REASONS:
            self._wait = f"one waits {shown(event.seconds)} {_REASONS[event.reason]}"
            self._wait_until = clock.monotonic() + event.seconds

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Shows the fleet while the block lasts."""
        if self._quiet:
            yield
            return
        screen = console(error=True)
        bars = screen.is_terminal and not screen.is_dumb_terminal
        showing = asyncio.ensure_future(self._renewed(screen) if bars else self._logged())
        try:
            yield
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing

    async def _renewed(self, screen: Console) -> None:
        with Live(console=screen, auto_refresh=False, transient=True) as live:
            while True:
                lines = company_lines(self.companies, max(2, screen.height - 4))
                text = "\n".join(one_line(line)[: screen.width] for line in [*lines, self._summary()])
                live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)
                await asyncio.sleep(REFRESH_SECONDS)

    async def _logged(self) -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            say(self._summary())

    def _summary(self) -> str:
        waits = self._wait if clock.monotonic() < self._wait_until else ""
        return "; ".join(part for part in (progress_line(self.companies), waits) if part)


def company_lines(companies: Sequence[CompanyProgress], height: int) -> list[str]:
    """The companies whose turn it is, a line each, in so many lines.

    >>> company_lines([CompanyProgress(company="acme", place="duckdb:acme", stage="locked")], 5)
    ['acme  its target is locked by another run']
    """
    busy = [each for each in companies if each.stage in {"reading", "locked"}]
    width = max((len(each.company) for each in busy), default=0)
    lines = [f"{each.company:<{width}}  {_facts(each)}" for each in busy]
    return lines if len(lines) < height else [*lines[: height - 2], f"and {len(lines) - height + 2} more"]


def _facts(company: CompanyProgress) -> str:
    if company.stage == "locked":
        return "its target is locked by another run"
    return totals(company.tallies) if company.tallies else "begins"
