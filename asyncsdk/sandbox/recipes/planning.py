"""What was planned in a project's own plan, and what was produced week by week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from asyncsdk.sandbox import words
from asyncsdk.sandbox.contract import Object
from asyncsdk.sandbox.draw import Draw
from asyncsdk.sandbox.recipes.recipe import Recipe

_FRIDAY = (4 * 24 + 16) * 3600  # when a week's production is written down, in seconds from its Monday


def _span(d: Draw, project: int, place: int, count: int) -> tuple[Object, str]:
    """Returns the first and last day of a piece of a project's work, and the state it must be in by now."""
    begin, end = d.within(project, place / count * 0.9), d.within(project, (place + 1) / count)
    today = d.scene.today
    state = "done" if end < today else "in-progress" if begin <= today else "not-started"
    if state == "in-progress" and d.chance(0.1):
        state = "blocked"
    if state == "done" and d.chance(0.3):
        state = "closed"
    return {"start_date": begin.isoformat(), "end_date": max(begin + dt.timedelta(days=1), end).isoformat()}, state


def _area_of(d: Draw, area: int) -> tuple[int, int, int]:
    return attrs.evolve(d, id=area).project("project_plan_areas")


def _area(d: Draw) -> Object:
    project, place, _ = d.project("project_plan_areas")
    return {
        "name": d.turn(words.AREAS),
        "sort": place + 1,
        "project_id": project,
        "budget_area_id": d.budget(project) * 3 - place % 3,
    }


def _task(d: Draw) -> Object:
    area, place = (d.id + 2) // 3, (d.id - 1) % 3
    project, number, areas = _area_of(d, area)
    span, state = _span(d, project, number * 3 + place, areas * 3)
    fields: Object = {
        **span,
        "name": d.turn(words.TASKS),
        "sort": place + 1,
        "project_plan_area_id": area,
        "notes": d.pick(words.NOTES) if d.chance(0.4) else None,
        "status_key": state,
        "depends_on_id": d.id - 1 if place else None,
        "dependency_type": "finish-to-start" if place else None,
        "budget_task_id": d.budget(project) * 6 - place if d.chance(0.5) else None,
    }
    if d.chance(0.5):
        field = d.random.randint(1, 3)
        fields["dynamic"] = {
            f"custom_field_{field}": (field - 1) * 3 + d.random.randint(1, 2) if d.chance(0.8) else None
        }
    return fields


def _subtask(d: Draw) -> Object:
    project, number, areas = _area_of(d, (d.id + 2) // 3)
    span, state = _span(d, project, number * 3 + (d.id - 1) % 3, areas * 3)
    status = {"blocked": "in-progress", "closed": "done"}.get(state, state)
    own: Object = {"name": d.turn(words.TASKS), "sort": 1, "project_plan_task_id": d.id, "status_key": status}
    return {**span, **own, "depends_on_id": None}


def _effort(d: Draw) -> Object:
    hours = d.random.randrange(4, 80, 4)
    return {"hours": hours, "strategy": d.random.choice(("front", "even")), "employee_id": d.worker()}


def _produced(d: Draw, id: int) -> tuple[int, dt.date, float]:
    """Returns the project, the Monday and the percentage of a production."""
    count, timeline = d.sizes.counts["productions"], d.scene.timeline
    project, day, apart = timeline.week(id, count)
    weeks = max((timeline.last_day(project) - timeline.first_day(project)).days / 7, 1)
    return project, day, round(min(apart / weeks * (70 + 50 * d.scene.ledger.noise("produced", id)), 60), 1)


def _production(d: Draw) -> Object:
    project, day, value = _produced(d, d.id)
    return {"date": day.isoformat(), "value": value, "project_id": project, "created_at": d.stamp(day, _FRIDAY)}


def _production_stream(d: Draw) -> Object:
    production, place = (d.id + 1) // 2, (d.id - 1) % 2
    project, day, value = _produced(d, production)
    part = round(value * (0.5 + 0.3 * d.scene.ledger.noise("part", production)), 1)
    return {
        "date": day.isoformat(),
        "value": round(value - part, 1) if place else part,
        "production_id": production,
        "stream_id": d.scene.timeline.stream(project, place),
        "project_id": project,
        "created_at": d.stamp(day, _FRIDAY),
    }


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "production_streams": _production_stream,
        "productions": _production,
        "project_plan_areas": _area,
        "project_plan_subtask_assignees": lambda d: {**_effort(d), "project_plan_subtask_id": d.id},
        "project_plan_subtasks": _subtask,
        "project_plan_task_assignees": lambda d: {**_effort(d), "project_plan_task_id": d.id},
        "project_plan_tasks": _task,
    }
)
