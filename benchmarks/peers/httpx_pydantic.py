"""httpx and pydantic, one page after the other: what one writes for an API that does not say how long its lists are."""

from __future__ import annotations

import asyncio
import datetime as dt

import httpx
from pydantic import BaseModel, TypeAdapter

from ..server import PATH
from . import Job
from .floor import HEADERS


class Plan(BaseModel):
    """A production plan stream."""

    id: int
    created_at: dt.datetime
    updated_at: dt.datetime
    date: dt.date
    value: float
    project_id: int
    stream_id: int
    production_plan_id: int
    deleted_at: dt.datetime | None = None


def read(job: Job) -> int:
    """Page after page, up to the first that is short."""

    async def main() -> int:
        adapter = TypeAdapter(list[Plan])
        offset = seen = 0
        async with httpx.AsyncClient(base_url=job.url, headers=HEADERS) as http:
            while True:
                response = await http.get(PATH, params={"limit": 100, "offset": offset})
                response.raise_for_status()
                page = adapter.validate_json(response.content)
                for row in page:
                    seen += row.id > 0
                if len(page) < 100:
                    return seen
                offset += 100

    return asyncio.run(main())
