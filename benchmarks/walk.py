"""What a walk costs over a bare loop, and what fetching ahead gains: `python -m benchmarks.walk [--rounds 20]`.

Floor and asyncsdk take turns in one process, so that CPU can be compared to a few hundredths; the server has a process
of its own. The whole comparison, with other clients, is `python -m benchmarks`, which uses the sections of this module.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterator, Mapping

import aiohttp

from . import contenders as names
from .measure import Contender, compare
from .peers import floor, ours
from .records import Record, Records
from .scale import DEFAULT, WINDOWS, Load, Scale
from .server import serving

IN_FLIGHT = 8
CALLS = 300


def cpu(scale: Scale) -> Iterator[Record]:
    """CPU a row, against the floor, without latency."""
    load = scale.cpu
    with serving(load.rows) as url:
        yield from asyncio.run(_walks("cpu", url, load, IN_FLIGHT, plain=True))


def get(scale: Scale) -> Iterator[Record]:
    """Single calls, one after the other, without latency."""

    async def main(url: str) -> list[Record]:
        async with aiohttp.ClientSession(headers=floor.HEADERS) as http, ours.client(url) as wethod:
            calls: dict[str, Contender] = {
                "bare aiohttp get": lambda: floor.gets(http, url, CALLS),
                "asyncsdk get": lambda: ours.gets(wethod, CALLS),
            }
            return await _compare("get", calls, Load(CALLS, 0, scale.gets), 1)

    with serving(CALLS) as url:
        yield from asyncio.run(main(url))


def wall(scale: Scale) -> Iterator[Record]:
    """Seconds for long lists behind a latency, 16 in flight, against the floor."""
    for load in scale.wall:
        with serving(load.rows, load.latency_ms / 1000) as url:
            yield from asyncio.run(_walks("wall", url, load, 16))


def window(scale: Scale) -> Iterator[Record]:
    """Seconds by requests in flight and latency, against the floor."""
    for load in scale.window:
        with serving(load.rows, load.latency_ms / 1000) as url:
            for in_flight in WINDOWS:
                if load.rows / 100 * load.latency_ms / 1000 / in_flight <= scale.patience:
                    yield from asyncio.run(_walks("window", url, load, in_flight))


async def _walks(section: str, url: str, load: Load, in_flight: int, *, plain: bool = False) -> list[Record]:
    async with aiohttp.ClientSession(headers=floor.HEADERS) as http, ours.client(url) as wethod:
        await floor.floor(http, url, 100, 1)
        await wethod.production_plan_streams.list().all(max_items=150)
        walks: dict[str, Contender] = {
            names.FLOOR: lambda: floor.floor(http, url, load.rows, in_flight),
            names.PAGES: lambda: ours.pages(wethod, in_flight),
            names.ROWS: lambda: ours.rows(wethod, in_flight),
        }
        if section == "wall":
            walks[names.KNOWN] = lambda: ours.known_rows(wethod, in_flight, load.rows)
        if plain:
            walks[names.PLAIN] = lambda: ours.pages(wethod, in_flight, stable=False)
            walks[names.PLAIN_ROWS] = lambda: ours.rows(wethod, in_flight, stable=False)
        return await _compare(section, walks, load, in_flight)


async def _compare(section: str, ways: Mapping[str, Contender], load: Load, in_flight: int) -> list[Record]:
    def whole(way: Contender) -> Contender:
        async def run() -> None:
            seen = await way()
            if seen != load.rows:
                raise RuntimeError(f"{seen} rows of {load.rows}")

        return run

    # Behind a latency a round that is not counted would cost minutes; there `_walks` has warmed up both.
    warm = load.latency_ms == 0
    results = await compare({name: whole(way) for name, way in ways.items()}, load.rounds, warm=warm)
    return [
        Record(
            section=section,
            client=name,
            items=load.rows,
            latency_ms=load.latency_ms,
            in_flight=in_flight,
            rounds=load.rounds,
            wall=result.wall,
            cpu=result.cpu,
        )
        for name, result in results.items()
    ]


async def _ahead(rounds: int) -> tuple[float, float]:
    """Median seconds of 60 pages at 30 ms a request: one at a time, and 8 in flight."""
    with serving(6000, 0.03) as url:
        async with ours.client(url) as wethod:
            walks: dict[str, Contender] = {
                "one": lambda: ours.pages(wethod, 1),
                "eight": lambda: ours.pages(wethod, 8),
            }
            results = await compare(walks, rounds)
    return results["one"].wall.median, results["eight"].wall.median


def main() -> None:
    """CPU, and what fetching ahead gains."""
    from .tables import text

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=DEFAULT.cpu.rounds)
    scale = DEFAULT.with_rounds(parser.parse_args().rounds)
    print(f"{os.cpu_count()} cores; ratios hold for this run only")
    for section in (cpu, get):
        print(text(Records(section(scale)), section.__name__))
    one, eight = asyncio.run(_ahead(max(3, scale.cpu.rounds // 4)))
    print(
        f"60 pages at 30 ms: {one:.2f} s one at a time, {eight:.2f} s with 8 in flight: {one / eight:.1f} times faster"
    )


if __name__ == "__main__":
    main()
