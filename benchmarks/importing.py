"""An import beside the script one would write: `python -m benchmarks.importing [--rows 1000] [--lost 0.05]`.

Both enter timesheets, eight at a time, while the server loses some answers after the deed: the row is made, and the
connection breaks. What is counted: seconds, requests, rows that are there twice, and rows that are not there.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import attrs

from asyncsdk import Wethod, bulk
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside

Row = dict[str, Any]
FIRST = dt.date(2026, 5, 1)
MATCH = ("person_id", "project_id", "date")
POST = "POST /api/timesheets"


async def script(environ: Mapping[str, str], rows: Sequence[Row]) -> None:
    """What a user writes: a session, eight at a time, three attempts each."""
    headers = {
        "Authorization": f"Bearer {environ['WETHOD_TOKEN']}",
        "Wethod-Company": environ["WETHOD_COMPANY"],
        "Wethod-Version": environ["WETHOD_VERSION"],
    }
    slots = asyncio.Semaphore(8)
    async with aiohttp.ClientSession(environ["WETHOD_BASE_URL"], headers=headers) as session:

        async def enter(row: Row) -> None:
            async with slots:
                for attempt in range(3):
                    try:
                        async with session.post("/api/timesheets", json=row) as answer:
                            answer.raise_for_status()
                            return
                    except aiohttp.ClientError:
                        await asyncio.sleep(0.1 * 2**attempt)
                raise RuntimeError(f"not entered: {row}")

        await asyncio.gather(*(enter(row) for row in rows))


async def imported(environ: Mapping[str, str], rows: Sequence[Row]) -> None:
    """The same with asyncsdk: plan and apply, with a journal."""
    with tempfile.TemporaryDirectory() as folder:
        async with Wethod(
            token=environ["WETHOD_TOKEN"],
            company=environ["WETHOD_COMPANY"],
            base_url=environ["WETHOD_BASE_URL"],
            budget=None,
        ) as wethod:
            plan = await bulk.plan(wethod.timesheets, rows, match=MATCH)
            report = await plan.apply(journal=Path(folder) / "journal")
            assert report.status == 0, report


WAYS: Mapping[str, Callable[[Mapping[str, str], Sequence[Row]], Awaitable[None]]] = {
    "script of 25 lines": script,
    "asyncsdk": imported,
}


@attrs.frozen
class Outcome:
    """Of one import: seconds, requests, rows that are there twice or not at all."""

    seconds: float
    requests: int
    doubled: int
    missing: int


def measure(way: str, number: int, lost: float, latency: int, seed: int) -> Outcome:
    """One import of so many rows into a server of its own, of whose answers a share is lost."""
    draw = random.Random(seed)
    with beside(Sandbox(rows=50, seed=1, today="2026-04-01", latency_ms=latency)) as sandbox:
        known = sandbox.rows_of("timesheets")[0]
        rows = [
            {
                "person_id": known["person_id"],
                "project_id": known["project_id"],
                "date": (FIRST + dt.timedelta(days=day)).isoformat(),
                "hours": 7.5,
            }
            for day in range(number)
        ]
        for at in draw.sample(range(number), round(number * lost)):
            sandbox.drop(POST, handled=True, after=at)
        begun = time.perf_counter()
        asyncio.run(_run(WAYS[way], sandbox.environ, rows))
        seconds = time.perf_counter() - begun
        made = Counter(str(row["date"]) for row in sandbox.rows_of("timesheets") if str(row["date"]) >= str(FIRST))
        doubled = sum(times - 1 for times in made.values())
        return Outcome(seconds, len(sandbox.requests), doubled, number - len(made))


async def _run(
    way: Callable[[Mapping[str, str], Sequence[Row]], Awaitable[None]], environ: Mapping[str, str], rows: Sequence[Row]
) -> None:
    await way(environ, rows)


def main() -> None:
    """Prints a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--lost", type=float, default=0.05, help="share of answers that are lost after the deed")
    parser.add_argument("--latency", type=int, default=20, metavar="MS")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"{args.rows:,} timesheets, {args.latency} ms an answer, 8 in flight, medians of {args.rounds} rounds")
    print(f"{'answers lost':14}{'way':20}{'seconds':>9}{'requests':>10}{'rows doubled':>14}{'missing':>9}")
    for lost in (0.0, args.lost):
        for way in WAYS:
            outcomes = [measure(way, args.rows, lost, args.latency, seed) for seed in range(args.rounds)]
            seconds, requests, doubled, missing = (
                statistics.median(getattr(each, what) for each in outcomes)
                for what in ("seconds", "requests", "doubled", "missing")
            )
            print(f"{lost:<14.0%}{way:20}{seconds:9.1f}{requests:10,.0f}{doubled:14,.0f}{missing:9,.0f}", flush=True)


if __name__ == "__main__":
    main()
