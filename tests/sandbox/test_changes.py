"""Creating, changing and deleting rows; actions and the states they need."""

from __future__ import annotations

import re
from typing import Any

import pytest

from asyncsdk.sandbox.contract import Json, load, mapping, types, words
from asyncsdk.sandbox.store import Where
from asyncsdk.sandbox.tables import tables

from .conftest import Api

PROJECT = {"name": "Nuovo sito", "client_id": 1, "start_date": "2026-02-17", "value": 12.5, "probability": 50}


def _sample(name: str, schema: dict[str, Json]) -> Any:
    """A value that fits a body's field."""
    if enum := schema.get("enum"):
        assert isinstance(enum, list)
        return enum[0]
    if name == "exact_date" or schema.get("format") == "date":
        return "2026-06-01"
    if schema.get("format") == "YYYY-MM":
        return "2026-01"
    kinds = types(schema)
    if "boolean" in kinds:
        return False
    if kinds & {"integer", "number"}:
        return 1
    return ["a"] if "array" in kinds else "text"


async def test_every_create_gives_a_row_that_is_found_again(api: Api) -> None:
    more = {"CreateProjectPlanTaskAssignee": {"employee_id": 1, "project_plan_task_id": 1, "hours": 8}}
    more["CreateProjectPlanSubtaskAssignee"] = {"employee_id": 1, "project_plan_subtask_id": 1, "hours": 8}
    contract = load()
    for operation in contract.operations:
        if operation.kind != "create":
            continue
        assert operation.body
        properties = mapping(contract.schemas[operation.body].get("properties") or {})
        body = {name: _sample(name, mapping(schema)) for name, schema in properties.items()}
        body |= more.get(operation.body, {})
        if operation.resource == "timesheet_whitelists":
            body["person_id"] = 12
            await api.get("/api/timesheet-whitelists?project_id=1&person_id=12")
        if operation.resource == "timesheets":
            body["day"] = "mon"
        reply = await api("POST", operation.path, body)
        assert reply.status == 201, (operation.id, reply.raw)
        assert reply.json["created_at"] == reply.json["updated_at"]
        assert reply.json["id"] in api.sandbox.store.ids(operation.resource, "live")
        for name, value in body.items():
            if name in reply.json and name not in ("mode", "value", "probability", "duration"):
                assert reply.json[name] == value, (operation.id, name)


async def test_every_update_shows_at_once_and_moves_updated_at(api: Api) -> None:
    contract = load()
    for operation in contract.operations:
        if operation.kind != "update":
            continue
        assert operation.body
        table = tables()[operation.resource]
        properties = mapping(contract.schemas[operation.body].get("properties") or {})
        body = {name: _sample(name, mapping(schema)) for name, schema in properties.items() if not name.endswith("_id")}
        id = min(api.sandbox.store.ids(table.name, "live"))
        path = re.sub(r"\{\w+\}", str(id), operation.path)
        before = api.sandbox.store.row(table.name, id)
        first, second = await api("PATCH", path, body), await api("PATCH", path, body)
        assert (first.status, second.status) == (200, 200), (operation.id, first.raw)
        assert before is not None
        assert before["updated_at"] < first.json["updated_at"] < second.json["updated_at"]
        assert before["created_at"] == first.json["created_at"]
        for name, value in body.items():
            if name in first.json and name not in ("mode", "value", "probability", "duration"):
                assert first.json[name] == value, (operation.id, name)


async def test_every_delete_takes_the_row_away_softly_where_the_list_has_deleted(api: Api) -> None:
    for operation in load().operations:
        if operation.kind != "delete":
            continue
        table = tables()[operation.resource]
        store = api.sandbox.store
        id = max(store.ids(table.name, "live"))
        if table.name in ("streams", "project_plan_areas", "project_plan_tasks", "project_plan_subtasks"):
            # Rows that others point to stay; a new one is free to go.
            row = store.row(table.name, id)
            assert row is not None
            id = store.insert(table.name, {name: row[name] for name in table.columns})
        path = re.sub(r"\{\w+\}", str(id), operation.path)
        reply = await api("DELETE", path)
        assert (reply.status, reply.raw) == (200, b""), (operation.id, reply.raw)
        assert (await api("DELETE", path)).status == 404
        assert (store.row(table.name, id) is not None) == table.soft
        if table.soft:
            listed = re.sub(r"/\{\w+\}", "", operation.path).replace("/client", "/clients").replace("ss", "s")
            gone = await api("GET", f"{listed}?deleted=only&limit=100")
            assert gone.status != 200 or id in gone.ids or len(gone.ids) == 100


async def test_a_row_others_cannot_do_without_is_not_removed(api: Api) -> None:
    reply = await api("DELETE", "/api/streams/1")
    assert (reply.status, reply.json["key"]) == (412, "precondition_failure")
    assert (await api("DELETE", "/api/contact/1")).status == 200
    assert api.sandbox.store.column("projects", "id", Where("client_contact_id = 1")) == []


async def test_an_id_is_never_given_twice(api: Api) -> None:
    first = (await api("POST", "/api/streams", {"name": "A"})).json["id"]
    await api("DELETE", f"/api/streams/{first}")
    assert (await api("POST", "/api/streams", {"name": "B"})).json["id"] == first + 1


async def test_a_project_is_kept_as_the_api_shows_it(api: Api) -> None:
    made = (await api("POST", "/api/projects", {**PROJECT, "metadata_1": "Finance"})).json
    assert (
        made
        | {
            "value": "12.5",
            "probability": "50",
            "duration": "1",
            "date_start": "2026-02-01",
            "is_archived": False,
            "metadata_1": "Finance",
            "pm_id": 1,
        }
        == made
    )
    path = f"/api/projects/{made['id']}"
    changed = (await api("PATCH", path, {"value": 1234567.25, "metadata_2": "High"})).json
    assert (changed["value"], changed["metadata_1"], changed["metadata_2"]) == ("1234567.25", "Finance", "High")
    assert "metadata_1" not in (await api("PATCH", path, {"metadata_1": None})).json


async def test_custom_fields_of_a_task_are_options_or_null(api: Api) -> None:
    area = (await api.get("/api/project-plan-areas"))[0]["id"]
    made = (
        await api("POST", "/api/project-plan-tasks", {"name": "T", "project_plan_area_id": area, "custom_field_1": 2})
    ).json
    assert made["custom_field_1"] == 2
    path = f"/api/project-plan-tasks/{made['id']}"
    assert (await api("PATCH", path, {"custom_field_1": None})).json["custom_field_1"] is None
    assert (await api("PATCH", path, {"custom_field_1": 7})).fields == {"custom_field_1"}
    assert (await api("PATCH", path, {"custom_field_99": 1})).fields == {"custom_field_99"}


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        ("POST", "/api/projects", {}, {"name", "client_id"}),
        (
            "POST",
            "/api/projects",
            {"nme": "x", "client_id": 9999, "value": "1.5"},
            {"nme", "name", "client_id", "value"},
        ),
        ("POST", "/api/projects", {**PROJECT, "metadata_77": "x"}, {"metadata_77"}),
        ("POST", "/api/projects", {**PROJECT, "probability": 101, "duration": 0}, {"probability", "duration"}),
        (
            "POST",
            "/api/projects",
            {**PROJECT, "due_date": "2026-13-01", "signed_on": "20260101"},
            {"due_date", "signed_on"},
        ),
        ("POST", "/api/streams", {"name": "x" * 256}, {"name"}),
        ("POST", "/api/streams", {"name": None}, {"name"}),
        ("POST", "/api/streams", {"name": "a\0b"}, {"name"}),
        ("POST", "/api/timesheets", {"project_id": 1, "hours": 1, "mode": "daily"}, {"mode"}),
        ("POST", "/api/timesheets", {"project_id": 1, "hours": 25}, {"hours"}),
        ("POST", "/api/timesheets", {"project_id": 1, "hours": 1, "date": "2026-06-01", "day": "tue"}, {"day"}),
        ("POST", "/api/timesheets", {"project_id": "1", "hours": 1}, {"project_id"}),
        ("POST", "/api/project-statuses", {"project_id": 1, "date": "2026-06-02"}, {"date"}),
        ("POST", "/api/holidays", {"name": "x", "repeating": True}, {"repeating_day", "repeating_month"}),
        ("POST", "/api/holidays", {"name": "x"}, {"exact_date"}),
        (
            "POST",
            "/api/holidays",
            {"name": "x", "repeating": True, "repeating_day": 30, "repeating_month": 2},
            {"repeating_day"},
        ),
        ("POST", "/api/custom-fields", {"name": "x" * 31, "type": "text", "domain": "project_plan"}, {"name", "type"}),
        ("POST", "/api/person-payrolls", {"person_id": 1, "from": "2026-13", "to": "2026"}, {"from", "to"}),
        ("POST", "/api/person-payrolls", {"person_id": 1, "from": "2026-05", "to": "2026-04"}, {"to"}),
        (
            "POST",
            "/api/people-allocations",
            {"hours": 9, "date": "2026-06-01", "person_id": 1, "project_id": 1},
            {"hours"},
        ),
        ("PATCH", "/api/timesheets/1", {"date": "2026-06-01"}, {"date"}),
        ("PATCH", "/api/products/1", {"available_from": "2026-06-01", "available_to": "2026-05-01"}, {"available_to"}),
        ("POST", "/api/streams/1:archive", {"why": "x"}, {"body"}),
        ("POST", "/api/budgets/1:submit", {"approver_id": 9999}, {"approver_id"}),
        ("PATCH", "/api/projects/1?dry=1", {"nme": "x"}, {"dry", "nme"}),
        ("POST", "/api/locations", [1], {"body"}),
    ],
)
async def test_a_body_that_does_not_fit_names_every_failing_field(
    api: Api, method: str, path: str, body: Any, fields: set[str]
) -> None:
    before = len(api.sandbox.store.history)
    reply = await api(method, path, body)
    assert (reply.status, reply.json["key"], reply.fields) == (400, "invalid_data", fields)
    assert len(api.sandbox.store.history) == before


async def test_a_body_that_is_not_json_is_refused(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.token}", "Wethod-Company": "acme", "Wethod-Version": "2024-06-15"}
    url = f"{api.sandbox.url}/api/streams"
    for raw, kind in ((b"{", "application/json"), (b'{"name": NaN}', "application/json"), (b"name=x", "text/plain")):
        async with api.session.post(url, data=raw, headers={**headers, "Content-Type": kind}) as response:
            assert response.status == 400
    assert (await api("POST", "/api/streams")).fields == {"body"}


async def test_an_empty_array_is_an_empty_body(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.token}", "Wethod-Company": "acme", "Wethod-Version": "2024-06-15"}
    headers["Content-Type"] = "application/json"

    async def send(path: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        async with api.session.post(f"{api.sandbox.url}{path}", data=raw, headers=headers) as response:
            return response.status, await response.json()

    for raw in (b"[]", b"{}", b" [ ] ", b""):
        budget = (await api("POST", "/api/budgets", {"project_id": 1})).json["id"]
        assert (await send(f"/api/budgets/{budget}:submit", raw))[0] == 200, raw
        stream = api.sandbox.add("streams").id
        assert (await send(f"/api/streams/{stream}:archive", raw))[0] == 200, raw
    status, answer = await send("/api/streams", b"[]")
    assert (status, [failure["field"] for failure in answer["failures"]]) == (400, ["name"])
    for raw in (b"[1]", b"[{}]", b"null", b"0"):
        assert (await send("/api/budgets/1:submit", raw))[0] == 400


async def test_days_left_are_whole_as_the_contract_assumes(api: Api) -> None:
    body = {"project_id": 1, "date": "2026-05-04"}
    assert (await api("POST", "/api/project-statuses", {**body, "days_left": 4.5})).fields == {"days_left"}
    made = await api("POST", "/api/project-statuses", {**body, "days_left": 4})
    assert made.status == 201
    assert (await api("PATCH", f"/api/project-statuses/{made.json['id']}", {"days_left": 1.5})).status == 400


async def test_a_monday_with_another_day_is_refused_with_advice(api: Api) -> None:
    reply = await api("POST", "/api/timesheets", {"project_id": 1, "hours": 2, "date": "2026-05-04", "day": "wed"})
    assert reply.fields == {"day"}
    assert "date is the day worked, not the Monday" in reply.json["failures"][0]["message"]


async def test_what_is_demanded_of_a_new_row_stands_in_the_contract(api: Api) -> None:
    contract = load()
    for operation in contract.operations:
        if operation.kind == "create" and operation.body:
            reply = await api("POST", operation.path, {})
            schema = contract.schemas[operation.body]
            needed = set(words(schema.get("required"))) | set(words(mapping(schema.get("else") or {}).get("required")))
            assert (reply.fields if reply.status == 400 else set()) == needed, operation.id


async def test_every_state_an_action_asks_for_stands_in_the_contract(api: Api) -> None:
    actions = [operation for operation in load().operations if operation.kind == "action"]
    assert all(operation.before and operation.after and operation.assumed for operation in actions)
    assert all(412 in operation.statuses for operation in load().operations)
