"""Wethod behind FastAPI, served by a real uvicorn and read over real connections."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import attrs
import pytest
import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asyncsdk import (
    ArgumentError,
    ClientClosed,
    ConfigurationError,
    Conflict,
    DecodeError,
    OutcomeUnknown,
    RateLimited,
    RequestLine,
    RequestTimeout,
    Wethod,
    WethodError,
    models,
    to_dict,
)
from asyncsdk.integrations.fastapi import (
    ModelResponse,
    UserWethod,
    WethodClient,
    WethodOptions,
    install_error_handlers,
    stream_csv,
    stream_ndjson,
    user_wethod,
    wethod_lifespan,
)
from asyncsdk.integrations.fastapi.failures import verdict
from asyncsdk.models import ProductionPlanStream, Project, Stream
from asyncsdk.sandbox import Sandbox
from asyncsdk.settings import RetryPolicy
from asyncsdk.testing import Factory

RETRY = RetryPolicy(attempts=2, backoff=0.0)
PLAN = "/api/production-plan-streams"
LINE = RequestLine("GET", "/api/projects/7")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=250, seed=3) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serves an application from a thread of its own and gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_level="critical", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await asyncio.to_thread(thread.join)  # the sandbox goes on meanwhile: shutting down may ask it


def options(sandbox: Sandbox, **others: Any) -> dict[str, Any]:
    """How to reach the sandbox."""
    return {
        "token": sandbox.token,
        "company": sandbox.company,
        "base_url": sandbox.url,
        "retry": RETRY,
        **others,
    }


def application(sandbox: Sandbox, **others: Any) -> FastAPI:
    app = FastAPI(lifespan=wethod_lifespan(**options(sandbox, **others)))
    install_error_handlers(app)

    @app.get("/projects/{id}")
    async def project(id: int, wethod: WethodClient) -> Project:
        return await wethod.projects.get(id)

    @app.get("/mine")
    async def mine(wethod: UserWethod) -> list[Project]:
        return await wethod.projects.list().all(max_items=5)

    @app.get("/fast", response_model=list[ProductionPlanStream])
    async def fast(wethod: WethodClient) -> Response:
        return ModelResponse(await wethod.production_plan_streams.list(project_id=7))

    @app.post("/streams")
    async def create(wethod: WethodClient, name: str) -> Stream:
        return await wethod.streams.create(name=name)

    @app.get("/plan.ndjson")
    async def ndjson(wethod: WethodClient, error_line: bool = False, resume: str | None = None) -> Response:
        rows = wethod.production_plan_streams.list()
        return await stream_ndjson(rows, error_line=error_line, resume=resume, concurrency=2)

    @app.get("/plan.csv")
    async def plan_csv(wethod: WethodClient, error_line: bool = False) -> Response:
        return await stream_csv(wethod.production_plan_streams.list(), error_line=error_line, filename="plän.csv")

    return app


@pytest.fixture
async def address(sandbox: Sandbox) -> AsyncIterator[str]:
    async with served(application(sandbox)) as url:
        yield url


# --- clients ------------------------------------------------------------------------------------------------------


async def test_an_endpoint_answers_with_a_model_by_its_names_on_the_wire(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    async with Wethod(**options(sandbox)) as wethod:
        project = await wethod.projects.get(7)
        plan = await wethod.production_plan_streams.list(project_id=7)
    async with browser.get(f"{address}/projects/7") as response:
        assert response.status == 200
        assert await response.json() == to_dict(project)
    async with browser.get(f"{address}/fast") as response:
        assert response.content_type == "application/json"
        assert await response.json() == [to_dict(row) for row in plan]


async def test_the_openapi_page_shows_the_fields(address: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(f"{address}/openapi.json") as response:
        document = await response.json()
    schema = document["components"]["schemas"]["Project"]
    assert schema["properties"]["date_start"] == {"format": "date", "title": "Date Start", "type": "string"}
    assert schema["patternProperties"] == {"^metadata_[0-9]+$": {}}
    assert schema["description"].startswith("A project")
    answer = document["paths"]["/fast"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["items"] == {"$ref": "#/components/schemas/ProductionPlanStream"}
    assert document["paths"]["/mine"]["get"]["security"], "the page offers to enter a token"


async def test_users_act_with_their_own_token_and_permissions(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.add_token("allowed", permissions=None)
    sandbox.add_token("forbidden", permissions=[])

    async def ask(headers: Mapping[str, str]) -> int:
        async with browser.get(f"{address}/mine", headers=headers) as response:
            return response.status

    assert await ask({"Authorization": "Bearer allowed"}) == 200
    assert await ask({"Authorization": "Bearer forbidden"}) == 403
    assert await ask({}) == 401
    assert await ask({"Authorization": "Bearer sp ace"}) == 401
    assert await ask({"Authorization": "Basic eDp5"}) == 401
    assert len(sandbox.requests) == 2, "what has no token is not sent"


async def test_users_share_connections_and_spend_a_budget_of_their_own(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    for name in ("ann", "bob"):
        sandbox.add_token(name)
    app = application(sandbox, budget=2, retry=RetryPolicy(max_wait=0.0))
    seen: list[Wethod] = []

    @app.get("/spend")
    async def spend(wethod: UserWethod, own: WethodClient) -> int:
        await wethod.streams.list()
        seen.extend((wethod, own))
        return wethod.stats.requests

    async with served(app) as url:
        statuses = []
        for name in ("ann", "ann", "bob", "ann"):
            async with browser.get(f"{url}/spend", headers={"Authorization": f"Bearer {name}"}) as response:
                statuses.append((response.status, response.headers.get("Retry-After") is not None))
    assert statuses == [(200, False), (200, False), (200, False), (503, True)]
    assert {wethod._session.transport for wethod in seen} == {seen[0]._session.transport}


async def test_a_token_may_come_from_elsewhere(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    sandbox.add_token("stored")
    app = FastAPI(lifespan=wethod_lifespan(**options(sandbox, token=None), own_token=False))
    install_error_handlers(app)

    async def stored(user: str | None = None) -> str | None:
        return "stored" if user == "ann" else None

    @app.get("/mine")
    async def mine(wethod: Wethod = Depends(user_wethod(stored))) -> int:  # noqa: B008  # a name of this function
        return len(await wethod.streams.list())

    @app.get("/own")
    async def own(wethod: WethodClient) -> int:
        return len(await wethod.streams.list())

    async with served(app) as url:
        statuses = []
        for path in ("/mine?user=ann", "/mine", "/own"):
            async with browser.get(url + path) as response:
                statuses.append(response.status)
    assert statuses == [200, 401, 500], "an application without a token cannot act on its own"


async def test_a_process_has_one_client_and_closes_it(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    seen: list[Wethod] = []
    order: list[str] = []

    @asynccontextmanager
    async def own(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        order.append(f"begins with {await app.state.wethod.streams.list().count()} streams")
        yield {"greeting": "hello"}
        await app.state.wethod.streams.list().first()
        order.append("ends while the client is open")

    app = FastAPI(lifespan=wethod_lifespan(own, **options(sandbox)))

    @app.get("/")
    async def root(request: Request, wethod: WethodClient) -> str:
        seen.extend((wethod, request.state.wethod, request.app.state.wethod))
        return str(request.state.greeting)

    async with served(app) as url:
        for _ in range(2):
            async with browser.get(url) as response:
                assert await response.json() == "hello"
    assert len({id(wethod) for wethod in seen}) == 1
    assert order == [f"begins with {sandbox.count('streams')} streams", "ends while the client is open"]
    with pytest.raises(ClientClosed):
        await seen[0].streams.get(1)
    assert not hasattr(app.state, "wethod")


async def test_it_can_be_opened_inside_another_lifespan_and_serve_mounted_applications(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with wethod_lifespan(**options(sandbox))(app) as state:
            yield {**state, "mine": 1}

    inner = FastAPI()

    @inner.get("/streams")
    async def streams(wethod: WethodClient) -> int:
        return await wethod.streams.list().count()

    app = FastAPI(lifespan=lifespan)
    app.mount("/inner", inner)
    async with served(app) as url, browser.get(f"{url}/inner/streams") as response:
        assert await response.json() == sandbox.count("streams")


async def test_without_a_token_the_process_does_not_start() -> None:
    lifespan = wethod_lifespan(company="acme")
    with pytest.raises(ConfigurationError, match="WETHOD_TOKEN"):
        async with lifespan(FastAPI()):
            pass


async def test_equal_page_views_share_a_request(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    sandbox.delay("GET /api/projects/*", seconds=0.2, times=None)
    async with served(application(sandbox)) as url:

        async def view() -> int:
            async with browser.get(f"{url}/projects/7") as response:
                return response.status

        assert set(await asyncio.gather(*(view() for _ in range(20)))) == {200}
    assert len(sandbox.requests) < 20


def test_the_options_are_those_of_the_client() -> None:
    import inspect

    assert set(WethodOptions.__annotations__) == set(inspect.signature(Wethod).parameters)


# --- errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "key"),
    [
        ({"status": 404, "body": {"key": "not_found", "message": "SECRET"}}, 404, "not_found"),
        ({"status": 403, "body": {"message": "SECRET"}}, 403, "permission_denied"),
        ({"status": 409, "body": {"message": "SECRET"}}, 409, "conflict"),
        ({"status": 412, "body": {"key": "precondition_failure", "message": "SECRET"}}, 412, "precondition_failure"),
        ({"status": 401, "body": {"message": "SECRET"}}, 502, "upstream_error"),
        ({"status": 500, "body": {"message": "SECRET"}}, 502, "upstream_error"),
        ({"status": 429, "retry_after": 999, "body": {"message": "SECRET"}}, 503, "rate_limited"),
        (
            {
                "status": 400,
                "body": {
                    "key": "invalid_data",
                    "message": "SECRET",
                    "failures": [{"field": "name", "message": "too long"}],
                },
            },
            400,
            "invalid_data",
        ),
    ],
)
async def test_errors_become_answers_without_what_the_api_said(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession, fault: dict[str, Any], status: int, key: str
) -> None:
    sandbox.fail("GET /api/projects/*", times=None, **fault)
    async with browser.get(f"{address}/projects/7") as response:
        text = await response.text()
        assert response.status == status
        assert response.headers.get("Retry-After") == ("999" if status == 503 else None)
    body = json.loads(text)
    assert body["key"] == key
    assert body.get("failures") == ([{"field": "name", "message": "too long"}] if status == 400 else None)
    assert "SECRET" not in text
    assert sandbox.token not in text


async def test_a_lost_write_is_504_outcome_unknown(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.drop("POST /api/streams", handled=True)
    async with browser.post(f"{address}/streams?name=x") as response:
        assert response.status == 504
        assert (await response.json())["key"] == "outcome_unknown"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OutcomeUnknown("lost", request=LINE), 504),
        (RequestTimeout("late", request=LINE, phase="read"), 504),
        (RateLimited("spent", request=LINE, status=None), 503),
        (ArgumentError("limit", "from 1 to 100"), 422),
        (ConfigurationError("no token"), 500),
        (DecodeError("bad"), 502),
        (ClientClosed(), 502),
        (Conflict("there", request=LINE, status=409), 409),
    ],
)
def test_every_error_has_its_status(error: WethodError, status: int) -> None:
    told = verdict(error)
    assert told.status == status
    assert ("Retry-After" in told.headers) is (status == 503)


async def test_a_refused_argument_is_422_and_names_it(
    address: str, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(f"{address}/projects/-1") as response:
        assert response.status == 422
        assert (await response.json())["argument"] == "id"
    assert not sandbox.requests


# --- streams ------------------------------------------------------------------------------------------------------


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
                self.left += [str(each) for task in asyncio.all_tasks() if "Fetcher." in str(each := task.get_coro())]
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


# --- models and pydantic ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", models.__all__)
def test_every_model_has_a_schema_with_its_names_on_the_wire(name: str) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(getattr(models, name))
    for schema in (adapter.json_schema(mode="serialization"), adapter.json_schema(mode="validation")):
        assert schema["title"] == name
        assert "id" in schema["properties"]


async def test_pydantic_reads_and_writes_what_the_client_does(sandbox: Sandbox) -> None:
    adapter = TypeAdapter(list[Project])
    async with Wethod(**options(sandbox)) as wethod:
        projects = await wethod.projects.list().all(max_items=50)
    written = adapter.dump_json(projects)
    assert json.loads(written) == [to_dict(project) for project in projects]
    assert adapter.validate_json(written) == projects
    assert adapter.validate_python(projects) == projects
    assert adapter.validate_python([{**to_dict(projects[0]), "unknown": 1}]) == projects[:1]  # type: ignore[dict-item]  # a row is a dict


@pytest.mark.parametrize("name", models.__all__)
def test_pydantic_writes_every_model_as_the_client_does(name: str) -> None:
    model = getattr(models, name)
    adapter: TypeAdapter[object] = TypeAdapter(model)
    row = Factory()(model)
    assert json.loads(adapter.dump_json(row)) == to_dict(row)
    assert adapter.validate_python(to_dict(row)) == adapter.validate_json(adapter.dump_json(row)) == row


def test_models_are_fields_of_pydantic_models() -> None:
    class Month(BaseModel):
        rows: list[ProductionPlanStream]

    row = {
        "id": 1,
        "created_at": "2026-01-09T17:32:14.550Z",
        "updated_at": "2026-01-09T17:32:14.550Z",
        "date": "2026-01-01",
        "value": "12.5",
        "project_id": 1,
        "stream_id": 1,
        "production_plan_id": 1,
    }
    month = Month.model_validate({"rows": [row]})
    assert month.rows[0].value == 12.5
    assert month.model_dump(mode="json")["rows"][0]["date"] == "2026-01-01"
    for name, bad in (("updated_at", "2026-01-09T17:32:14"), ("value", "nan"), ("date", None)):
        with pytest.raises(ValidationError):
            Month.model_validate({"rows": [{**row, name: bad}]})


def test_the_lifespan_is_one_to_type_checkers() -> None:
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]] = wethod_lifespan()
    assert callable(lifespan)
