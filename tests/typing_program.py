"""A program as a careful user types it: clean under mypy --strict and pyright in strict mode, and it runs.

What type checkers infer is written down with `assert_type`; what they have to refuse carries a `type: ignore`, which
both report once it is no longer needed. The calls that are refused are never made.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import attrs

from asyncsdk import (
    Change,
    Changes,
    Json,
    Mirror,
    Page,
    Pager,
    RateLimitError,
    Response,
    Walk,
    Wethod,
    WethodError,
    dates,
    gather_all,
    to_dict,
)
from asyncsdk import filters as F  # noqa: N812  # the name users are told to give it
from asyncsdk.models import (
    Client,
    CustomField,
    ProductionPlanStream,
    Project,
    ProjectStatus,
    Stream,
    Timesheet,
    TimesheetLog,
)
from asyncsdk.sandbox import Sandbox


@attrs.frozen
class Row:
    """What a program keeps of two lists."""

    project: str
    manager: int | None
    planned: float
    days: tuple[dt.date, ...] = ()


@asynccontextmanager
async def connected(sandbox: Sandbox) -> AsyncGenerator[Wethod]:
    async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
        yield wethod


async def plan_by_project(wethod: Wethod, since: dt.datetime) -> list[Row]:
    plans, projects = await gather_all(
        wethod.production_plan_streams.list(updated_at=F.gte(since), deleted="include"),
        wethod.projects.list(probability=F.gt(0), limit=50),
    )
    assert_type(plans, list[ProductionPlanStream])
    assert_type(projects, list[Project])
    planned: defaultdict[int, float] = defaultdict(float)
    days: defaultdict[int, set[dt.date]] = defaultdict(set)
    for plan in plans:
        planned[plan.project_id] += plan.value
        days[plan.project_id].add(plan.date)
    rows = [Row(each.name, each.pm_id, planned[each.id], tuple(sorted(days[each.id]))) for each in projects]
    return sorted(rows, key=lambda row: row.planned)


async def hours_of_month(wethod: Wethod, person_id: int | None = None) -> Counter[str]:
    hours: Counter[str] = Counter()
    walk = wethod.timesheets.list(person_id=person_id, date=F.month(2026, 5)).items(concurrency=4)
    assert_type(walk, Walk[Timesheet])
    async with walk:
        async for sheet in walk:
            assert_type(sheet, Timesheet)
            if sheet.date is not None and sheet.hours is not None:
                hours[f"{sheet.date:%A}"] += round(sheet.hours)
    assert_type(walk.bookmark, str)
    return hours


async def pages_of_streams(wethod: Wethod) -> int:
    pager = wethod.streams.list(is_archived=False, include=("stream_leaders", "streamMembers"))
    assert_type(pager, Pager[Stream])
    first = await pager.first()
    assert_type(first, Stream | None)
    leaders = 0
    async for page in pager.pages():
        assert_type(page, Page[Stream])
        leaders += sum(len(stream.stream_leaders or ()) for stream in page)
        assert_type(page[0:2], Sequence[Stream])
    return leaders + await pager.count()


async def changes_of_streams(wethod: Wethod) -> str:
    changes = wethod.streams.list().changes("beginning", every=None)
    assert_type(changes, Changes[Stream])
    async with changes:
        async for change in changes:
            assert_type(change, Change[Stream])
            assert_type(change.row, Stream | None)
            assert change.kind == "changed"
    assert_type(changes.bookmark, str)
    return changes.bookmark


async def ordered(wethod: Wethod) -> None:
    logs = await wethod.timesheet_logs.list(order="-created_at", mode="daily").all(max_items=5)
    assert_type(logs, list[TimesheetLog])
    await wethod.timesheet_logs.list(order=("-date", "created_at")).first_page()
    await wethod.timesheet_logs.list(order="-date,created_at").first_page()
    fields = await wethod.custom_fields.list(order=["sort", "-name"], include="options", archived="only")
    assert_type(fields, list[CustomField])
    assert_type(await wethod.clients.get(1, include="externalIdentifiers"), Client)


async def written(wethod: Wethod, project_id: int) -> Timesheet | None:
    monday = dates.week_start(dt.date(2026, 5, 6))
    status = await wethod.project_statuses.create(project_id=project_id, date=monday, progress=40.5, days_left=3)
    assert_type(status, ProjectStatus)
    assert_type(status.days_left, float | None)
    try:
        sheet = await wethod.timesheets.create(project_id=project_id, date=monday, hours=7.5, mode="daily", day="mon")
        sheet = await wethod.timesheets.update(sheet.id, notes="done")
    except RateLimitError as error:
        assert_type(error.retry_after, float | None)
        return None
    except WethodError:
        return None
    assert_type(sheet, Timesheet)
    data = to_dict(sheet)
    assert_type(data, dict[str, Json])
    assert data["notes"] == "done"
    assert_type(to_dict([sheet]), list[Json])
    assert_type(to_dict({"sheet": sheet}), dict[str, Json])
    await wethod.timesheets.delete(sheet.id)
    return sheet


async def whole_answers(wethod: Wethod) -> str:
    response = await wethod.with_response.projects.get(1)
    assert_type(response, Response[Project])
    gone = await wethod.with_response.streams.delete((await wethod.streams.create(name="Design")).id)
    assert_type(gone.value, None)
    assert_type(wethod.with_response.streams.list(is_archived=False), Pager[Stream])
    return response.headers["date"]


async def mirrored(wethod: Wethod) -> list[str]:
    async with Mirror(wethod, ["projects", "streams"], refresh=60) as mirror:
        project = mirror.projects[1]
        assert_type(project, Project)
        return [project.name, *(stream.name for stream in mirror.streams.values())]


if TYPE_CHECKING:

    async def refused(wethod: Wethod) -> None:
        """What a type checker has to find before a server does."""
        wethod.timesheet_logs.list(order="-hours")  # type: ignore[arg-type]  # no field it sorts by
        wethod.timesheet_logs.list(order=("created_at", "id"))  # type: ignore[arg-type]  # one of them is none
        wethod.custom_fields.list(include="leaders")  # type: ignore[arg-type]  # no relation
        wethod.streams.list(deleted="include")  # type: ignore[call-arg]  # not a parameter of this list
        wethod.timesheets.list(date=F.gte(3))  # type: ignore[arg-type]  # a filter of another kind
        wethod.projects.list(project_stage_id=F.eq(3))  # type: ignore[arg-type]  # takes no operator
        await wethod.projects.get("7")  # type: ignore[arg-type]  # an id is an integer
        await wethod.project_statuses.create(days_left=4.5)  # type: ignore[arg-type]  # whole days
        await wethod.timesheets.create(day="monday")  # type: ignore[arg-type]  # mon
        await wethod.with_response.projects.get(id="7")  # type: ignore[arg-type]  # the same of whole answers
        project = await wethod.projects.get(7)
        project.pm_id + 1  # type: ignore[operator]  # there may be none
        project.name = "x"  # type: ignore[misc]  # rows are frozen


async def main(folder: Path) -> list[Row]:
    async with Sandbox(rows=120) as sandbox, connected(sandbox) as wethod:
        rows = await plan_by_project(wethod, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        await hours_of_month(wethod)
        await pages_of_streams(wethod)
        await changes_of_streams(wethod)
        await ordered(wethod)
        assert await written(wethod, project_id=1) is not None
        assert await whole_answers(wethod)
        (folder / "names.txt").write_text("\n".join(await mirrored(wethod)), encoding="utf-8")
    return rows
