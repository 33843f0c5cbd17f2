"""Faults that are ordered: what is struck, what a client sees of it, and whether the work was done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from asyncsdk.sandbox.faults import LOST, Fault, FaultKind, from_json
from asyncsdk.sandbox.patterns import Pattern
from asyncsdk.sandbox.service import ServedAnswer
from asyncsdk.sandbox.striking import strike_of

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


# Every kind that loses an answer, and what a client sees of it.
LOSING: dict[FaultKind, Any] = {
    "fail": 503,
    "html": 502,
    "garbage": 200,
    "drop": aiohttp.ServerDisconnectedError,
    "cut": aiohttp.ClientPayloadError,
    "hang": TimeoutError,
}


async def ask(api: Api, method: str, path: str, body: Any = None) -> Any:
    try:
        async with asyncio.timeout(0.2 if "hang" in {fault.kind for fault in api.sandbox.faults} else 20):
            return (await api(method, path, body)).status
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error)


@pytest.mark.parametrize("kind", LOSING)
@pytest.mark.parametrize("handled", [False, True])
async def test_an_answer_is_lost_before_or_after_the_work_was_done(
    open_api: Open, kind: FaultKind, handled: bool
) -> None:
    async with open_api(empty=True) as api:
        held = api.sandbox.add("streams", name="Held")
        gone = api.sandbox.add("streams", name="Gone")
        writes = (
            ("POST", "/api/streams", {"name": "Made"}),
            ("PATCH", f"/api/streams/{held.id}", {"name": "Changed"}),
            ("DELETE", f"/api/streams/{gone.id}", None),
            ("POST", f"/api/streams/{held.id}:archive", None),
        )
        for method, path, body in writes:
            times = 2 if (kind, method) == ("drop", "DELETE") else 1  # aiohttp sends a lost DELETE again
            fault = getattr(api.sandbox, kind)(f"{method} {path}", handled=handled, times=times)
            seen = await ask(api, method, path, body)
            status = 201 if (kind, handled, path) == ("garbage", True, "/api/streams") else LOSING[kind]
            assert seen == status, (method, path)
            assert fault.spent
            api.sandbox.faults.clear()
        names = {row["name"] for row in api.sandbox.rows_of("streams")}
        assert names == ({"Made", "Changed"} if handled else {"Held", "Gone"})
        row = api.sandbox.row_of("streams", held.id)
        assert row is not None
        assert (row["archived_at"] is not None) == handled


def test_every_kind_that_loses_an_answer_is_tried_above() -> None:
    assert LOSING.keys() | {"late"} == LOST


@pytest.mark.parametrize("answer", ["html", "fail", "drop", "cut", "garbage", "hang"])
async def test_a_late_deed_is_done_when_its_answer_is_out(open_api: Open, answer: Any) -> None:
    async with open_api(empty=True) as api:
        api.sandbox.late("POST /api/streams", seconds=0.3, answer=answer)
        lost = asyncio.ensure_future(ask(api, "POST", "/api/streams", {"name": "Late"}))
        if answer == "hang":
            while not api.sandbox.pending:
                await asyncio.sleep(0)
            lost.cancel()
        else:
            seen = await lost
            assert seen in (504, 200, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError)
        assert (api.sandbox.count("streams"), api.sandbox.pending) == (0, 1)
        await api.sandbox.finished()
        assert (api.sandbox.count("streams"), api.sandbox.pending) == (1, 0)


async def test_late_deeds_end_with_the_sandbox(open_api: Open) -> None:
    async with open_api(empty=True) as api:
        api.sandbox.late("POST /api/streams", seconds=3600)
        assert await ask(api, "POST", "/api/streams", {"name": "Late"}) == 504
        await api.sandbox.aclose()
        assert api.sandbox.pending == 0


async def test_a_late_answer_may_itself_take_its_time(open_api: Open) -> None:
    async with open_api(empty=True) as api:
        api.sandbox.late("POST /api/streams", seconds=0, wait=0.2)
        lost = asyncio.ensure_future(ask(api, "POST", "/api/streams", {"name": "Late"}))
        while api.sandbox.count("streams") == 0:
            await asyncio.sleep(0)
        assert not lost.done()
        assert await lost == 504


async def test_who_leaves_during_a_delay_has_asked_or_not(open_api: Open) -> None:
    for handled in (True, False):
        async with open_api(empty=True) as api:
            api.sandbox.delay("POST /api/streams", seconds=60, handled=handled)
            left = asyncio.ensure_future(api("POST", "/api/streams", {"name": "x"}))
            while api.sandbox.in_flight == 0 or api.sandbox.count("streams") != handled:
                await asyncio.sleep(0)
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)
            while api.sandbox.in_flight:
                await asyncio.sleep(0)
            assert api.sandbox.count("streams") == handled


def test_faults_are_decided_without_a_server() -> None:
    faults = [Fault("late", "POST /api/streams", seconds=5, answer="drop"), Fault("cut", "GET *", times=None)]
    late = strike_of(faults, "POST", "/api/streams", "")
    assert (late.deed, late.deed_after, late.outgoing(None).ending) == ("later", 5, "closed")
    assert strike_of(faults, "POST", "/api/streams", "").deed == "now"
    cut = strike_of(faults, "GET", "/api/streams", "offset=3")
    sent = cut.outgoing(ServedAnswer(200, "[1, 2, 3]"))
    assert (cut.deed, sent.body, sent.length, sent.ending) == ("now", b"[1, ", 9, "closed")
    well = strike_of([], "GET", "/api/streams", "")
    assert (well.deed, well.outgoing(ServedAnswer(200, "[]")).body) == ("now", b"[]")


@pytest.mark.parametrize(
    ("pattern", "method", "path", "fits"),
    [
        ("GET /api/projects", "GET", "/api/projects", True),
        ("GET /api/projects", "GET", "/api/projects/1", False),
        ("GET /api/projects", "POST", "/api/projects", False),
        ("* *", "DELETE", "/anything", True),
        ("* /api/streams/*", "POST", "/api/streams/5:archive", True),
        ("* /api/streams/*", "GET", "/api/streams/", True),
        ("* /api/streams/*", "GET", "/api/streams", False),
        ("GET /api/*/leaders", "GET", "/api/streams/5/leaders", True),
        ("GET /api/projects/{id}", "GET", "/api/projects/12", True),
        ("GET /api/projects/{id}", "GET", "/api/projects/", False),
        ("GET /api/projects/{id}", "GET", "/api/projects/1a", False),
        ("GET /api/{a}5", "GET", "/api/155", True),
        ("GET /api/{a}5", "GET", "/api/5", False),
        ("GET /api/{a}*5", "GET", "/api/125", True),
        ("GET /api.x", "GET", "/apiyx", False),
        ("GET /**a", "GET", "/ba", True),
    ],
)
def test_a_pattern_fits_what_it_says(pattern: str, method: str, path: str, fits: bool) -> None:
    assert Pattern(pattern).fits(method, path) == fits


def test_no_pattern_takes_long_over_any_path() -> None:
    steps = 0

    class Path(str):
        __slots__ = ()

        def __iter__(self) -> Any:
            nonlocal steps
            for character in super().__iter__():
                steps += 1
                yield character

    for pattern in ("GET /" + "*a" * 190, "GET /" + "{i}" * 90 + "*" * 90, "GET /*{i}" * 1 + "*1{i}" * 60):
        for path in ("/" + "a" * 8000 + "b", "/" + "1" * 8000 + "b"):
            steps = 0
            Pattern(pattern).fits("GET", Path(path))
            assert steps <= len(path)


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
        {"kind": "drift", "on": PROJECTS, "kinds": []},
        {"kind": "drift", "on": PROJECTS, "per_request": 10**9},
        {"kind": "delay", "on": PROJECTS, "seconds": float("nan")},
        {"kind": "delay", "on": PROJECTS, "seconds": float("inf")},
        {"kind": "delay", "on": PROJECTS, "seconds": 10**400},
        {"kind": "delay", "on": PROJECTS, "seconds": -1},
        {"kind": "delay", "on": PROJECTS, "seconds": True},
        {"kind": "late", "on": PROJECTS, "answer": "delay"},
        {"kind": "late", "on": PROJECTS, "wait": -1},
        {"kind": "fail", "on": PROJECTS, "status": 99_999},
        {"kind": "fail", "on": PROJECTS, "status": 101},
        {"kind": "fail", "on": PROJECTS, "status": True},
        {"kind": "fail", "on": PROJECTS, "status": 5.5},
        {"kind": "fail", "on": PROJECTS, "body": float("nan")},
        {"kind": "fail", "on": PROJECTS, "body": {1, 2}},
        {"kind": "fail", "on": PROJECTS, "headers": {"X-A": "1\r\nX-B: 2"}},
        {"kind": "fail", "on": PROJECTS, "headers": {"X A": "1"}},
        {"kind": "fail", "on": PROJECTS, "headers": {"Content-Length": "5"}},
        {"kind": "fail", "on": PROJECTS, "headers": {"X-A": 1}},
        {"kind": "fail", "on": PROJECTS, "retry_after": 10**5000},
        {"kind": "fail", "on": PROJECTS, "query": {"offset": 0}},
        {"kind": "drop", "on": PROJECTS, "times": 0},
        {"kind": "drop", "on": PROJECTS, "times": True},
        {"kind": "drop", "on": PROJECTS, "after": -1},
        {"kind": "drop", "on": 5},
        {"kind": "drop", "on": "GET /" + "a" * 500},
        {"kind": ["drop"], "on": PROJECTS},
        [[[{"kind": "drop", "on": PROJECTS}]]],
        {"on": PROJECTS},
        "drop",
    ],
)
def test_a_fault_that_means_nothing_is_refused(fault: Any) -> None:
    with pytest.raises(ValueError):
        from_json(fault)


async def test_faults_can_be_given_from_the_start(open_api: Open) -> None:
    async with open_api(faults=[{"kind": "html", "on": PROJECTS}]) as api:
        assert (await api("GET", "/api/projects")).status == 502
