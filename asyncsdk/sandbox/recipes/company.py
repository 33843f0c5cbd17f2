"""What a company sets up once: its capacities, levels, price lists, products, streams, stages, tags."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.sandbox import words
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.draw import Draw
from asyncsdk.sandbox.recipes.recipe import Recipe


def _category(d: Draw) -> Object:
    mode = ("automatic", "percentage", "remaining-days")[d.id % 3]
    name, color = d.turn(words.CATEGORIES), d.turn(words.COLORS)
    return {"name": name, "color": color, "is_chargeable": d.id < 3, "project_status_mode": mode}


def _holiday(d: Draw) -> Object:
    name, day, number = words.HOLIDAYS[(d.id - 1) % len(words.HOLIDAYS)]
    return {"name": name, "repeating": True, "exact_date": None, "repeating_day": day, "repeating_month": number}


def _capacity(d: Draw) -> Object:
    name, minutes = words.CAPACITIES[(d.id - 1) % len(words.CAPACITIES)]
    days: Object = {f"{day}_minutes": minutes for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    if name == "Four days":
        days["friday_minutes"] = 0
    return {**days, "saturday_minutes": 0, "sunday_minutes": 0, "name": name, "is_default": d.id == 1}


def _level(d: Draw) -> Object:
    name, code = words.LEVELS[(d.id - 1) % len(words.LEVELS)]
    return {"name": name, "code": code, "chargeability_target": 60 + 5 * d.id, "is_external": code == "fr"}


def tag(id: int) -> tuple[str, tuple[str, ...]]:
    """Returns the key of a project metadata, and the values it can have."""
    name, values = words.METADATA[(id - 1) % len(words.METADATA)]
    return (name if id <= len(words.METADATA) else f"{name} {id}"), values


def _metadata(d: Draw) -> Object:
    key, values = tag(d.id)
    return {"key": key, "values": list[Json](values), "is_required": False}


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "business_units": lambda d: {"name": d.turn(["Milano", "Torino", "London", "Roma"])},
        "capacities": _capacity,
        "custom_field_options": lambda d: {
            "custom_field_id": (d.id + 2) // 3,
            "name": d.turn(words.OPTIONS),
            "color": d.turn(words.COLORS),
            "sort": (d.id - 1) % 3 + 1,
        },
        "custom_fields": lambda d: {
            "name": d.turn(["Priorità", "Phase", "Risk", "Old field", "Canale", "Mercato", "Team", "Fonte"]),
            "type": "single_option",
            "domain": "project_plan",
            "sort": d.id,
        },
        "holiday_locations": lambda d: {"holiday_id": (d.id - 1) % 8 + 1, "location_id": (d.id - 1) // 8 + 1},
        "holidays": _holiday,
        "job_order_categories": _category,
        "job_order_category_groups": lambda d: {"name": d.turn(words.CATEGORIES), "is_default": d.id == 1},
        "job_titles": lambda d: {"name": d.turn(words.JOB_TITLES), "is_archived": d.id == 10},
        "levels": _level,
        "locations": lambda d: {"name": words.TOWNS[(d.id - 1) % len(words.TOWNS)][0], "default": d.id == 1},
        "price_list_levels": lambda d: {
            "price_list_id": (d.id + 5) // 6,
            "level_id": (d.id - 1) % 6 + 1,
            "price": 300 + d.id * 20,
            "cost": 150 + d.id * 10,
        },
        "price_lists": lambda d: {
            "name": d.turn(["Standard", "Partner", "Pubblico"]),
            "is_default_for_company": d.id == 1,
            "uses_default_price_list_costs": d.id > 1,
            "client_id": None if d.id == 1 else d.ref("clients"),
        },
        "product_levels": lambda d: {
            "product_id": (d.id + 1) // 2,
            "level_id": d.id % 2 + 1,
            "days": d.random.randint(1, 12) / 2,
        },
        "products": lambda d: {
            "name": d.turn(words.PRODUCTS),
            "description": "Per unit, IVA esclusa",
            "available_from": d.month(d.id * 3),
            "available_to": d.month(d.id * 3 + 48) if d.id % 2 else None,
            "external_cost": d.money(0, 500),
            "markup": 20,
            "price": d.money(500, 5000),
        },
        "project_metadata": _metadata,
        "project_stages": lambda d: {"name": d.turn(words.STAGES), "hierarchy": d.id},
        "project_types": lambda d: {
            "name": d.turn(["Website", "App", "Campagna", "Consulenza", "Ricerca", "Support"]),
            "group": d.turn(["Digital", "Digital", "Media", "Advisory"]),
        },
        "roles": lambda d: {"name": d.turn(words.ROLES), "is_default": d.id == 4},
        "streams": lambda d: {"name": d.turn(words.STREAMS), "is_default": d.id == 1},
    }
)
