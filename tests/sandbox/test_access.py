"""Who may ask: tokens, headers, companies, permissions, features, the rate limit."""

from __future__ import annotations

import asyncio
import email.utils

import attrs
import pytest

from asyncsdk.sandbox.limits import Window

from .conftest import Api, Open

PLANS = "/api/production-plan-streams"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer other"}, 401),
        ({"Authorization": "Basic sandbox-token"}, 401),
        ({"Wethod-Company": None}, 400),
        ({"Wethod-Version": None}, 400),
        ({"Wethod-Version": "2020-01-01"}, 400),
        ({"Wethod-Company": "globex"}, 403),
    ],
)
async def test_headers_that_are_missing_or_wrong_are_refused(
    api: Api, headers: dict[str, str | None], status: int
) -> None:
    reply = await api("GET", PLANS, headers=headers)
    assert reply.status == status
    assert {"key", "message"} <= reply.json.keys()
    assert "sandbox-token" not in reply.raw.decode()


async def test_both_missing_headers_are_named(api: Api) -> None:
    reply = await api("GET", PLANS, headers={"Wethod-Company": None, "Wethod-Version": None})
    assert reply.fields == {"Wethod-Company", "Wethod-Version"}


async def test_unknown_paths_and_methods_are_refused_as_json(api: Api) -> None:
    for path in ("/", "/api/nothing", "/api/projects/abc", "/api/projects/1/", "/api/streams/1%3Aarchive"):
        reply = await api("GET", path)
        assert (reply.status, reply.json["key"]) == (404, "not_found"), path
    reply = await api("DELETE", "/api/projects")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, POST")


async def test_ids_that_are_not_there_are_404(api: Api) -> None:
    for path in ("/api/projects/999999", "/api/projects/0", f"/api/projects/{'9' * 30}", "/api/streams/99/leaders"):
        assert (await api("GET", path)).status == 404, path
    assert (await api("POST", "/api/streams/99:archive")).status == 404


async def test_every_answer_is_dated_and_never_before_the_rows_it_shows(api: Api) -> None:
    made = await api("POST", "/api/streams", {"name": "New"})
    dated = email.utils.parsedate_to_datetime(made.headers["Date"])
    assert f"{dated:%Y-%m-%dT%H:%M:%S}" <= made.json["updated_at"]
    assert "Date" in (await api("GET", "/nothing")).headers


async def test_companies_have_their_own_rows(api: Api) -> None:
    token = api.sandbox.add_token("globex-token", company="globex")
    globex = attrs.evolve(api, token=token, company="globex")
    await api("PATCH", "/api/projects/1", {"name": "Ours"})
    assert (await globex.get("/api/projects/1"))["name"] != "Ours"
    assert (await globex("GET", PLANS, headers={"Wethod-Company": "acme"})).status == 403


async def test_an_operation_needs_one_of_its_permissions(api: Api) -> None:
    limited = api.as_("crm.view")
    assert (await limited("GET", "/api/clients")).status == 200
    refused = await limited("GET", PLANS)
    assert (refused.status, refused.json["key"]) == (403, "forbidden")
    assert (await limited("POST", "/api/streams/1:archive")).status == 403


async def test_view_without_view_other_narrows_lists_and_rows_in_silence(api: Api) -> None:
    projects = await api.get("/api/projects")
    mine = {row["id"] for row in projects if 1 in (row["pm_id"], row["account_id"])}
    everything = await api.get(PLANS)
    for permission in ("view", "view_other"):

        def seen(id: int, own: bool = permission == "view") -> bool:
            return (id in mine) == own

        limited = api.as_(f"pipeline.{permission}", f"production_plan.{permission}", f"budget.{permission}")
        assert {row["id"] for row in await limited.get("/api/projects")} == {p["id"] for p in projects if seen(p["id"])}
        rows = await limited.get(PLANS)
        expected = [row["id"] for row in everything if seen(row["project_id"])]
        assert [row["id"] for row in rows][: len(expected)] == expected
        assert all(seen(row["project_id"]) for row in rows)
        for path in ("/api/budget-tasks", "/api/budget-days", "/api/budget-areas", "/api/budget-price-list-levels"):
            assert 0 < len(await limited.get(path)) <= 100
        for row in projects[:20]:
            status = (await limited("GET", f"/api/projects/{row['id']}")).status
            assert status == (200 if seen(row["id"]) else 404)
    both = api.as_("pipeline.view", "pipeline.view_other")
    assert len(await both.get("/api/projects")) == len(projects)


async def test_edit_without_edit_other_changes_own_rows_only(api: Api) -> None:
    projects = await api.get("/api/projects")
    mine = next(row["id"] for row in projects if 1 in (row["pm_id"], row["account_id"]))
    other = next(row["id"] for row in projects if 1 not in (row["pm_id"], row["account_id"]))
    limited = api.as_("pipeline.view", "pipeline.view_other", "pipeline.edit")
    assert (await limited("PATCH", f"/api/projects/{mine}", {"name": "x"})).status == 200
    assert (await limited("PATCH", f"/api/projects/{other}", {"name": "x"})).status == 403
    orders = api.as_("pipeline.view_other", "pipeline.job_order")
    assert (await orders("PATCH", f"/api/projects/{other}", {"job_order": "jo"})).status == 200
    assert (await orders("PATCH", f"/api/projects/{other}", {"name": "x"})).status == 403


async def test_past_allocations_and_sent_invoices_need_their_own_permission(api: Api) -> None:
    planner = api.as_("planning.modify", "planning.modify_other")
    past, future = (
        {"person_id": 1, "project_id": 1, "hours": 2, "date": date} for date in ("2020-01-06", "2999-01-07")
    )
    assert (await planner("POST", "/api/people-allocations", past)).status == 403
    assert (await planner("POST", "/api/people-allocations", future)).status == 201
    biller = api.as_("invoices.edit", "invoices.edit_other")
    invoices = {row["status"]: row["id"] for row in await api.get("/api/invoices")}
    assert (await biller("PATCH", f"/api/invoices/{invoices['sent']}", {"notes": "x"})).status == 403
    assert (await biller("PATCH", f"/api/invoices/{invoices['draft']}", {"notes": "x"})).status == 200


async def test_a_feature_that_is_off_is_412_on_the_operations_that_need_it(open_api: Open) -> None:
    async with open_api(without=("streams", "Custom Fields")) as api:
        refused = await api("GET", PLANS)
        assert (refused.status, refused.json["key"]) == (412, "precondition_failure")
        assert (await api("GET", "/api/custom-fields")).status == 412
        assert (await api("GET", "/api/projects")).status == 200


async def test_me_is_the_person_of_the_token(api: Api) -> None:
    assert (await api.get("/api/persons/me"))["id"] == 1
    assert (await api.as_("crm.view", person=5).get("/api/persons/me"))["id"] == 5


async def test_the_rate_limit_is_a_moving_window_and_says_how_long(open_api: Open) -> None:
    now = [1_800_000_000.0]
    async with open_api(rate_limit=3, rate_window=10, clock=lambda: now[0]) as api:
        statuses = [(await api("GET", PLANS)).status for _ in range(3)]
        now[0] += 4.5
        refused = await api("GET", PLANS)
        assert statuses == [200, 200, 200]
        assert (refused.status, refused.headers["x-ratelimit-retry-after"]) == (429, "6")
        assert refused.json["message"]
        now[0] += 6
        assert (await api("GET", PLANS)).status == 200
        other = api.as_("crm.view")
        assert (await other("GET", "/api/clients")).status == 200


def test_a_window_lets_exactly_its_limit_through() -> None:
    window = Window(5, 2.0)
    granted = [time / 100 for time in range(1000) if window.take(time / 100) == 0]
    for start in granted:
        assert sum(start <= moment < start + 2.0 for moment in granted) <= 5
    assert len(granted) == 25


@pytest.mark.parametrize("raw", [b"/api/streams?search=\xff", b"/api/\xff", b"/api/streams?order=%FF%00&%ff=1"])
async def test_bytes_that_are_no_text_are_refused(api: Api, raw: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.sandbox.port)
    headers = f"Authorization: Bearer {api.token}\r\nWethod-Company: acme\r\nWethod-Version: 2024-06-15"
    writer.write(b"GET " + raw + f" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] in (b"400", b"404")


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_body_of_megabytes_is_refused(api: Api) -> None:
    assert (await api("POST", "/api/streams", {"name": "x" * 2_000_000})).status == 413
