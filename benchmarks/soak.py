"""Lets everything run for a long time and looks for what grows: `python -m benchmarks.soak [--minutes 30]`.

Several clients and copies of them, on one sandbox in a process of its own, walk, get, write, follow changes and
extract, side by side, while the sandbox fails at random and half of the work is cancelled somewhere. Every minute the
process is looked at (Linux's /proc): memory, open files, threads, tasks, slots in use, keys in Redis. At the end all of
it must be where it was after the first tenth of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import aiohttp
import attrs

from asyncsdk import Wethod, WethodError
from asyncsdk.extract import extract

CLIENTS: Final = 3
"""Each with a copy that has another priority."""

FAULTS: Final[tuple[dict[str, object], ...]] = (
    {"kind": "fail", "status": 503},
    {"kind": "fail", "status": 429},
    {"kind": "drop"},
    {"kind": "cut"},
    {"kind": "delay", "seconds": 0.2},
)
PLACES: Final = ("GET /api/projects", "GET /api/streams", "POST /api/streams", "GET /api/production-plan-streams")


@attrs.frozen
class Look:
    """What the process holds at one moment; memory in megabytes."""

    minute: float
    memory: float
    files: int
    threads: int
    tasks: int
    in_flight: int
    keys: int


async def main(minutes: float, seed: int, redis: str | None) -> int:
    """Runs all of it; the exit status is 1 where something grew, or was lost."""
    draw = random.Random(seed)
    done: Counter[str] = Counter()
    looks: list[Look] = []
    with _sandbox(), tempfile.TemporaryDirectory() as folder:
        until = time.monotonic() + 60 * minutes
        async with contextlib.AsyncExitStack() as stack:
            clients = []
            for _ in range(CLIENTS):
                client = await stack.enter_async_context(Wethod(budget=10**6, shared_budget=redis))
                clients += [client, client.with_options(priority="bulk", deadline=5.0)]
            works = _works(folder, draw, done)
            workers = [asyncio.create_task(_worker(client, works, draw, done, until)) for client in clients]
            weather = asyncio.create_task(_weather(draw, until))
            begun = time.monotonic()
            while time.monotonic() < until:
                await asyncio.sleep(min(60.0, 60 * minutes / 20))
                looks.append(_look((time.monotonic() - begun) / 60, clients, redis))
                print(_line(looks[-1], done), flush=True)
            await asyncio.gather(*workers, weather)
        gc.collect()
        await asyncio.sleep(0.1)
        left = _look(minutes, [], redis)
    print(f"closed: {_line(left, done)}")
    return _judge(looks, left)


@contextlib.contextmanager
def _sandbox() -> Iterator[None]:
    """Runs a sandbox in a process of its own, so that what it keeps is not taken for ours; WETHOD_* lead to it."""
    command = [sys.executable, "-m", "asyncsdk.sandbox", "--port", "0", "--rows", "3000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for _ in range(4):
            name, _, value = process.stdout.readline().removeprefix("export ").strip().partition("=")
            os.environ[name] = value
        try:
            yield
        finally:
            process.terminate()


Work = Callable[[Wethod], Awaitable[object]]


def _works(folder: str, draw: random.Random, done: Counter[str]) -> dict[str, Work]:
    """What is done, by name."""

    async def walk(wethod: Wethod) -> None:
        count = len(await wethod.production_plan_streams.list().all(max_items=draw.randint(1, 2_000)))
        done["rows"] += count

    async def get(wethod: Wethod) -> None:
        await asyncio.gather(*(wethod.projects.get(draw.randint(1, 20)) for _ in range(5)))

    async def write(wethod: Wethod) -> None:
        stream = await wethod.streams.create(name=f"soak {draw.random()}")
        await wethod.streams.update(stream.id, name="soaked")
        await wethod.streams.archive(stream.id, settle=True)
        await wethod.streams.delete(stream.id)

    async def follow(wethod: Wethod) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.5), wethod.streams.list().changes(every=0.2) as changes:
                async for _ in changes:
                    done["changes"] += 1

    async def store(wethod: Wethod) -> None:
        path = Path(folder) / f"{id(wethod)}.duckdb"
        report = await extract(wethod, ["streams", "projects"], f"duckdb:{path}", patience=2.0)
        done["complete"] += report.ok

    return {"walk": walk, "get": get, "write": write, "follow": follow, "extract": store}


async def _worker(
    wethod: Wethod, works: dict[str, Work], draw: random.Random, done: Counter[str], until: float
) -> None:
    while time.monotonic() < until:
        name = draw.choice(list(works))
        task = asyncio.ensure_future(works[name](wethod))
        if draw.random() < 0.3:
            await asyncio.sleep(draw.random() * 0.1)
            task.cancel()
        try:
            await task
            done[name] += 1
        except asyncio.CancelledError:
            done["cancelled"] += 1
        except WethodError as error:
            done[type(error).__name__] += 1


async def _weather(draw: random.Random, until: float) -> None:
    """Orders a fault three times a second, by the control path."""
    async with aiohttp.ClientSession(os.environ["WETHOD_BASE_URL"]) as session:
        while time.monotonic() < until:
            fault = {**draw.choice(FAULTS), "on": draw.choice(PLACES), "times": 1}
            async with session.post("/_sandbox/faults", json=fault) as answer:
                answer.raise_for_status()
            await asyncio.sleep(0.3)


def _look(minute: float, clients: list[Wethod], redis: str | None) -> Look:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    memory = pages * resource.getpagesize() / 1e6
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    slots = [client._sender.transport.pool().slots for client in clients]
    in_flight = sum(each.size - each.free for each in slots)
    return Look(minute, memory, files, threading.active_count(), len(asyncio.all_tasks()), in_flight, _keys(redis))


def _keys(address: str | None) -> int:
    if address is None:
        return 0
    import redis

    with redis.Redis.from_url(address) as database:
        return sum(1 for _ in database.scan_iter("asyncsdk:*"))


def _line(look: Look, done: Counter[str]) -> str:
    facts = ", ".join(f"{count:,} {name}" for name, count in sorted(done.items()))
    return (
        f"{look.minute:6.1f} min  {look.memory:6.1f} MB  {look.files:4} files  {look.threads:3} threads  "
        f"{look.tasks:3} tasks  {look.in_flight:3} in flight  {look.keys:3} keys   {facts}"
    )


def _judge(looks: list[Look], left: Look) -> int:
    """Compares the end with what was there after a tenth of the time, when everything has been used once."""
    first, last = looks[len(looks) // 10], looks[-1]
    grown = {
        "memory": last.memory > first.memory * 1.15 + 5,
        "files": last.files > first.files + 30,
        "threads": last.threads > first.threads + 5,
        "tasks": last.tasks > first.tasks + 50,
        "keys": last.keys > first.keys + 2,
        "tasks left": left.tasks > 1,
    }
    for name, has in grown.items():
        if has:
            print(f"GREW: {name}")
    return int(any(grown.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long, at most 120")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--redis", metavar="URL", help="share the budget through this Redis")
    options = parser.parse_args()
    raise SystemExit(asyncio.run(main(min(options.minutes, 120.0), options.seed, options.redis)))
