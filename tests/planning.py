# planning.py
"""Plan versus production by stream, streams to archive, hours to enter: a backend for a team's own pages."""

import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel

from asyncsdk import Mirror, dates, gather_all
from asyncsdk.integrations.fastapi import (
    UserWethodDep,
    WethodDep,
    install_error_handlers,
    stream_csv,
    wethod_lifespan,
)
from asyncsdk.models import Stream, Timesheet


@asynccontextmanager
async def mirrored(app: FastAPI) -> AsyncIterator[dict[str, Mirror]]:
    async with Mirror(app.state.wethod, ["projects", "streams"], refresh=300) as mirror:
        yield {"mirror": mirror}


app = FastAPI(lifespan=wethod_lifespan(mirrored))
install_error_handlers(app)


def mirror_of(request: Request) -> Mirror:
    mirror: Mirror = request.state.mirror
    return mirror


class StreamMonth(BaseModel):
    project: str
    stream: str
    planned: float
    produced: float


@app.get("/projects/{id}/streams")
async def plan_versus_production(
    id: int, year: int, month: int, wethod: WethodDep, mirror: Annotated[Mirror, Depends(mirror_of)]
) -> list[StreamMonth]:
    days = dates.month(year, month)
    plan, production = await gather_all(
        wethod.production_plan_streams.list(project_id=id),
        wethod.production_streams.list(project_id=id),
    )
    planned, produced = defaultdict[int, float](float), defaultdict[int, float](float)
    for row in plan:  # by the month
        planned[row.stream_id] += row.value if row.date == days.first else 0.0
    for week in production:
        produced[week.stream_id] += week.value if week.date in days else 0.0
    return [
        StreamMonth(
            project=mirror.projects[id].name,
            stream=mirror.streams[stream].name,
            planned=planned[stream],
            produced=produced[stream],
        )
        for stream in sorted(planned.keys() | produced.keys())
    ]


@app.get("/projects/{id}/plan.csv")
async def plan_as_csv(id: int, wethod: WethodDep) -> Response:
    return await stream_csv(wethod.production_plan_streams.list(project_id=id), filename=f"plan-{id}.csv")


@app.post("/streams/{id}/archive")
async def archive(id: int, wethod: UserWethodDep) -> Stream:
    return await wethod.streams.archive(id)  # with the permissions of whoever asks


class Hours(BaseModel):
    project_id: int
    person_id: int
    date: dt.date
    hours: float
    notes: str = ""


@app.post("/timesheets", status_code=201)
async def enter(entry: Hours, wethod: UserWethodDep) -> Timesheet:
    return await wethod.timesheets.create(
        mode="daily",
        date=entry.date,
        hours=entry.hours,
        notes=entry.notes,
        project_id=entry.project_id,
        person_id=entry.person_id,
    )
