"""The clients that endpoints get: the process's own, and one for each user's token, over shared connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from fastapi import Depends, FastAPI, Request

from asyncsdk import ClientClosedError, ConfigurationError, Wethod, to_dict
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.integrations.fastapi import (
    UserWethodDep,
    WethodDep,
    WethodOptions,
    install_error_handlers,
    user_wethod,
    wethod_lifespan,
)
from asyncsdk.sandbox import Sandbox
from tests.integrations.fastapi.application import application, options, served


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
    async def spend(wethod: UserWethodDep, own: WethodDep) -> int:
        await wethod.streams.list()
        seen.extend((wethod, own))
        return wethod.stats.requests

    async with served(app) as url:
        statuses = []
        for name in ("ann", "ann", "bob", "ann"):
            async with browser.get(f"{url}/spend", headers={"Authorization": f"Bearer {name}"}) as response:
                statuses.append((response.status, response.headers.get("Retry-After") is not None))
    assert statuses == [(200, False), (200, False), (200, False), (503, True)]
    assert {wethod._sender.transport for wethod in seen} == {seen[0]._sender.transport}


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
    async def own(wethod: WethodDep) -> int:
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
    async def root(request: Request, wethod: WethodDep) -> str:
        seen.extend((wethod, request.state.wethod, request.app.state.wethod))
        return str(request.state.greeting)

    async with served(app) as url:
        for _ in range(2):
            async with browser.get(url) as response:
                assert await response.json() == "hello"
    assert len({id(wethod) for wethod in seen}) == 1
    assert order == [f"begins with {sandbox.count('streams')} streams", "ends while the client is open"]
    with pytest.raises(ClientClosedError):
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
    async def streams(wethod: WethodDep) -> int:
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


def test_the_lifespan_is_one_to_type_checkers() -> None:
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]] = wethod_lifespan()
    assert callable(lifespan)
