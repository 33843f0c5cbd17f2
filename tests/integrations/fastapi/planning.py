# planning.py
"""Plan versus production by stream, streams to archive, hours to enter: a backend for a team's own pages."""

import datetime as dt
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel

from asyncsdk import Mirror, NotFoundError, dates, gather_all
from asyncsdk.integrations.fastapi import (
    PageOf,
    PageParamsDep,
    UserWethodDep,
    WethodDep,
    install_error_handlers,
    stream_csv,
    wethod_health,
    wethod_lifespan,
)
from asyncsdk.models import Project, Stream, Timesheet


@asynccontextmanager
async def mirrored(app: FastAPI) -> AsyncGenerator[dict[str, Mirror]]:
    # Not required: the application starts, and restarts, while Wethod is away or the hour's requests are spent.
    async with Mirror(app.state.wethod, ["projects", "streams"], refresh=300, required=False) as mirror:
        yield {"mirror": mirror}


app = FastAPI(lifespan=wethod_lifespan(mirrored))
install_error_handlers(app)
app.get("/health")(wethod_health)


def mirror_of(request: Request) -> Mirror:
    mirror: Mirror = request.state.mirror
    return mirror


MirrorDep = Annotated[Mirror, Depends(mirror_of)]


class StreamMonth(BaseModel):
    project: str
    stream: str
    planned: float
    produced: float


@app.get("/projects")
async def projects(wethod: WethodDep, params: PageParamsDep) -> PageOf[Project]:
    return params.answer(await wethod.projects.list(limit=params.limit, offset=params.offset).first_page())


@app.get("/projects/{id}/streams")
async def plan_versus_production(
    id: int, year: int, month: int, wethod: WethodDep, mirror: MirrorDep
) -> list[StreamMonth]:
    days = dates.month(year, month)
    project = await mirror.projects.fetch(id)  # from memory, else by one request; 404 where there is none
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
            project=project.name,
            stream=await stream_name(mirror, stream),
            planned=round(planned[stream], 2),
            produced=round(produced[stream], 2),
        )
        for stream in sorted(planned.keys() | produced.keys())
    ]


async def stream_name(mirror: Mirror, id: int) -> str:
    try:
        return (await mirror.streams.fetch(id)).name
    except NotFoundError:
        return f"deleted stream {id}"


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
