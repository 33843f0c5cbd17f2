"""Lists as NDJSON and CSV, row by row: whole, or seen to be cut off, and ended with their reader."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
import attrs
import pytest
from aiohttp import web
from fastapi import Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asyncsdk import ArgumentError, ServerError, Wethod, WethodError, to_dict
from asyncsdk.integrations.fastapi import UserWethodDep, stream_csv, stream_ndjson
from asyncsdk.integrations.fastapi.streams import StreamCutOff
from asyncsdk.models import ProductionPlanStream
from asyncsdk.sandbox import Sandbox
from tests.integrations.fastapi.application import PLAN, application, options, served
from tests.stub_server import Server


async def plan_of(sandbox: Sandbox) -> list[ProductionPlanStream]:
    async with Wethod(**options(sandbox)) as wethod:
        return await wethod.production_plan_streams.list()


async def test_a_list_streams_as_ndjson(sandbox: Sandbox, address: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(f"{address}/plan.ndjson") as response:
        assert response.status == 200
        assert response.content_type == "application/x-ndjson"
        assert response.headers.get("Transfer-Encoding") == "chunked"
        lines = (await response.read()).splitlines()
    assert [json.loads(line) for line in lines] == [to_dict(row) for row in await plan_of(sandbox)]


async def test_a_list_streams_whole_through_middleware(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    app = application(sandbox)
    app.add_middleware(GZipMiddleware)

    @app.middleware("http")
    async def through(request: Request, call_next: Callable[[Request], Any]) -> Response:
        response: Response = await call_next(request)
        response.headers["X-Seen"] = "yes"
        return response

    async with served(app) as url, browser.get(f"{url}/plan.ndjson") as response:
        lines = (await response.read()).splitlines()
        assert response.headers["X-Seen"] == "yes"
        assert response.headers["Content-Encoding"] == "gzip"
    assert len(lines) == len(await plan_of(sandbox))


async def test_a_list_streams_as_csv(sandbox: Sandbox, address: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(f"{address}/plan.csv") as response:
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''pl%C3%A4n.csv"
        table = list(csv.DictReader(io.StringIO(await response.text(), newline="")))
    plan = await plan_of(sandbox)
    assert [int(row["id"]) for row in table] == [row.id for row in plan]
    assert [float(row["value"]) for row in table] == [row.value for row in plan]
    assert table[0]["date"] == plan[0].date.isoformat()
    assert table[0]["deleted_at"] == ""


async def test_columns_of_a_table(sandbox: Sandbox) -> None:
    async with Wethod(**options(sandbox)) as wethod:

        async def table(**others: Any) -> list[list[str]]:
            response = await stream_csv(wethod.projects.list(), max_items=3, **others)
            return list(csv.reader(io.StringIO((await body_of(response)).decode(), newline="")))

        first, *rows = await table()
        assert first[:4] == ["id", "created_at", "updated_at", "name"]
        assert first[-1] == "metadata"
        assert rows[0][first.index("is_archived")] in {"true", "false"}
        whole = await wethod.projects.list().all(max_items=3)
        metadata = [{str(key): value for key, value in row.metadata.items()} for row in whole]
        assert [json.loads(row[-1]) for row in rows] == metadata
        key = next(iter(metadata[0]))
        first, *rows = await table(columns=["name", f"metadata_{key}"])
        assert first == ["name", f"metadata_{key}"]
        assert [row[0] for row in rows] == [row.name for row in whole]
        assert rows[0][1] == str(metadata[0][key] if metadata[0][key] is not None else "")
        before = len(sandbox.requests)
        with pytest.raises(ArgumentError, match="no 'nme'"):
            await stream_csv(wethod.projects.list(), columns=["nme"])
        assert len(sandbox.requests) == before
        empty = await stream_csv(wethod.production_plan_streams.list(project_id=999_999))
        assert (await body_of(empty)).startswith(b"id,created_at")
        plain = await stream_csv(wethod.list("/api/streams"), max_items=1)
        assert (await body_of(plain)).startswith(b"id,")


async def test_a_key_that_the_header_lacks_is_not_left_out_in_silence(
    server: Server, connect: Callable[..., Wethod]
) -> None:
    rows: list[dict[str, object]] = [{"id": number, "updated_at": "2026-01-01T00:00:00Z"} for number in range(150)]
    rows[120]["metadata_13"] = "Finance"

    async def page(request: web.Request) -> web.Response:
        start = int(request.query["offset"])
        return web.json_response(rows[start : start + int(request.query["limit"])])

    server.handler = page
    wethod = connect()
    with pytest.raises(StreamCutOff, match="columns: a later row has 'metadata_13'; name the columns"):
        await body_of(await stream_csv(wethod.list("/api/new")))
    named = await body_of(await stream_csv(wethod.list("/api/new"), columns=["id", "metadata_13"]))
    assert b"120,Finance" in named


async def body_of(response: Response) -> bytes:
    """What a stream sends."""
    chunks: list[bytes] = []

    async def send(message: Message) -> None:
        chunks.append(message.get("body", b""))

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    await response({"type": "http"}, receive, send)
    return b"".join(chunks)


# --- failures -----------------------------------------------------------------------------------------------------


async def test_a_list_that_is_refused_is_answered_with_its_status(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.fail(f"GET {PLAN}", status=403, times=2)
    for path in ("/plan.ndjson", "/plan.csv"):
        async with browser.get(address + path) as response:
            assert response.status == 403


async def test_a_list_that_fails_on_the_way_leaves_the_body_unterminated(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.fail(f"GET {PLAN}", status=500, times=None, after=1)
    async with browser.get(f"{address}/plan.ndjson") as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_what_cuts_a_stream_off_says_so_and_is_no_error_that_handlers_answer(sandbox: Sandbox) -> None:
    sandbox.fail(f"GET {PLAN}", status=500, times=None, after=1)
    async with Wethod(**options(sandbox)) as wethod:
        response = await stream_ndjson(wethod.production_plan_streams.list())
        with pytest.raises(StreamCutOff, match="error_line=True") as cut:
            await body_of(response)
    assert not isinstance(cut.value, WethodError)
    assert isinstance(cut.value.__cause__, ServerError)


async def test_an_error_line_says_what_happened_and_where_to_go_on(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    fault = sandbox.fail(f"GET {PLAN}", status=500, times=None, after=1)
    async with browser.get(f"{address}/plan.ndjson?error_line=true") as response:
        *rows, last = [json.loads(line) for line in (await response.read()).splitlines()]
    assert last["$error"]["status"] == 502
    assert last["$error"]["key"] == "upstream_error"
    sandbox.faults.remove(fault)
    async with browser.get(f"{address}/plan.ndjson", params={"resume": last["$error"]["bookmark"]}) as response:
        rows += [json.loads(line) for line in (await response.read()).splitlines()]
    assert rows == [to_dict(row) for row in await plan_of(sandbox)], "no row lost, none twice"
    sandbox.fail(f"GET {PLAN}", status=500, times=None, after=1)
    async with browser.get(f"{address}/plan.csv?error_line=true") as response:
        *_, cells = csv.reader(io.StringIO(await response.text(), newline=""))
    assert json.loads(cells[0])["$error"]["status"] == 502


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [("/hers.ndjson", 401, "token_refused"), ("/plan.ndjson?error_line=true", 502, "upstream_error")],
)
async def test_a_token_that_is_refused_on_the_way_is_told_from_the_applications_own(
    sandbox: Sandbox, browser: aiohttp.ClientSession, path: str, status: int, key: str
) -> None:
    sandbox.add_token("ann")
    app = application(sandbox)

    @app.get("/hers.ndjson")
    async def hers(wethod: UserWethodDep) -> Response:
        return await stream_ndjson(wethod.production_plan_streams.list(), error_line=True)

    sandbox.fail(f"GET {PLAN}", status=401, times=None, after=1)
    async with (
        served(app) as url,
        browser.get(url + path, headers={"Authorization": "Bearer ann"}) as response,
    ):
        *_, last = (await response.read()).splitlines()
    told = json.loads(last)["$error"]
    assert (told["status"], told["key"]) == (status, key)


# --- readers that go away -----------------------------------------------------------------------------------------


@attrs.define
class Watched:
    """An application that tells when a call of it has ended, and what it left behind."""

    app: ASGIApp
    ended: threading.Event = attrs.field(factory=threading.Event)
    left: list[str] = attrs.field(factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "http":
                self.left += [str(each) for task in asyncio.all_tasks() if "Workers." in str(each := task.get_coro())]
                self.ended.set()


@pytest.mark.parametrize("middleware", [False, True])
async def test_a_reader_that_goes_away_ends_the_walk_at_once(sandbox: Sandbox, middleware: bool) -> None:
    app = application(sandbox)
    if middleware:

        @app.middleware("http")
        async def through(request: Request, call_next: Callable[[Request], Any]) -> Response:
            response: Response = await call_next(request)
            return response

    watched = Watched(app)
    sandbox.hang(f"GET {PLAN}", times=None, after=1)
    async with served(watched) as url, aiohttp.ClientSession() as browser:
        response = await browser.get(f"{url}/plan.ndjson")
        assert await response.content.readline()
        assert not watched.ended.is_set(), "the second page hangs, and with it the stream"
        response.close()
        assert await asyncio.to_thread(watched.ended.wait, 10)
    assert watched.left == []


async def test_a_server_that_reports_departure_by_refusing_to_send_ends_the_walk_too(sandbox: Sandbox) -> None:
    async with Wethod(**options(sandbox)) as wethod:
        response = await stream_ndjson(wethod.production_plan_streams.list())
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)
            if len(sent) > 1:
                raise OSError("gone")

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        await response({"type": "http"}, receive, send)
    assert len(sent) == 2
    assert [name for name, _ in sent[0]["headers"]] == [b"content-type"]


async def test_cancelling_the_call_leaves_nothing_behind(sandbox: Sandbox, no_tasks_left: None) -> None:
    async with Wethod(**options(sandbox)) as wethod:
        sandbox.hang(f"GET {PLAN}", times=None, after=1)
        response = await stream_ndjson(wethod.production_plan_streams.list())
        begun = asyncio.Event()

        async def send(message: Message) -> None:
            begun.set()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        serving = asyncio.create_task(response({"type": "http"}, receive, send))
        await begun.wait()
        serving.cancel()
        await asyncio.wait([serving])
        assert serving.cancelled()
