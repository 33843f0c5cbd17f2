"""People and what they do day by day: who they are, what they earn, what they are planned for, what they logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.sandbox import names, words
from asyncsdk.sandbox.contract import Object
from asyncsdk.sandbox.draw import Draw
from asyncsdk.sandbox.recipes.recipe import Recipe
from asyncsdk.sandbox.sizes import STREAMS
from asyncsdk.sandbox.timeline import worker_id, works_here


def _person(d: Draw) -> Object:
    name, surname = names.person(d.id, d.seed)
    role = 1 if d.id == 1 else d.random.randint(2, len(words.ROLES))
    here = works_here(d.id)
    return {
        "email": f"{names.plain(name)}.{names.plain(surname)}@company.example",
        "name": name,
        "surname": surname,
        "role_id": role,
        "role": words.ROLES[role - 1],
        "is_archived": not here,
        "is_visible_in_people_allocation": here,
        "has_timesheet_required": here,
        "stream_id": d.random.randint(1, STREAMS),
        "capacity_id": d.random.choice((1, 1, 1, 2)),
        "price_list_id": 1,
        "allocation_manager_id": worker_id(d.id // 8) if d.id > 1 else None,
    }


def _contact(d: Draw) -> Object:
    client = (d.id + 1) // 2
    name, surname = names.person(d.id * 5 + 300, d.seed)
    return {
        "client_id": client,
        "email": f"{names.plain(name)}.{names.plain(surname)}@{names.plain(names.client(client, d.seed))}.example",
        "name": name,
        "surname": surname,
        "role": d.pick(words.JOB_TITLES),
        "telephone": f"+39 3{d.random.randrange(10**8, 10**9)}",
    }


def _payroll(d: Draw) -> Object:
    year = d.scene.today.year - d.id % 2
    cost = 26_000 + (d.id + 1) // 2 * 1_700 % 42_000
    fields: Object = {"person_id": (d.id + 1) // 2, "cost": cost if d.id % 2 else cost + 1_200}
    return {**fields, "taxes": 18 + (d.id + 1) // 2 % 20, "from": f"{year}-01", "to": f"{year}-12"}


def _capacity(d: Draw) -> Object:
    persons = d.sizes.counts["persons"]
    first = d.id <= persons
    return {
        "person_id": (d.id - 1) % persons + 1,
        "capacity_id": 1 if first else d.random.choice((1, 2, 4)),
        "starts_at": None if first else d.day(700).replace(day=1).isoformat(),
    }


def _allocation(d: Draw) -> Object:
    number, worker = divmod(d.id - 1, d.scene.sheets.workers)
    day = d.scene.workdays[number]
    project = d.scene.timeline.project(worker, day, max(d.scene.behind - 1 - number, 0))
    hours = d.random.choice((8, 8, 8, 6, 4, 4, 2))
    return {
        "date": day.isoformat(),
        "hours": hours,
        "person_id": worker_id(worker),
        "project_id": project,
        "created_at": d.stamp(day - dt.timedelta(days=14), 8 * 3600 + worker),  # two weeks ahead
    }


def _sheet_area(d: Draw) -> Object:
    sheets, count = d.scene.sheets, d.sizes.counts["timesheet_areas"]
    id = (d.id - 1) * sheets.count // count + 1
    sheet = sheets.row(id)
    remote = sheet.hours if d.chance(0.3) else 0
    hours: Object = {f"{kind}_hours": 0 for kind in ("travel", "overtime", "night_shift")}
    return {
        **hours,
        "timesheet_id": id,
        "date": sheet.day.isoformat(),
        "ordinary_hours": sheet.hours - remote,
        "remote_hours": remote,
        "budget_area_id": d.budget(sheet.project) * 3 - d.random.randrange(3),
        "created_at": sheet.stamp,
    }


def _log(d: Draw) -> Object:
    sheets, count = d.scene.sheets, d.sizes.counts["timesheet_logs"]
    sheet = sheets.row((d.id - 1) * sheets.count // count + 1)
    before = 0 if d.chance(0.6) else d.random.randint(1, 16) / 2
    moved = d.chance(0.1)
    return {
        "person_id": sheet.person,
        "author_id": sheet.person if d.chance(0.9) else d.worker(),
        "project_id": sheet.project,
        "date": sheet.day.isoformat(),
        "mode": d.random.choice(("daily", "weekly", "detailed")),
        "from_hours": before,
        "to_hours": sheet.hours,
        "to_project_id": d.ref("projects") if moved else None,
        "created_at": sheet.stamp,
        "updated_at": sheet.stamp,
    }


def _member(d: Draw) -> Object:
    start = d.scene.today - dt.timedelta(days=400 + d.random.randrange(600))
    return {"member_id": d.id, "stream_id": (d.id - 1) % STREAMS + 1, "starts_at": start.isoformat(), "ends_at": None}


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "contacts": _contact,
        "people_allocations": _allocation,
        "person_capacities": _capacity,
        "person_payrolls": _payroll,
        "persons": _person,
        "stream_leaders": lambda d: {
            "stream_id": (d.id - 1) % STREAMS + 1,
            "leader_id": worker_id((d.id * 13 - 13) // 12 % 11),
        },
        "stream_members": _member,
        "timesheet_areas": _sheet_area,
        "timesheet_logs": _log,
        "timesheet_whitelists": lambda d: {
            "project_id": d.project("timesheet_whitelists")[0],
            "person_id": worker_id(d.id * 7 % d.scene.sheets.workers),
        },
    }
)
