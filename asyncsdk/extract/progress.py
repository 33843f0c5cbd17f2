"""How far a run is: one tally for each table, kept by the run and shown by whoever watches."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal, TypeAlias

import attrs

from .._codec.live_line import LiveLine
from .._limits import clock

__all__ = ["TableStage", "Tally", "requests_left", "seconds_left", "shown_in_a_line", "totals"]

REFRESH_SECONDS: Final = 0.2

TableStage: TypeAlias = Literal["waiting", "reading", "complete", "skipped", "failed"]


@attrs.define(kw_only=True)
class Tally:
    """One table's share of a run, while it is counted.

    Args:
        table: its name.
        stage: where it stands.
        rows: rows read so far, by this run.
        rejected: rows that did not fit.
        requests: requests that were answered for it. answering: seconds that all answers took together.
        expected: rows to expect, where that is known.
        started: the event loop's clock when its first request went out.
    """

    table: str
    stage: TableStage = "waiting"
    rows: int = 0
    rejected: int = 0
    requests: int = 0
    answering: float = 0.0
    expected: int | None = None
    started: float | None = None


def seconds_left(tally: Tally, now: float) -> float | None:
    """Seconds until a table is read, at its rate so far; None where that cannot be told."""
    if tally.expected is None or tally.started is None or not tally.rows:
        return None
    return max(0.0, (tally.expected - tally.rows) * (now - tally.started) / tally.rows)


def requests_left(tallies: Sequence[Tally], planned: Mapping[str, int | None]) -> tuple[int, float] | None:
    """Requests to come, and the seconds that an answer took so far; None where either cannot be told.

    Args:
        tallies: of the run.
        planned: requests of each table as a plan has them; None or no entry: nobody knows.

    >>> done = Tally(table="a", stage="complete", requests=4, answering=2.0)
    >>> requests_left([done, Tally(table="b")], {"a": 3, "b": 7}), requests_left([done, Tally(table="b")], {"a": 3})
    ((7, 0.5), None)
    """
    answered, left = sum(tally.requests for tally in tallies), 0
    for tally in tallies:
        if tally.stage in {"waiting", "reading"}:
            if (requests := planned.get(tally.table)) is None:
                return None
            left += max(0, requests - tally.requests)
    return (left, sum(tally.answering for tally in tallies) / answered) if answered else None


def totals(tallies: Sequence[Tally]) -> str:
    """All tables of a run in a line.

    >>> totals([Tally(table="a", stage="complete", rows=7, requests=2), Tally(table="b")])
    '1 of 2 lists complete, 1 to go; 7 rows, 2 requests'
    """
    stages = Counter(tally.stage for tally in tallies)
    parts = [f"{stages['complete']} of {len(tallies)} lists complete"]
    parts += [f"{stages[stage]} {stage}" for stage in ("skipped", "failed") if stages[stage]]
    if left := stages["waiting"] + stages["reading"]:
        parts.append(f"{left} to go")
    rows, requests = sum(tally.rows for tally in tallies), sum(tally.requests for tally in tallies)
    return f"{', '.join(parts)}; {rows:,} rows, {requests:,} requests"


@asynccontextmanager
async def shown_in_a_line(tallies: Sequence[Tally]) -> AsyncIterator[None]:
    """Shows how far a run is, in one line that is renewed in place, while the block lasts."""
    line = LiveLine(clock.monotonic)

    async def renew() -> None:
        while True:
            line.show(totals(tallies))
            await asyncio.sleep(REFRESH_SECONDS)

    renewing = asyncio.ensure_future(renew())
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})
        line.end(totals(tallies))
