"""aiohttp and the standard library's json: dictionaries, as most scripts have them; as many in flight as the others.

A bare loop like the floor, told how long the list is; the dates of its rows stay texts.
"""

from __future__ import annotations

import asyncio
import json

import aiohttp

from ..server import PATH
from . import Job
from .floor import HEADERS


async def loop(http: aiohttp.ClientSession, url: str, rows: int, in_flight: int) -> int:
    """Every row as a dictionary."""
    offsets = iter(range(0, rows, 100))
    seen = 0

    async def fetch() -> None:
        nonlocal seen
        for offset in offsets:
            async with http.get(f"{url}{PATH}", params={"limit": 100, "offset": offset}) as response:
                page = json.loads(await response.read())
            for row in page:
                seen += row["id"] > 0

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(fetch())
    return seen


def read(job: Job) -> int:
    """The loop in a session of its own."""

    async def main() -> int:
        async with aiohttp.ClientSession(headers=HEADERS) as http:
            return await loop(http, job.url, job.rows, job.in_flight)

    return asyncio.run(main())
