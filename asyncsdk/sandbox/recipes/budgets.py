"""Budgets and their parts, whose figures add up: tasks to areas, areas to the budget, days to the task."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.sandbox import words
from asyncsdk.sandbox.contract import Object
from asyncsdk.sandbox.draw import Draw
from asyncsdk.sandbox.figures import Figures
from asyncsdk.sandbox.recipes.recipe import Recipe


def _sums(figures: Figures) -> Object:
    return {"total_cost": figures.cost, "total_price": figures.price, "total_days": figures.days}


def _budget(d: Draw) -> Object:
    project, place, versions = d.project("budgets")
    figures = d.scene.ledger.budget(d.id)
    last = place == versions - 1
    state = ("APPROVED", "APPROVED", "DRAFT", "SUBMITTED")[project % 4] if last else "DRAFT"
    foreign = d.chance(0.2)
    return {
        **_sums(figures),
        "total_external_cost": figures.external,
        "project_id": project,
        "version": place + 1,
        "status": state,
        "final_net_price": figures.price,
        "final_net_price_currency": round(figures.price * 0.86, 2) if foreign else None,
        "is_baseline": state == "APPROVED",
        "notes": d.pick(words.NOTES),
        "currency": "GBP" if foreign else "EUR",
        "is_currency_enabled": foreign,
        "stream_id": d.scene.timeline.stream(project, 0),
        "price_list_id": 1,
    }


def _area(d: Draw) -> Object:
    figures = d.scene.ledger.area(d.id)
    budget, place = (d.id + 2) // 3, (d.id - 1) % 3
    kind = "DEFAULT" if place < 2 else ("DEFAULT", "PM", "TRAVEL-CORE-COST-EXPENSES")[budget % 3]
    return {
        **_sums(figures),
        "total_external_cost": figures.external,
        "name": d.turn(words.AREAS),
        "type": kind,
        "is_enabled": True,
        "price_list_id": None,
        "budget_id": budget,
        "stream_id": None,
    }


def _task(d: Draw) -> Object:
    figures = d.scene.ledger.task(d.id)
    product = d.id % 10 == 0
    return {
        **_sums(figures),
        "uid": f"uid_{d.random.getrandbits(48):012x}",
        "name": d.turn(words.TASKS),
        "currency": "EUR",
        "external_cost": figures.external,
        "markup": d.random.choice((0, 10, 20)),
        "type": "PRODUCT" if product else "DEFAULT",
        "is_deleted": False,
        "notes": d.pick(words.NOTES),
        "product_id": d.ref("products") if product else None,
        "quantity": d.random.randint(1, 5) if product else None,
        "budget_area_id": (d.id + 1) // 2,
    }


def _days(d: Draw) -> Object:
    """Eight rows a budget: one a task, and a second one for the first two tasks."""
    budget, place = (d.id + 7) // 8, (d.id - 1) % 8
    task = budget * 6 - 5 + place % 6
    whole = d.scene.ledger.task(task).days
    half = round(whole) / 2 if place % 6 < 2 else whole
    return {
        "days": whole - half if place > 5 else half,
        "uid": f"uid_{d.random.getrandbits(48):012x}",
        "budget_task_id": task,
        "budget_price_list_level_id": budget * 4 - (1 if place > 5 else 3),
        "budget_job_title_id": budget * 2 - place % 2,
    }


def _level(d: Draw) -> Object:
    level = (d.id - 1) % 4
    cost = 120 + 70 * level
    name, code = words.LEVELS[level]
    own: Object = {
        "level_id": level + 1,
        "level_name": name,
        "level_code": code,
        "level_cost": cost,
        "level_price": cost * 2,
        "price_list_id": 1,
    }
    return {"budget_id": (d.id + 3) // 4, **own}


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "budget_areas": _area,
        "budget_days": _days,
        "budget_job_titles": lambda d: {
            "budget_id": (d.id + 1) // 2,
            "job_title_id": (d.id - 1) % 9 + 1,
            "job_title_name": words.JOB_TITLES[(d.id - 1) % 9],
        },
        "budget_price_list_levels": _level,
        "budget_tasks": _task,
        "budgets": _budget,
    }
)
