"""What a walk costs over a bare loop, and what fetching ahead gains: `python -m benchmarks.walk [--rounds 20]`.

The floor is the least one can write: aiohttp with the headers the API wants, `msgspec.json.Decoder(list[Model])`, 8
requests in flight, the rows of each page iterated; no retries, no budget, no time-outs of its own, no order, no joints.
"""

from __future__ import annotations

import argparse
import asyncio
import os

import aiohttp
import msgspec

from asyncsdk import Wethod
from asyncsdk.models import ProductionPlanStream

from .measure import Contender, Result, compare
from .server import serving

ROWS = 100_000
IN_FLIGHT = 8
PATH = "/api/production-plan-streams"
HEADERS = {"Authorization": "Bearer t", "Wethod-Company": "c", "Wethod-Version": "2024-06-15"}


async def floor(http: aiohttp.ClientSession, url: str, rows: int) -> int:
    """The bare loop."""
    decode = msgspec.json.Decoder(list[ProductionPlanStream]).decode
    offsets = iter(range(0, rows, 100))
    seen = 0

    async def fetch() -> None:
        nonlocal seen
        for offset in offsets:
            async with http.get(f"{url}{PATH}?limit=100&offset={offset}") as response:
                page = decode(await response.read())
            for row in page:
                seen += row.id > 0

    async with asyncio.TaskGroup() as group:
        for _ in range(IN_FLIGHT):
            group.create_task(fetch())
    assert seen == rows
    return seen


async def pages(wethod: Wethod, stable: bool) -> None:
    """By page, with the rows iterated as the floor does."""
    seen = 0
    async with wethod.production_plan_streams.list().pages(concurrency=IN_FLIGHT, stable=stable) as walk:
        async for page in walk:
            for row in page:
                seen += row.id > 0
    assert seen == ROWS


async def rows(wethod: Wethod, stable: bool) -> None:
    """Row by row."""
    seen = 0
    async with wethod.production_plan_streams.list().items(concurrency=IN_FLIGHT, stable=stable) as walk:
        async for row in walk:
            seen += row.id > 0
    assert seen == ROWS


async def gets(wethod: Wethod) -> None:
    """Single calls, one after the other."""
    for id in range(1, 301):
        await wethod.production_plan_streams.get(id)


async def bare_gets(http: aiohttp.ClientSession, url: str) -> None:
    """The same by hand."""
    decode = msgspec.json.Decoder(ProductionPlanStream).decode
    for id in range(1, 301):
        async with http.get(f"{url}{PATH}/{id}") as response:
            decode(await response.read())


async def cpu(rounds: int) -> None:
    """CPU of this process against the floor."""
    with serving(ROWS) as url:
        async with (
            aiohttp.ClientSession(headers=HEADERS) as http,
            Wethod(token="t", company="c", base_url=url, budget=None) as wethod,
        ):
            contenders: dict[str, Contender] = {
                "floor": lambda: floor(http, url, ROWS),
                "pages(), plain": lambda: pages(wethod, stable=False),
                "pages()": lambda: pages(wethod, stable=True),
                "async for row, plain": lambda: rows(wethod, stable=False),
                "async for row": lambda: rows(wethod, stable=True),
            }
            show(f"{ROWS} rows, {IN_FLIGHT} in flight, no latency", await compare(contenders, rounds), "floor", ROWS)
            singles: dict[str, Contender] = {
                "bare get": lambda: bare_gets(http, url),
                "get": lambda: gets(wethod),
            }
            show("300 single gets", await compare(singles, rounds), "bare get", 300)


async def latency(rounds: int) -> None:
    """Wall time of 60 pages at 30 ms a request, one at a time and 8 in flight."""
    with serving(6000, latency=0.03) as url:
        async with Wethod(token="t", company="c", base_url=url, budget=None) as wethod:

            async def walk(concurrency: int) -> None:
                assert len(await wethod.production_plan_streams.list().all(concurrency=concurrency)) == 6000

            results = await compare({"one at a time": lambda: walk(1), "8 in flight": lambda: walk(8)}, rounds)
    one, eight = results["one at a time"].wall.median, results["8 in flight"].wall.median
    print(
        f"60 pages at 30 ms: {one:.2f} s one at a time, {eight:.2f} s with 8 in flight: {one / eight:.1f} times faster"
    )


def show(title: str, results: dict[str, Result], reference: str, count: int) -> None:
    """A table of costs and their ratios."""
    print(f"\n{title}; CPU of the client")
    print(f"{'':24}{'us each':>9}{'lower quartile':>16}{'median':>9}")
    base = results[reference].cpu
    for name, result in results.items():
        cost = result.cpu
        each = cost.lower / count * 1e6
        print(f"{name:24}{each:9.2f}{cost.lower / base.lower:16.3f}{cost.median / base.median:9.3f}")


def main() -> None:
    """Runs both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    print(f"{os.cpu_count()} cores; ratios hold for this run only")
    asyncio.run(cpu(rounds))
    asyncio.run(latency(max(2, rounds // 4)))


if __name__ == "__main__":
    main()
