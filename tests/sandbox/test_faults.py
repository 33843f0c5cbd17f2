"""Faults on order, rows that change behind a walk, and the control path."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.faults import Fault, from_json
from asyncsdk.sandbox.tables import tables

from .conftest import Api, Open

PROJECTS = "GET /api/projects"
PLANS = "/api/production-plan-streams"


async def test_a_status_is_sent_as_often_as_ordered(api: Api) -> None:
    fault = api.sandbox.fail(PROJECTS, status=429, times=2, after=1, retry_after=7)
    replies = [await api("GET", "/api/projects") for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 429, 429, 200]
    assert replies[1].headers["x-ratelimit-retry-after"] == "7"
    assert (fault.used, fault.spent) == (2, True)
    assert (await api("GET", "/api/streams")).status == 200


async def test_a_pattern_and_a_query_choose_what_is_struck(api: Api) -> None:
    api.sandbox.fail("* /api/projects/{id}", times=None)
    assert (await api("GET", "/api/projects")).status == 200
    assert (await api("GET", "/api/projects/2")).status == 503
    assert (await api("PATCH", "/api/projects/2", {"name": "x"})).status == 503
    api.sandbox.fail(f"GET {PLANS}", query={"offset": "100"}, body={"key": "k", "message": "m"}, status=500)
    assert (await api("GET", f"{PLANS}?offset=0")).status == 200
    assert (await api("GET", f"{PLANS}?offset=100")).json == {"key": "k", "message": "m"}


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (lambda sandbox: sandbox.drop("* *", times=2), aiohttp.ServerDisconnectedError),  # aiohttp sends a GET again
        (lambda sandbox: sandbox.cut("* *"), aiohttp.ClientPayloadError),
    ],
)
async def test_a_connection_breaks_without_an_answer_or_amid_it(
    api: Api, order: Callable[..., Fault], error: type[Exception]
) -> None:
    order(api.sandbox)
    with pytest.raises(error):
        await api("GET", "/api/projects")
    assert api.sandbox.requests[-1].status is None
    assert (await api("GET", "/api/projects")).status == 200


async def test_an_answer_may_be_lost_before_or_after_the_work_was_done(api: Api) -> None:
    for handled, made in ((False, 0), (True, 1)):
        before = api.sandbox.count("streams")
        api.sandbox.drop("POST /api/streams", handled=handled)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await api("POST", "/api/streams", {"name": "x"})
        assert api.sandbox.count("streams") == before + made


async def test_garbage_and_a_proxys_page_are_no_json(api: Api) -> None:
    api.sandbox.garbage(PROJECTS)
    garbage = await api("GET", "/api/projects")
    assert (garbage.status, garbage.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError, match="decode"):
        _ = garbage.json
    api.sandbox.html(PROJECTS)
    page = await api("GET", "/api/projects")
    assert (page.status, page.headers["Content-Type"]) == (502, "text/html")
    assert b"<html>" in page.raw


async def test_a_hung_request_ends_with_the_client_or_the_sandbox(open_api: Open) -> None:
    async with open_api() as api:
        api.sandbox.hang("GET /api/streams")
        lost = asyncio.ensure_future(api("GET", "/api/streams"))
        while api.sandbox.in_flight == 0:
            await asyncio.sleep(0)
        assert (await api("GET", "/api/projects")).status == 200
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
        api.sandbox.hang("GET /api/streams")
        hung = asyncio.ensure_future(api("GET", "/api/streams"))
        while api.sandbox.in_flight == 0:
            await asyncio.sleep(0)
        await api.sandbox.aclose()
        with pytest.raises(aiohttp.ClientError):
            await hung


async def test_a_delayed_answer_comes_after_one_that_was_asked_for_later(api: Api) -> None:
    api.sandbox.delay(PROJECTS, seconds=0.1)
    came: list[str] = []

    async def ask(path: str) -> None:
        await api.get(path)
        came.append(path)

    await asyncio.gather(ask("/api/projects"), ask("/api/streams"))
    assert came == ["/api/streams", "/api/projects"]


async def test_an_ignored_offset_gives_the_first_page_again(api: Api) -> None:
    fault = api.sandbox.ignore_offset(f"GET {PLANS}")
    pages = [await api.get(f"{PLANS}?limit=10&offset={offset}") for offset in (0, 10, 20)]
    assert pages[0] == pages[1] == pages[2]
    api.sandbox.faults.remove(fault)
    assert await api.get(f"{PLANS}?limit=10&offset=10") != pages[0]


async def test_fields_come_under_another_name_or_of_another_type(api: Api) -> None:
    api.sandbox.rename(PROJECTS, "name", "title")
    api.sandbox.retype(f"GET {PLANS}/*", "value", "string", times=1)
    rows = await api.get("/api/projects")
    assert all("title" in row and "name" not in row for row in rows)
    assert isinstance((await api.get(f"{PLANS}/1"))["value"], str)
    assert isinstance((await api.get(f"{PLANS}/1"))["value"], float)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "explode", "on": PROJECTS},
        {"kind": "drop", "on": "projects"},
        {"kind": "drop", "on": PROJECTS, "tmies": 2},
        {"kind": "drop", "on": PROJECTS, "times": "2"},
        {"kind": "rename", "on": PROJECTS, "field": "name"},
        {"kind": "retype", "on": PROJECTS, "field": "name", "to": "date"},
        {"kind": "drift", "on": PROJECTS, "kinds": ["explode"]},
        {"on": PROJECTS},
        "drop",
    ],
)
def test_a_fault_that_means_nothing_is_refused(fault: Any) -> None:
    with pytest.raises(ValueError):
        from_json(fault)


async def test_rows_change_between_answers_and_survivors_are_known(open_api: Open) -> None:
    async with open_api(rows=400) as api:
        before = {row["id"]: row for offset in range(0, 400, 100) for row in await api.get(f"{PLANS}?offset={offset}")}
        mark = api.sandbox.mark()
        api.sandbox.drift(f"GET {PLANS}", per_request=5)
        for _ in range(20):
            await api.get(PLANS)
        changes = api.sandbox.history(PLANS, since=mark)
        assert len(changes) == 100
        assert {change.kind for change in changes} == {"insert", "update", "soft_delete", "hard_delete"}
        gone = {change.id for change in changes if "delete" in change.kind}
        assert api.sandbox.survivors(PLANS, since=mark) == before.keys() - gone
        api.sandbox.faults.clear()
        after = {row["id"]: row for offset in range(0, 600, 100) for row in await api.get(f"{PLANS}?offset={offset}")}
        assert after.keys() == api.sandbox.store.ids("production_plan_streams", "live")
        assert len(after) == api.sandbox.count(PLANS)
        touched = {change.id for change in changes if change.kind == "update"} & after.keys() & before.keys()
        assert touched
        assert all(after[id]["updated_at"] > before[id]["updated_at"] for id in touched)


async def test_the_same_seed_gives_the_same_changes(open_api: Open) -> None:
    found = []
    for _ in range(2):
        async with open_api(seed=5) as api:
            api.sandbox.drift(f"GET {PLANS}")
            for _ in range(10):
                await api.get(PLANS)
            found.append([(change.kind, change.id) for change in api.sandbox.history(PLANS)])
    assert found[0] == found[1]


async def test_every_list_can_be_mutated(api: Api) -> None:
    for name in tables():
        for kind in ("insert", "update", "soft_delete", "hard_delete"):
            assert len(api.sandbox.mutate(name, kind)) == 1
    with pytest.raises(ValueError, match="known"):
        api.sandbox.mutate("nothing")


async def test_the_log_keeps_what_came_in_without_the_token(api: Api) -> None:
    await api("POST", "/api/streams?a=1", {"name": "x"})
    logged = api.sandbox.requests[-1]
    assert (logged.method, logged.path, logged.query, logged.status) == ("POST", "/api/streams", "a=1", 400)
    assert logged.body == b'{"name": "x"}'
    assert logged.headers["wethod-company"] == "acme"
    assert "authorization" not in logged.headers
    assert api.sandbox.statuses[400] == 1


async def test_the_control_path_orders_shows_and_forgets(api: Api) -> None:
    bare = {"Authorization": None, "Wethod-Company": None, "Wethod-Version": None}

    async def control(method: str, path: str, body: Any = None) -> Any:
        reply = await api(method, f"/_sandbox{path}", body, headers=dict(bare))
        assert reply.status == 200, reply.raw
        return reply.json

    ordered = await control("POST", "/faults", {"kind": "fail", "on": PROJECTS, "status": 500, "times": 2})
    assert ordered == [{"kind": "fail", "on": PROJECTS, "times": 2, "seen": 0, "used": 0}]
    assert (await api("GET", "/api/projects")).status == 500
    assert (await control("GET", "/requests"))[-1]["status"] == 500
    assert await control("DELETE", "/faults") == []
    assert (await api("GET", "/api/projects")).status == 200
    (change,) = await control("POST", "/mutate", {"resource": "projects", "kind": "insert"})
    assert change["kind"] == "insert"
    assert change["id"] in (await api("GET", "/api/projects")).ids
    assert (await control("GET", ""))["requests"] == 3
    await control("POST", "/reset")
    assert change["id"] not in (await api("GET", "/api/projects")).ids
    assert await control("GET", "/requests") != []
    assert await control("DELETE", "/requests") == []
    for method, path, body in (("PUT", "/faults", None), ("GET", "/nothing", None)):
        assert (await api(method, f"/_sandbox{path}", body)).status == 404
    assert (await api("POST", "/_sandbox/faults", {"kind": "explode", "on": "x"})).status == 400
    assert (await api("POST", "/_sandbox/mutate", {"resource": "nothing"})).status == 400


async def test_faults_can_be_given_from_the_start(open_api: Open) -> None:
    async with open_api(faults=[{"kind": "html", "on": PROJECTS}]) as api:
        assert (await api("GET", "/api/projects")).status == 502


async def test_many_at_a_time_are_counted(open_api: Open) -> None:
    async with open_api(latency_ms=30) as api:
        await asyncio.gather(*(api("GET", "/api/streams") for _ in range(10)))
        assert api.sandbox.peak_in_flight == 10
        assert api.sandbox.in_flight == 0


async def test_a_sandbox_can_be_closed_twice_and_opened_again() -> None:
    sandbox = Sandbox(rows=10)
    for _ in range(2):
        await sandbox.start()
        async with aiohttp.ClientSession() as session, session.get(sandbox.url) as response:
            assert response.status == 404
        await sandbox.aclose()
        await sandbox.aclose()
