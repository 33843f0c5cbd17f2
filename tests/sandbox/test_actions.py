"""Actions and links of a sandbox: what may come before what, and what is done once."""

from __future__ import annotations

from typing import Any

import pytest

from asyncsdk.sandbox.contract import load, mapping

from .conftest import Api


async def test_lenient_mode_lets_unknown_names_pass(open_api: Any) -> None:
    async with open_api(strict=False) as api:
        assert (await api("GET", "/api/streams?colour=red")).status == 200
        assert (await api("POST", "/api/streams", {"name": "x", "colour": "red"})).status == 201


async def test_a_budget_goes_from_draft_to_approved_and_back(api: Api) -> None:
    made = (await api("POST", "/api/budgets", {"project_id": 1})).json
    path = f"/api/budgets/{made['id']}"
    assert made["status"] == "DRAFT"
    steps = [
        ("approve", 412, "DRAFT"), ("recall", 412, "DRAFT"), ("set-baseline", 412, "DRAFT"),
        ("draft", 412, "DRAFT"), ("submit", 200, "SUBMITTED"), ("submit", 412, "SUBMITTED"),
        ("recall", 200, "DRAFT"), ("submit", 200, "SUBMITTED"), ("reject", 200, "DRAFT"),
        ("submit", 200, "SUBMITTED"), ("approve", 200, "APPROVED"), ("reject", 412, "APPROVED"),
        ("set-baseline", 200, "APPROVED"), ("set-baseline", 412, "APPROVED"), ("draft", 200, "DRAFT"),
    ]  # fmt: skip
    for action, status, state in steps:
        reply = await api("POST", f"{path}:{action}")
        assert reply.status == status, (action, reply.raw)
        assert (await api.get(path))["status"] == state
    baselines = [row for row in await api.get("/api/budgets?project_id=1") if row["is_baseline"]]
    assert [row["id"] for row in baselines] == [made["id"]]


async def test_an_invoice_is_sent_then_paid(api: Api) -> None:
    made = (await api("POST", "/api/invoices", {"project_id": 1, "value": 10, "issue_date": "2026-06-01"})).json
    path = f"/api/invoices/{made['id']}"
    assert (await api("POST", f"{path}:set-paid")).status == 412
    assert (await api("POST", f"{path}:send", {"invoice_contact_id": 1})).json["status"] == "sent"
    assert (await api("POST", f"{path}:send")).status == 412
    assert (await api("POST", f"{path}:set-paid", {"payment_date": "2026-06-05"})).json["payment_date"] == "2026-06-05"
    assert (await api("POST", f"{path}:set-paid")).status == 412
    assert (await api("POST", f"{path}:set-unpaid")).json["payment_date"] is None
    assert (await api("POST", f"{path}:set-paid", {"payment_date": None})).json["payment_date"] is not None


@pytest.mark.parametrize("path", ["/api/streams/2", "/api/custom-fields/1", "/api/projects/2"])
async def test_what_is_archived_is_not_archived_again(api: Api, path: str) -> None:
    row = await api.get(path)
    if row.get("is_archived"):
        await api("POST", f"{path}:unarchive")
    assert (await api("POST", f"{path}:unarchive")).status == 412
    archived = (await api("POST", f"{path}:archive")).json
    assert archived.get("archived_at") or archived["archived_on"]
    assert (await api("POST", f"{path}:archive")).status == 412
    assert (await api("POST", f"{path}:unarchive")).status == 200


async def test_links_are_made_once_taken_away_and_made_again(api: Api) -> None:
    path = "/api/streams/1/leaders/9"
    made = await api("POST", path)
    assert (made.status, made.json["leader_id"]) == (200, 9)
    assert (await api("POST", path)).status == 412
    assert (await api("DELETE", path)).status == 200
    assert (await api("DELETE", path)).status == 404
    assert made.json["id"] in {row["id"] for row in await api.get("/api/streams/1/leaders?deleted=only")}
    again = (await api("POST", path)).json
    assert (again["id"], again["deleted_at"]) == (made.json["id"], None)
    assert (await api("POST", "/api/streams/1/leaders/9999")).status == 404
    assert (await api("POST", "/api/streams/3/members/1")).json["member_id"] == 1
    assert (await api("POST", "/api/holidays/1/locations/3")).status == 200
    assert 3 in {row["location_id"] for row in await api.get("/api/holidays/1/locations")}


async def test_a_whitelist_entry_given_twice_is_a_conflict(api: Api) -> None:
    body = {"project_id": 2, "person_id": 11}
    for row in await api.get("/api/timesheet-whitelists?project_id=2&person_id=11"):
        await api("DELETE", f"/api/timesheet-whitelists/{row['id']}")
    assert (await api("POST", "/api/timesheet-whitelists", body)).status == 201
    twice = await api("POST", "/api/timesheet-whitelists", body)
    assert (twice.status, twice.json["key"]) == (409, "conflict")


async def test_a_deleted_row_is_found_only_when_asked_for(api: Api) -> None:
    await api("DELETE", "/api/holidays/1")
    assert (await api("GET", "/api/holidays/1")).status == 404
    assert (await api("GET", "/api/holidays/1?deleted=include")).status == 200
    assert (await api("GET", "/api/holidays/1?deleted=only")).json["deleted_at"]
    assert (await api("GET", "/api/holidays/2?deleted=only")).status == 404
    assert (await api("PATCH", "/api/holidays/1", {"name": "x"})).status == 404


async def test_what_may_not_come_before_what_stands_in_the_contract_under_a_key_of_its_own(api: Api) -> None:
    contract = load()
    pairs = {
        (schema, name): str(value["x-assumed-not-before"])
        for schema, shape in contract.schemas.items()
        for name, value in mapping(shape.get("properties") or {}).items()
        if isinstance(value, dict) and "x-assumed-not-before" in value
    }
    assert len(pairs) == 10
    for (schema, _), earlier in pairs.items():
        assert earlier in mapping(contract.schemas[schema]["properties"])  # else it would hold of nothing
    price = {"name": "2026", "available_from": "2026-05-01", "available_to": "2026-04-30"}
    refused = await api("POST", "/api/price-lists", price)
    assert (refused.status, refused.fields) == (400, {"available_to"})
    assert (await api("POST", "/api/price-lists", price | {"available_to": "2026-05-01"})).status == 201
