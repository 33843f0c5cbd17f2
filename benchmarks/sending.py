"""A rate limit that is much too small for the callers: does everything succeed, and for how many requests?

    python -m benchmarks.sending [--redis]

Against the sandbox, whose limit is an exact moving window. Printed: 20 concurrent calls against 5 in 2 seconds
(no call may fail; 45 requests at the most, 25 are the aim) and a walk of 40 pages, 16 in flight, against 10 a second
(complete, at most 40 answers 429). The client has no budget of its own here: all it goes by is what the server says.
With `--redis` also `benchmarks.shared_budget`: four processes, one budget, on a Redis at 127.0.0.1:6379.
"""

from __future__ import annotations

import argparse
import asyncio
import time

import attrs

from asyncsdk import Wethod
from asyncsdk.sandbox import Sandbox

from . import shared_budget

ROWS = 4000


@attrs.frozen
class Outcome:
    """What one run came to. `wanted` calls or rows, `got` of them, `requests` in all, `refused` with 429."""

    wanted: int
    got: int
    requests: int
    refused: int
    seconds: float


async def twenty_calls(calls: int = 20, limit: int = 5, window: float = 2.0) -> Outcome:
    """Concurrent calls of one client against a limit that lets a quarter of them through at once."""
    async with Sandbox(rows=100, rate_limit=limit, rate_window=window) as sandbox, _client(sandbox) as wethod:
        begun = time.perf_counter()
        answers = await asyncio.gather(*(wethod.projects.list().first() for _ in range(calls)), return_exceptions=True)
        got = sum(not isinstance(each, BaseException) for each in answers)
        return _outcome(sandbox, calls, got, begun)


async def forty_pages(limit: int = 10, window: float = 1.0) -> Outcome:
    """A stable walk of 40 pages, 16 in flight, against a limit of a few requests a second."""
    async with Sandbox(rows=ROWS, rate_limit=limit, rate_window=window) as sandbox, _client(sandbox) as wethod:
        begun = time.perf_counter()
        rows = await wethod.production_plan_streams.list().all(concurrency=16)
        return _outcome(sandbox, ROWS, len({row.id for row in rows}), begun)


def _client(sandbox: Sandbox) -> Wethod:
    return Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None)


def _outcome(sandbox: Sandbox, wanted: int, got: int, begun: float) -> Outcome:
    statuses = sandbox.statuses
    return Outcome(wanted, got, sum(statuses.values()), statuses[429], time.perf_counter() - begun)


async def main(redis: bool) -> None:
    for name, run, ideal in (
        ("20 calls, 5 in 2 s", twenty_calls, 6.0),
        ("40 pages, 10 in 1 s", forty_pages, 4.0),
    ):
        outcome = await run()
        print(
            f"{name}: {outcome.got} of {outcome.wanted}, {outcome.requests} requests, {outcome.refused} answers 429, "
            f"{outcome.seconds:.1f} s (the limit allows {ideal:.0f} s)"
        )
    if redis:
        print(shared_budget.report(await shared_budget.measure(shared_budget.Plan())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", action="store_true", help="also four processes sharing a budget in Redis")
    asyncio.run(main(parser.parse_args().redis))
