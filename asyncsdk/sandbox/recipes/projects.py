"""Clients and the projects done for them: what they are worth, what was billed, how far they have come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.sandbox import names, words
from asyncsdk.sandbox.contract import Object
from asyncsdk.sandbox.draw import Draw
from asyncsdk.sandbox.recipes.company import tag
from asyncsdk.sandbox.recipes.recipe import Recipe
from asyncsdk.sandbox.sizes import PROJECTS
from asyncsdk.sandbox.timeline import works_here


def _client(d: Draw) -> Object:
    name = names.client(d.id, d.seed)
    slug = names.plain(name)
    town, zip_code, country = d.random.choice(words.TOWNS)
    return {
        "corporate_name": name,
        "acronym": slug[:3].upper(),
        "email": f"info@{slug}.example",
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


def _project(d: Draw) -> Object:
    timeline, today = d.scene.timeline, d.scene.today
    shape = d.sizes.pattern.projects[(d.id - 1) % PROJECTS]
    start = timeline.start(min(d.id, d.sizes.planned))
    over = start + shape.duration
    begins, due = d.month(start), dt.date.fromisoformat(d.month(over))
    archived = due < today and d.chance(0.4)
    open_ = begins > today.isoformat()
    chance = d.random.choice((10, 25, 50, 75, 90)) if open_ else 90 if d.chance(0.1) else 100
    client = d.ref("clients")
    account = d.worker()
    fields: Object = {
        "name": names.project(d.id, d.seed),
        "job_order": f"jo_{d.id:05d}",
        "purchase_order": f"po_{d.id:05d}" if d.chance(0.5) else None,
        "value": f"{d.scene.ledger.project_price(d.id) / 1000:g}",
        "probability": str(chance),
        "external_cost_percentage": d.random.randrange(0, 25, 5),
        "date_start": begins,
        "duration": str(shape.duration),
        "is_archived": archived,
        "archived_on": due.isoformat() if archived else None,
        "due_date": due.isoformat(),
        "signed_on": begins if chance == 100 else None,
        "is_timesheet_whitelist_enabled": d.chance(0.2),
        "client_id": client,
        "client_contact_id": client * 2 - d.id % 2,
        "pm_id": 1 if d.id % 10 == 1 else d.worker(),
        "account_id": account if works_here(account) else 1,
        "project_stage_id": 5 if chance == 100 else min(chance // 25 + 1, 4),
        "reason_why_id": None,
        "billing_group_id": None,
    }
    if d.chance(0.6):
        number = 13 if d.id % 5 == 0 else d.id % 3 + 1
        fields["dynamic"] = {f"metadata_{number}": d.pick(tag(number)[1])}
    return fields


def _invoice(d: Draw) -> Object:
    project, place, count = d.project("invoices")
    issued = d.within(project, (place + 0.8) / count)
    paid = issued + dt.timedelta(days=d.random.randint(5, 60))
    today = d.scene.today
    state = "draft" if issued > today or d.id % 7 == 0 else "paid" if paid <= today and d.id % 5 else "sent"
    value = d.scene.ledger.project_price(project) * (0.45, 0.4)[place % 2] / max(count / 2, 1)
    fields: Object = {
        "status": state,
        "invoice_number": f"{issued.year}/{d.id:05d}" if state != "draft" else None,
        "value": round(value / 50) * 50,
        "exchange_rate": 1,
        "issue_date": issued.isoformat(),
        "payment_date": paid.isoformat() if state == "paid" else None,
        "notes": d.pick(words.NOTES),
        "project_id": project,
        "budget_area_uid": None,
    }
    if state == "draft":
        return fields
    done = paid if state == "paid" else issued
    return {
        **fields,
        "updated_at": dt.datetime(done.year, done.month, done.day, 9, d.id % 60, tzinfo=dt.UTC).timestamp(),
    }


def _status(d: Draw) -> Object:
    """Statuses are written on the Monday they tell of."""
    timeline = d.scene.timeline
    project, day, _ = timeline.week(d.id, d.sizes.counts["project_statuses"])
    first, last = timeline.first_day(project), timeline.last_day(project)
    done = max((day - first).days, 0) / (last - first).days
    whole = d.scene.ledger.project_price(project) * 0.6 / 450
    return {
        "project_id": project,
        "date": day.isoformat(),
        "days_left": round(whole * (1 - done) * 2) / 2,
        "progress": round(done * 20) * 5,
        "notes": d.pick(words.NOTES),
        "created_at": d.stamp(day, 9 * 3600),
    }


def _status_area(d: Draw) -> Object:
    count = d.sizes.counts["project_statuses"]
    status = min((d.id + 1) // 2, count)
    project, day, _ = d.scene.timeline.week(status, count)
    progress = d.random.randrange(0, 101, 5)
    return {
        "project_status_id": status,
        "budget_area_id": d.budget(project) * 3 - d.id % 2,
        "days_left": round((100 - progress) / 5) / 2,
        "progress": progress,
        "created_at": d.stamp(day, 9 * 3600 + 60),
    }


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "clients": _client,
        "external_client_identifiers": lambda d: {
            "client_id": d.id,
            "external_id": f"EXT-{d.id:04d}",
            "type": d.turn(["erp", "crm"]),
        },
        "invoice_contacts": lambda d: {
            "email": f"billing{d.id}@company.example",
            "alias": d.turn(["Administration", "Billing", "Amministrazione"]),
        },
        "invoices": _invoice,
        "project_status_areas": _status_area,
        "project_statuses": _status,
        "projects": _project,
    }
)
