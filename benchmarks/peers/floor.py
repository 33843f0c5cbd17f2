"""The floor: the least one can write. What asyncsdk costs is measured against this.

aiohttp with the headers the API wants, `msgspec.json.Decoder(list[Model])` into the same attrs classes, a number of
requests in flight, the rows of each page iterated. No retries, no budget, no time-outs of its own, no order, no joins
between pages; and it is told beforehand how long the list is, which nobody knows.
"""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec

from asyncsdk.models import ProductionPlanStream

from ..server import PATH
from . import Job

HEADERS = {"Authorization": "Bearer t", "Wethod-Company": "c", "Wethod-Version": "2024-06-15"}


async def floor(http: aiohttp.ClientSession, url: str, rows: int, in_flight: int) -> int:
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
        for _ in range(in_flight):
            group.create_task(fetch())
    return seen


async def gets(http: aiohttp.ClientSession, url: str, calls: int) -> int:
    """Single rows, one after the other."""
    decode = msgspec.json.Decoder(ProductionPlanStream).decode
    seen = 0
    for id in range(1, calls + 1):
        async with http.get(f"{url}{PATH}/{id}") as response:
            seen += decode(await response.read()).id == id
    return seen


def read(job: Job) -> int:
    """The bare loop in a session of its own."""

    async def main() -> int:
        async with aiohttp.ClientSession(headers=HEADERS) as http:
            return await floor(http, job.url, job.rows, job.in_flight)

    return asyncio.run(main())
