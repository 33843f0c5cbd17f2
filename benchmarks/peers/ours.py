"""asyncsdk, by page and row by row, with its defaults: stable walks, order, retries; only the budget is lifted."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import Any

from asyncsdk import Wethod

from . import Job


def client(url: str) -> Wethod:
    """A client that may have as many requests in flight as is measured."""
    return Wethod(token="t", company="c", base_url=url, budget=None, max_in_flight=32)


async def pages(wethod: Wethod, in_flight: int, *, stable: bool = True) -> int:
    """By page, with the rows iterated as the floor does."""
    seen = 0
    async with wethod.production_plan_streams.list().pages(concurrency=in_flight, stable=stable) as walk:
        async for page in walk:
            for row in page:
                seen += row.id > 0
    return seen


async def rows(wethod: Wethod, in_flight: int, *, stable: bool = True) -> int:
    """Row by row."""
    seen = 0
    async with wethod.production_plan_streams.list().items(concurrency=in_flight, stable=stable) as walk:
        async for row in walk:
            seen += row.id > 0
    return seen


async def known_rows(wethod: Wethod, in_flight: int, expected: int) -> int:
    """Row by row, told how many there were the last time."""
    seen = 0
    async with wethod.production_plan_streams.list().items(concurrency=in_flight, expected=expected) as walk:
        async for row in walk:
            seen += row.id > 0
    return seen


async def gets(wethod: Wethod, calls: int) -> int:
    """Single rows, one after the other."""
    seen = 0
    for id in range(1, calls + 1):
        seen += (await wethod.production_plan_streams.get(id)).id == id
    return seen


async def _pages(job: Job, *, stable: bool = True) -> int:
    async with client(job.url) as wethod:
        return await pages(wethod, job.in_flight, stable=stable)


def read_pages(job: Job) -> int:
    """`async for page in pager.pages()`."""
    return asyncio.run(_pages(job))


def read_pages_plainly(job: Job) -> int:
    """The same by offset alone."""
    return asyncio.run(_pages(job, stable=False))


def read_pages_on_uvloop(job: Job) -> int:
    """The same on the event loop an application may choose."""
    uvloop: Any = importlib.import_module("uvloop")
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(_pages(job))


def read_rows(job: Job) -> int:
    """`async for row in pager`."""

    async def main() -> int:
        async with client(job.url) as wethod:
            return await rows(wethod, job.in_flight)

    return asyncio.run(main())
