"""Lists: pages, filters, deletions, order, search, relations."""

from __future__ import annotations

import re

import jsonschema
import pytest

from asyncsdk.sandbox.contract import load
from asyncsdk.sandbox.relations import target
from asyncsdk.sandbox.store import Where
from asyncsdk.sandbox.tables import tables

from .conftest import Api, Open

PLANS = "/api/production-plan-streams"


async def test_a_plain_list_has_the_rows_asked_for_by_id(api: Api) -> None:
    pages = [await api.get(f"{PLANS}?offset={offset}") for offset in (0, 100, 200, 300)]
    ids = [row["id"] for page in pages for row in page]
    assert [len(page) for page in pages] == [100, 100, 100, 0]
    assert ids == sorted(ids)
    assert len(set(ids)) == 300


async def test_pages_are_slices_of_the_list_whatever_the_limit(api: Api) -> None:
    whole = [row["id"] for offset in (0, 100, 200) for row in await api.get(f"{PLANS}?offset={offset}")]
    for limit, offset in ((1, 0), (7, 43), (100, 250), (13, 299)):
        page = await api.get(f"{PLANS}?limit={limit}&offset={offset}")
        assert [row["id"] for row in page] == whole[offset : offset + limit]


async def test_deleted_rows_are_left_out_added_or_alone(api: Api) -> None:
    live = await api.get("/api/production-streams?deleted=exclude")
    both = await api.get("/api/production-streams?deleted=include")
    only = await api.get("/api/production-streams?deleted=only")
    assert all(row["deleted_at"] is None for row in live)
    assert only
    assert all(row["deleted_at"] is not None for row in only)
    assert {row["id"] for row in both} <= {row["id"] for row in live + only} | {row["id"] for row in both[-10:]}
    since = only[0]["deleted_at"]
    late = await api.get(f"/api/production-streams?deleted=only&deleted_at=gte:{since}")
    assert {row["id"] for row in late} == {row["id"] for row in only if row["deleted_at"] >= since}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("eq:{m}", lambda value, m, n: value == m),
        ("{m}", lambda value, m, n: value == m),
        ("neq:{m}", lambda value, m, n: value != m),
        ("gt:{m}", lambda value, m, n: value > m),
        ("gte:{m}", lambda value, m, n: value >= m),
        ("lt:{m}", lambda value, m, n: value < m),
        ("lte:{m}", lambda value, m, n: value <= m),
        ("in:{m},{n}", lambda value, m, n: value in (m, n)),
        ("nin:{m},{n}", lambda value, m, n: value not in (m, n)),
        ("bt:{m},{n}", lambda value, m, n: m <= value <= n),
    ],
)
@pytest.mark.parametrize(
    ("path", "field"),
    [("/api/invoices", "issue_date"), ("/api/invoices", "updated_at"), ("/api/projects", "probability")],
)
async def test_every_operator_keeps_the_rows_it_says(
    api: Api, path: str, field: str, written: str, kept: object
) -> None:
    assert callable(kept)
    read = int if field == "probability" else str
    rows = await api.get(path)
    values = sorted(read(row[field]) for row in rows)
    low, high = values[len(values) // 3], values[len(values) * 2 // 3]
    found = await api.get(f"{path}?{field}={written.format(m=low, n=high)}")
    assert [row["id"] for row in found] == [row["id"] for row in rows if kept(read(row[field]), low, high)]


async def test_a_moment_between_two_milliseconds_falls_between_their_rows(api: Api) -> None:
    rows = await api.get("/api/invoices")
    stamp = rows[3]["updated_at"]
    later = stamp.replace("Z", "500Z")
    at_or_after = {row["id"] for row in await api.get(f"/api/invoices?updated_at=gte:{later}")}
    assert at_or_after == {row["id"] for row in rows if row["updated_at"] > stamp}
    shifted = stamp.replace("Z", "%2B00:00")
    assert rows[3]["id"] in {row["id"] for row in await api.get(f"/api/invoices?updated_at={shifted}")}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=0", {"limit"}),
        ("limit=101", {"limit"}),
        ("offset=-1", {"offset"}),
        ("limit=ten", {"limit"}),
        ("limit=1&limit=2", {"limit"}),
        ("deleted=maybe", {"deleted"}),
        ("project_id=eq:7", {"project_id"}),
        ("updated_at=since:2026-01-01T00:00:00Z", {"updated_at"}),
        ("updated_at=gte:2026-01-01", {"updated_at"}),
        ("updated_at=gte:2026-01-01T00:00:00", {"updated_at"}),
        ("updated_at=gte:2026-01-01T00:00:00+01:00", {"updated_at"}),
        ("updated_at=bt:2026-01-01T00:00:00Z", {"updated_at"}),
        ("updated_at=gte:2026-02-30T00:00:00Z", {"updated_at"}),
        ("colour=red", {"colour"}),
        ("limit=0&offset=-1&colour=red&deleted=no", {"limit", "offset", "colour", "deleted"}),
    ],
)
async def test_a_query_that_does_not_fit_names_every_failing_parameter(api: Api, query: str, fields: set[str]) -> None:
    reply = await api("GET", f"{PLANS}?{query}")
    assert (reply.status, reply.json["key"], reply.fields) == (400, "invalid_data", fields)


async def test_a_plus_that_was_lost_on_the_way_is_explained(api: Api) -> None:
    reply = await api("GET", f"{PLANS}?updated_at=gte:2026-01-01T00:00:00+01:00")
    assert "%2B" in reply.json["failures"][0]["message"]


async def test_order_goes_both_ways_and_its_default_is_kept(api: Api) -> None:
    names = [row["name"] for row in await api.get("/api/custom-field-options?order=-name,sort")]
    assert names == sorted(names, reverse=True)
    logs = [row["created_at"] for row in await api.get("/api/timesheet-logs")]
    assert logs == sorted(logs, reverse=True)
    dates = [row["date"] for row in await api.get("/api/timesheet-logs?order=%2Bdate")]
    assert dates == sorted(dates)
    assert (await api("GET", "/api/timesheet-logs?order=hours")).fields == {"order"}
    assert (await api("GET", "/api/timesheet-logs?order=+date")).fields == {"order"}


async def test_search_looks_into_names_and_takes_no_wildcards(api: Api) -> None:
    assert [row["name"] for row in await api.get("/api/streams?search=develop")] == ["Developers"]
    assert await api.get("/api/streams?search=%25") == []


async def test_relations_come_only_when_asked_for(api: Api) -> None:
    assert "stream_leaders" not in (await api.get("/api/streams"))[0]
    stream = (await api.get("/api/streams?include=streamLeaders,streamMembers&limit=1"))[0]
    assert stream["stream_leaders"][0]["stream_id"] == stream["id"] == stream["stream_members"][0]["stream_id"]
    assert (await api("GET", "/api/streams?include=leaders")).fields == {"include"}
    client = await api.get("/api/clients/1?include=externalIdentifiers")
    assert client["external_identifiers"][0]["external_id"] == "EXT-0001"
    field = (await api.get("/api/custom-fields?include=options"))[0]
    assert [option["custom_field_id"] for option in field["options"]] == [field["id"]] * 3


async def test_archived_filters_take_words(api: Api) -> None:
    archived = await api.get("/api/streams?is_archived=true")
    assert archived
    assert all(row["archived_at"] for row in archived)
    assert all(row["archived_at"] is None for row in await api.get("/api/streams?is_archived=false"))
    assert (await api("GET", "/api/streams?is_archived=yes")).fields == {"is_archived"}
    everything = len(await api.get("/api/custom-fields"))
    kept = [len(await api.get(f"/api/custom-fields?archived={word}")) for word in ("include", "exclude", "only")]
    assert kept[0] == everything == kept[1] + kept[2]


async def test_filters_by_what_another_list_says(api: Api) -> None:
    assignee = (await api.get("/api/project-plan-task-assignees"))[0]
    tasks = await api.get(f"/api/project-plan-tasks?employee_id={assignee['employee_id']}")
    assert assignee["project_plan_task_id"] in {task["id"] for task in tasks}
    area = (await api.get("/api/project-plan-areas"))[0]
    tasks = await api.get(f"/api/project-plan-tasks?project_id={area['project_id']}")
    assert area["id"] in {task["project_plan_area_id"] for task in tasks}
    modes = {row["mode"] for row in await api.get("/api/timesheet-logs?mode=DAILY")}
    assert modes == {"daily"}
    assert (await api("GET", "/api/timesheet-logs?mode=daily")).fields == {"mode"}


async def test_every_list_answers_as_the_contract_says(api: Api) -> None:
    for operation in load().operations:
        if operation.is_list:
            path = re.sub(r"\{\w+\}", "1", operation.path)
            assert await api.get(path), operation.id


async def test_every_filter_of_every_list_is_understood(api: Api) -> None:
    samples = {"date": "bt:2024-01-01,2025-12-31", "date-time": "gte:2023-01-01T00:00:00Z", "integer": "gte:0"}
    for operation in load().operations:
        for parameter in operation.query.values():
            value = samples.get(parameter.filter or "") or (parameter.enum or parameter.values or ("1",))[0]
            if parameter.name == "order" and not parameter.values:
                value = "-name"
            path = re.sub(r"\{\w+\}", "1", operation.path)
            reply = await api(operation.method, f"{path}?{parameter.name}={value}")
            assert reply.status in (200, 404), (operation.id, parameter.name, reply.raw)


async def test_numbers_of_projects_are_strings_and_metadata_are_keys(api: Api) -> None:
    rows = await api.get("/api/projects")
    assert all(isinstance(row[name], str) for row in rows for name in ("value", "probability", "duration"))
    assert any(name.startswith("metadata_") for row in rows for name in row)
    assert all(row["mode"].islower() for row in await api.get("/api/timesheets"))


async def test_ids_point_to_rows_that_exist_and_rows_fit_their_schemas(api: Api) -> None:
    store = api.sandbox.store
    for name, table in tables().items():
        total = store.count(name)
        assert total, name
        document = {"$ref": f"#/components/schemas/{table.model}", "components": load().document["components"]}
        validator = jsonschema.Draft202012Validator(document)
        for id in store.ids(name, "all"):
            row = store.row(name, id)
            validator.validate(row)
            assert row is not None
            assert str(row["created_at"]) <= str(row["updated_at"]) < store.day
        for field in table.all_columns:
            if pointed := target(field, name):
                held = {value for value in store.column(name, field, Where("1")) if value is not None}
                assert held <= store.ids(pointed, "all"), (name, field)


async def test_the_seed_decides_every_row(open_api: Open) -> None:
    found = []
    for seed in (1, 1, 2):
        async with open_api(seed=seed) as api:
            paths = ("/api/projects", PLANS, "/api/persons", "/api/timesheets?deleted=only")
            found.append([await api.get(path) for path in paths])
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.parametrize("rows", [0, 1, 49, 50, 51, 999])
async def test_any_number_of_rows_is_exact(open_api: Open, rows: int) -> None:
    async with open_api(rows=rows) as api:
        assert api.sandbox.count(PLANS) == rows == len(api.sandbox.store.ids("production_plan_streams", "live"))
        assert (await api("GET", PLANS)).status == 200


async def test_an_answer_is_packed_only_when_asked_for_and_large(api: Api) -> None:
    packed = await api("GET", PLANS, headers={"Accept-Encoding": "gzip"})
    plain = await api("GET", PLANS, headers={"Accept-Encoding": "identity"})
    small = await api("GET", f"{PLANS}/1", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.raw == plain.raw
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in small.headers


@pytest.mark.parametrize("order", ["id", "-id", "updated_at", "-created_at"])
async def test_lists_can_have_another_order_than_by_id(open_api: Open, order: str) -> None:
    async with open_api(order=order) as api:
        values = [row[order.removeprefix("-")] for row in await api.get(f"{PLANS}?limit=50&offset=20")]
        assert values == sorted(values, reverse=order.startswith("-"))
    with pytest.raises(ValueError, match="order"):
        async with open_api(order="name"):
            pass
