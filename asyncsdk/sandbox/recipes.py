"""What a plausible row of each list says, field by field, where the name of the field does not tell.

A recipe gives the fields it knows; ids of other rows, stamps and empty values are filled in for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

from asyncsdk.sandbox import words
from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.draw import START, Draw, month
from asyncsdk.sandbox.plans import FIRST_YEAR, STREAMS, first_month
from asyncsdk.sandbox.sizes import PROJECTS


def _budget(d: Draw) -> Object:
    price = d.money(4000, 90_000)
    state = ("APPROVED", "APPROVED", "DRAFT", "SUBMITTED")[d.id % 4]
    foreign = d.chance(0.2)
    return {
        "project_id": (d.id - 1) % d.sizes.planned + 1,
        "version": (d.id - 1) // d.sizes.planned + 1,
        "status": state,
        "final_net_price": price,
        "final_net_price_currency": round(price * 1.08, 2) if foreign else None,
        "total_external_cost": d.money(0, price // 3 + 50),
        "total_cost": d.money(1000, price),
        "total_price": price + d.money(0, 2000),
        "total_days": round(price / 600, 1),
        "is_baseline": state == "APPROVED" and d.id <= d.sizes.planned,
        "notes": d.pick(words.NOTES),
        "currency": "GBP" if foreign else "EUR",
        "is_currency_enabled": foreign,
        "stream_id": d.random.randint(1, STREAMS),
    }


def _costs(d: Draw) -> Object:
    cost = d.money(200, 8000)
    return {"total_cost": cost, "total_price": cost + cost // 4, "total_days": round(cost / 400, 1)}


def _budget_area(d: Draw) -> Object:
    kind = ("DEFAULT", "DEFAULT", "PM", "CONTINGENCY-DISCOUNT", "TRAVEL-CORE-COST-EXPENSES")[d.id % 5]
    fields: Object = {"name": d.turn(words.AREAS), "type": kind, "is_enabled": d.chance(0.95), "price_list_id": None}
    external = d.money(0, 900)
    return {**fields, **_costs(d), "total_external_cost": external, "budget_id": (d.id - 1) // 3 + 1, "stream_id": None}


def _budget_task(d: Draw) -> Object:
    product = d.id % 10 == 0
    return {
        **_costs(d),
        "uid": f"uid_{d.random.getrandbits(48):012x}",
        "name": d.turn(words.TASKS),
        "currency": "EUR",
        "external_cost": d.money(0, 900),
        "markup": d.random.choice((0, 10, 20)),
        "type": "PRODUCT" if product else "DEFAULT",
        "is_deleted": d.chance(0.02),
        "notes": d.pick(words.NOTES),
        "product_id": d.ref("products") if product else None,
        "quantity": d.random.randint(1, 5) if product else None,
        "budget_area_id": (d.id + 1) // 2,
    }


def _budget_level(d: Draw) -> Object:
    level = (d.id - 1) % 4
    cost = 120 + 70 * level
    name, code = words.LEVELS[level]
    own: Object = {
        "level_id": level + 1,
        "level_name": name,
        "level_code": code,
        "level_cost": cost,
        "level_price": cost * 2,
    }
    return {"budget_id": (d.id + 3) // 4, **own}


def _client(d: Draw) -> Object:
    name = f"{d.pick(words.COMPANY_STEMS)} {d.pick(words.COMPANY_ENDS)}"
    slug = "".join(c for c in name.lower() if c.isalnum())
    town, zip_code, country = d.random.choice(words.TOWNS)
    return {
        "corporate_name": name,
        "acronym": name[:3].upper(),
        "email": f"info{d.id}@{slug}.example",
        "notes": d.pick(words.NOTES) if d.chance(0.3) else None,
        "website": f"https://{slug}.example",
        "street": f"{d.pick(words.STREETS)} {d.random.randint(1, 180)}",
        "zip_code": zip_code,
        "town": town,
        "country": country,
        "vat": f"{d.random.randrange(10**10, 10**11)}",
        "legal_name": name,
        "intent_date": d.day().isoformat() if d.chance(0.1) else None,
        "group_company": d.random.randint(1, 9) if d.chance(0.2) else None,
        "phone": f"+39 02 {d.random.randrange(10**6, 10**7)}",
    }


def _contact(d: Draw) -> Object:
    name, surname = d.pick(words.FIRST_NAMES), d.pick(words.SURNAMES)
    role, phone = d.pick(words.JOB_TITLES), f"+39 3{d.random.randrange(10**8, 10**9)}"
    email = f"contact{d.id}@client.example"
    return {
        "client_id": (d.id + 1) // 2,
        "email": email,
        "name": name,
        "surname": surname,
        "role": role,
        "telephone": phone,
    }


def _invoice(d: Draw) -> Object:
    state = ("draft", "sent", "paid")[d.id % 3]
    day = d.day()
    paid = (day + dt.timedelta(days=d.random.randint(5, 60))).isoformat()
    return {
        "status": state,
        "invoice_number": f"{day.year}/{d.id:05d}" if state != "draft" else None,
        "value": d.money(500, 30_000),
        "exchange_rate": 1,
        "issue_date": day.isoformat(),
        "payment_date": paid if state == "paid" else None,
        "notes": d.pick(words.NOTES),
        "project_id": (d.id - 1) % d.sizes.planned + 1,
        "budget_area_uid": None,
    }


def _category(d: Draw) -> Object:
    mode = ("automatic", "percentage", "remaining-days")[d.id % 3]
    name, color = d.turn(words.CATEGORIES), d.turn(words.COLORS)
    return {"name": name, "color": color, "is_chargeable": d.id < 3, "project_status_mode": mode}


def _person(d: Draw) -> Object:
    name, surname = d.pick(words.FIRST_NAMES), d.pick(words.SURNAMES)
    role = 1 if d.id == 1 else d.random.randint(2, len(words.ROLES))
    return {
        "email": f"person{d.id}@company.example",
        "name": name,
        "surname": surname,
        "role_id": role,
        "role": words.ROLES[role - 1],
        "is_archived": d.id > 1 and d.chance(0.08),
        "is_visible_in_people_allocation": d.chance(0.95),
        "has_timesheet_required": d.chance(0.9),
        "stream_id": d.random.randint(1, STREAMS),
        "allocation_manager_id": max(1, d.id // 6) if d.id > 1 else None,
    }


def _payroll(d: Draw) -> Object:
    year = FIRST_YEAR + (d.id % 2)
    fields: Object = {"person_id": (d.id + 1) // 2, "cost": d.money(24_000, 70_000), "taxes": d.random.randint(18, 38)}
    return {**fields, "from": f"{year}-01", "to": f"{year}-12"}


def _project(d: Draw) -> Object:
    number = d.id - 1
    shape = d.sizes.pattern.projects[number % PROJECTS]
    start, archived = first_month(number), d.chance(0.1)
    won = d.random.choice((10, 25, 50, 75, 90, 100))
    over = month(start + shape.duration)
    fields: Object = {
        "name": f"{d.pick(words.PROJECT_STARTS)} {d.pick(words.COMPANY_STEMS)}",
        "job_order": f"jo_{d.id:05d}",
        "purchase_order": f"po_{d.id:05d}" if d.chance(0.5) else None,
        "value": f"{d.random.randrange(5, 900) / 2:g}",
        "probability": str(won),
        "external_cost_percentage": d.random.randrange(0, 40, 5),
        "date_start": month(start),
        "duration": str(shape.duration),
        "is_archived": archived,
        "archived_on": over if archived else None,
        "due_date": over,
        "signed_on": month(start) if won == 100 else None,
        "is_timesheet_whitelist_enabled": d.chance(0.2),
        "pm_id": 1 if d.id % 10 == 1 else d.ref("persons"),
        "reason_why_id": None,
        "billing_group_id": None,
    }
    if d.chance(0.6):
        tag = 13 if d.id % 5 == 0 else d.id % 3 + 1
        fields["dynamic"] = {f"metadata_{tag}": d.pick(_tag(tag)[1])}
    return fields


def _span(d: Draw) -> Object:
    day = d.day()
    return {"start_date": day.isoformat(), "end_date": (day + dt.timedelta(days=d.random.randint(1, 30))).isoformat()}


def _plan_task(d: Draw) -> Object:
    area, place = (d.id + 2) // 3, (d.id - 1) % 3
    fields: Object = {
        **_span(d),
        "name": d.turn(words.TASKS),
        "sort": place + 1,
        "project_plan_area_id": area,
        "notes": d.pick(words.NOTES) if d.chance(0.4) else None,
        "status_key": d.random.choice(("not-started", "in-progress", "blocked", "done", "closed")),
        "depends_on_id": d.id - 1 if place else None,
        "dependency_type": "finish-to-start" if place else None,
        "budget_task_id": d.ref("budget_tasks") if d.chance(0.5) else None,
    }
    if d.chance(0.5):
        field = d.random.randint(1, 3)
        fields["dynamic"] = {
            f"custom_field_{field}": (field - 1) * 3 + d.random.randint(1, 2) if d.chance(0.8) else None
        }
    return fields


def _plan_subtask(d: Draw) -> Object:
    state = d.random.choice(("not-started", "in-progress", "done"))
    own: Object = {"name": d.turn(words.TASKS), "sort": 1, "project_plan_task_id": d.id, "status_key": state}
    return {**_span(d), **own, "depends_on_id": None}


def _effort(d: Draw) -> Object:
    return {"hours": d.random.randrange(4, 80, 4), "strategy": d.random.choice(("front", "even"))}


def _production(d: Draw) -> Object:
    project, week = (d.id - 1) % d.sizes.planned, (d.id - 1) // d.sizes.planned
    monday = START + dt.timedelta(weeks=(first_month(project) * 13 // 3) + week)
    return {"date": monday.isoformat(), "value": round(d.random.uniform(2, 60), 1), "project_id": project + 1}


def _production_stream(d: Draw) -> Object:
    production = (d.id + 1) // 2
    project, week = (production - 1) % d.sizes.planned, (production - 1) // d.sizes.planned
    monday = START + dt.timedelta(weeks=(first_month(project) * 13 // 3) + week)
    stream = (project * 5 + d.id % 2 * 7) % STREAMS + 1
    own: Object = {"production_id": production, "stream_id": stream, "project_id": project + 1}
    return {"date": monday.isoformat(), "value": round(d.random.uniform(1, 30), 1), **own}


def _timesheet_area(d: Draw) -> Object:
    hours: Object = {f"{kind}_hours": 0 for kind in ("travel", "overtime", "night_shift")}
    return {**hours, "date": d.day().isoformat(), "ordinary_hours": d.random.randint(1, 8), "remote_hours": 0}


def _stream_member(d: Draw) -> Object:
    start = d.day(300).isoformat()
    return {"member_id": d.id, "stream_id": (d.id - 1) % STREAMS + 1, "starts_at": start, "ends_at": None}


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


def _tag(id: int) -> tuple[str, tuple[str, ...]]:
    name, values = words.METADATA[(id - 1) % len(words.METADATA)]
    return (name if id <= len(words.METADATA) else f"{name} {id}"), values


def _metadata(d: Draw) -> Object:
    key, values = _tag(d.id)
    return {"key": key, "values": list[Json](values), "is_required": False}


def _log(d: Draw) -> Object:
    mode, before = d.random.choice(("daily", "weekly", "detailed")), d.random.randint(0, 8)
    moved = d.ref("projects") if d.chance(0.1) else None
    own: Object = {"mode": mode, "from_hours": before, "to_hours": d.random.randint(0, 8), "to_project_id": moved}
    return {**own, "date": d.day().isoformat()}


Recipe = Callable[[Draw], Object]

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "budget_areas": _budget_area,
        "budget_days": lambda d: {"days": d.random.randint(1, 40) / 2, "uid": f"uid_{d.random.getrandbits(48):012x}"},
        "budget_job_titles": lambda d: {"budget_id": (d.id + 1) // 2, "job_title_name": d.turn(words.JOB_TITLES)},
        "budget_price_list_levels": _budget_level,
        "budget_tasks": _budget_task,
        "budgets": _budget,
        "business_units": lambda d: {"name": d.turn(["Milano", "Torino", "London", "Roma"])},
        "capacities": _capacity,
        "clients": _client,
        "contacts": _contact,
        "custom_field_options": lambda d: {
            "custom_field_id": (d.id + 2) // 3,
            "name": d.turn(words.OPTIONS),
            "color": d.turn(words.COLORS),
            "sort": (d.id - 1) % 3 + 1,
        },
        "custom_fields": lambda d: {
            "name": d.turn(["Priorità", "Phase", "Risk", "Old field"]),
            "type": "single_option",
            "domain": "project_plan",
            "sort": d.id,
        },
        "external_client_identifiers": lambda d: {
            "client_id": d.id,
            "external_id": f"EXT-{d.id:04d}",
            "type": d.turn(["erp", "crm"]),
        },
        "holiday_locations": lambda d: {"holiday_id": (d.id - 1) % 8 + 1, "location_id": (d.id - 1) // 8 + 1},
        "holidays": _holiday,
        "invoice_contacts": lambda d: {"email": f"billing{d.id}@company.example", "alias": d.turn(["Administration"])},
        "invoices": _invoice,
        "job_order_categories": _category,
        "job_order_category_groups": lambda d: {"name": d.turn(words.CATEGORIES), "is_default": d.id == 1},
        "job_titles": lambda d: {"name": d.turn(words.JOB_TITLES), "is_archived": d.id == 10},
        "levels": _level,
        "locations": lambda d: {"name": words.TOWNS[(d.id - 1) % len(words.TOWNS)][0], "default": d.id == 1},
        "people_allocations": lambda d: {"date": d.day().isoformat(), "hours": d.random.randint(1, 8)},
        "person_capacities": lambda d: {
            "person_id": (d.id - 1) % d.sizes.counts["persons"] + 1,
            "starts_at": None if d.id <= d.sizes.counts["persons"] else d.monday().isoformat(),
        },
        "person_payrolls": _payroll,
        "persons": _person,
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
        "production_streams": _production_stream,
        "productions": _production,
        "products": lambda d: {
            "name": d.turn(words.PRODUCTS),
            "description": "Per unit, IVA esclusa",
            "available_from": month(d.id),
            "available_to": month(d.id + 36) if d.id % 2 else None,
            "external_cost": d.money(0, 500),
            "markup": 20,
            "price": d.money(500, 5000),
        },
        "project_metadata": _metadata,
        "project_plan_areas": lambda d: {
            "name": d.turn(words.AREAS),
            "sort": d.id % 2 + 1,
            "project_id": (d.id - 1) % d.sizes.planned + 1,
        },
        "project_plan_subtask_assignees": _effort,
        "project_plan_subtasks": _plan_subtask,
        "project_plan_task_assignees": _effort,
        "project_plan_tasks": _plan_task,
        "project_stages": lambda d: {"name": d.turn(words.STAGES), "hierarchy": d.id},
        "project_status_areas": lambda d: {
            "project_status_id": (d.id + 1) // 2,
            "days_left": d.random.randint(0, 40) / 2,
            "progress": d.random.randrange(0, 101, 5),
        },
        "project_statuses": lambda d: {
            "project_id": (d.id - 1) % d.sizes.planned + 1,
            "date": d.monday().isoformat(),
            "days_left": d.random.randint(0, 80) / 2,
            "progress": d.random.randrange(0, 101, 5),
            "notes": d.pick(words.NOTES),
        },
        "project_types": lambda d: {
            "name": d.turn(["Website", "App", "Campagna", "Consulenza", "Ricerca", "Support"]),
            "group": d.turn(["Digital", "Digital", "Media", "Advisory"]),
        },
        "projects": _project,
        "roles": lambda d: {"name": d.turn(words.ROLES), "is_default": d.id == 4},
        "stream_leaders": lambda d: {
            "stream_id": (d.id - 1) % STREAMS + 1,
            "leader_id": (d.id * 13 - 13) // 12 % 12 + 1,
        },
        "stream_members": _stream_member,
        "streams": lambda d: {"name": d.turn(words.STREAMS), "is_default": d.id == 1},
        "timesheet_areas": _timesheet_area,
        "timesheet_logs": _log,
        "timesheet_whitelists": lambda d: {
            "project_id": (d.id - 1) % d.sizes.planned + 1,
            "person_id": (d.id * 7) % d.sizes.counts["persons"] + 1,
        },
        "timesheets": lambda d: {
            "date": d.day().isoformat(),
            "hours": d.random.randint(1, 16) / 2,
            "notes": d.pick(words.NOTES) if d.chance(0.2) else None,
            "mode": d.random.choice(("daily", "weekly")),
        },
    }
)

# Rows with archived_at: those ids of each table that are archived.
ARCHIVED: Mapping[str, frozenset[int]] = MappingProxyType(
    {"streams": frozenset({13, 14}), "custom_fields": frozenset({4}), "capacities": frozenset({3})}
)
