"""Rows lost and doubled while a list changes, over HTTP: `python -m benchmarks.drift [--rows 20000] [--seeds 3]`.

A sandbox changes rows after every answer: inserts at the end, updates, soft and hard deletes by turns. What was there
during the whole walk should come out exactly once. Plain offset paging is what most clients do.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics

import attrs

from asyncsdk import Wethod
from asyncsdk.sandbox import Sandbox

PLANS = "production_plan_streams"
WALKS = {
    "plain offset": {"stable": False},
    "stable (default)": {"stable": True},
    "stable + sweep": {"stable": True, "sweep": True},
}


@attrs.frozen
class Outcome:
    """Of one walk: rows missed, rows that came twice, requests."""

    lost: int
    doubled: int
    requests: int


async def walk(rows: int, order: str, changes: int, seed: int, options: dict[str, bool]) -> Outcome:
    """One walk over a list that changes `changes` times after each answer."""
    async with (
        Sandbox(rows=rows, order=order, seed=seed, latency_ms=1) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None) as wethod,
    ):
        mark = sandbox.mark()
        if changes:
            sandbox.drift("GET /api/production-plan-streams", per_request=changes)
        ids = [row.id async for row in wethod.production_plan_streams.list().items(**options)]  # type: ignore[arg-type]  # flags alone
        there = sandbox.survivors(PLANS, since=mark)
        return Outcome(len(there - set(ids)), len(ids) - len(set(ids)), wethod.stats.requests)


async def main() -> None:
    """Prints a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    print(f"{args.rows:,} rows in pages of 100, 8 in flight, medians of {args.seeds} seeds")
    print(f"{'list ordered by':16}{'walk':20}{'changes a page':>15}{'rows lost':>11}{'doubled':>9}{'requests':>10}")
    for order in ("id", "updated_at"):
        for name, options in WALKS.items():
            for changes in (0, 1, 5):
                outcomes = [await walk(args.rows, order, changes, seed, options) for seed in range(args.seeds)]
                lost, doubled, requests = (
                    round(statistics.median(getattr(each, what) for each in outcomes))
                    for what in ("lost", "doubled", "requests")
                )
                print(f"{order:16}{name:20}{changes:15}{lost:11,}{doubled:9,}{requests:10,}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
