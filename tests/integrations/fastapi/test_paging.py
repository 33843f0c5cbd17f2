"""Pages handed through: one request each, within the API's bounds, and what the answer knows of the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from fastapi import FastAPI

from asyncsdk import ConfigurationError
from asyncsdk._lists.page import Page
from asyncsdk.integrations.fastapi import PageOf, PageParams, PageParamsDep, WethodDep, wethod_lifespan
from asyncsdk.models import ProductionPlanStream
from asyncsdk.sandbox import Sandbox
from tests.integrations.fastapi.application import options, served


@pytest.fixture
async def address(sandbox: Sandbox) -> AsyncIterator[str]:
    app = FastAPI(lifespan=wethod_lifespan(**options(sandbox)))

    @app.get("/rows")
    async def rows(
        wethod: WethodDep, params: PageParamsDep, project_id: int | None = None
    ) -> PageOf[ProductionPlanStream]:
        pager = wethod.production_plan_streams.list(limit=params.limit, offset=params.offset, project_id=project_id)
        return params.answer(await pager.first_page())

    async with served(app) as url:
        yield url


async def get(browser: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with browser.get(url) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("query", "window", "following"),
    [
        ("?page=3&size=50", (50, 100), "?page=4&size=50"),
        ("?size=50", (50, 0), "?size=50&page=2"),
        ("?page=2", (100, 100), "?page=3&size=100"),
        ("", (100, 0), "?page=2&size=100"),
        ("?limit=20&offset=30", (20, 30), "?limit=20&offset=50"),
        ("?limit=20", (20, 0), "?limit=20&offset=20"),
        ("?offset=0&limit=7", (7, 0), "?offset=7&limit=7"),
    ],
)
async def test_a_page_costs_exactly_one_request(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession, query: str, window: tuple[int, int], following: str
) -> None:
    status, body = await get(browser, f"{address}/rows{query}")
    assert status == 200
    (request,) = sandbox.requests
    sent = dict(parse_qsl(request.query))
    assert (int(sent["limit"]), int(sent["offset"])) == window
    assert (body["limit"], body["offset"]) == window
    assert len(body["items"]) == window[0]
    assert body["is_last"] is None, "only another request could tell"
    assert dict(parse_qsl(body["next"][1:])) == dict(parse_qsl(following[1:]))


async def test_pages_lead_through_the_list_to_its_end(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    ids: list[int] = []
    query: str | None = "?size=60"
    while query is not None:
        _, body = await get(browser, f"{address}/rows{query}")
        ids += [row["id"] for row in body["items"]]
        query = body["next"]
    assert body["is_last"] is True
    assert 0 < len(body["items"]) < 60, "a short page needs no further request to be the last"
    _, whole = await get(browser, f"{address}/rows")
    assert ids[:100] == [row["id"] for row in whole["items"]]
    assert len(ids) == len(set(ids)) > 200


async def test_an_empty_page_is_the_last_and_other_parameters_are_kept(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    _, body = await get(browser, f"{address}/rows?page=900")
    assert (body["items"], body["is_last"], body["next"]) == ([], True, None)
    _, body = await get(browser, f"{address}/rows?project_id=7&size=1")
    assert dict(parse_qsl(body["next"][1:])) == {"project_id": "7", "size": "1", "page": "2"}


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=-1",
        "?size=0",
        "?size=101",
        "?limit=101",
        "?offset=-1",
        "?page=x",
        "?page=99999999999999999999",
        "?page=99999999&size=100",
        "?offset=999999999999",
        "?page=2&offset=10",
        "?size=10&limit=10",
    ],
)
async def test_what_is_out_of_bounds_is_refused_before_anything_is_sent(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession, query: str
) -> None:
    status, body = await get(browser, f"{address}/rows{query}")
    assert status == 422
    assert body["detail"][0]["loc"][0] == "query"
    assert not sandbox.requests


async def test_the_parameters_and_the_answer_are_in_the_openapi_page(
    address: str, browser: aiohttp.ClientSession
) -> None:
    _, document = await get(browser, f"{address}/openapi.json")
    operation = document["paths"]["/rows"]["get"]
    assert {each["name"] for each in operation["parameters"]} == {"page", "size", "limit", "offset", "project_id"}
    schema = document["components"]["schemas"]["PageOf_ProductionPlanStream_"]
    assert schema["properties"]["items"]["items"] == {"$ref": "#/components/schemas/ProductionPlanStream"}


def test_another_page_than_the_one_asked_for_is_refused() -> None:
    params = PageParams(limit=50, offset=100, next="?page=4&size=50")
    for offset, count in ((0, 50), (100, 51)):
        page = Page(range(count), offset=offset, is_last=False, bookmark=lambda: "")
        with pytest.raises(ConfigurationError, match=r"limit=params\.limit"):
            params.answer(page)
