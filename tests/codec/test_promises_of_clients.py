"""A client whose API breaks its promises reads on and says so; a strict one refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod
from asyncsdk._codec.decode import to_dict
from asyncsdk.errors import ConfigurationError, DecodeError
from asyncsdk.models import Project, Stream
from asyncsdk.testing import Factory
from tests.codec.promised import project, without
from tests.stub_server import PATH, Server, rows_json

Connect = Callable[..., Wethod]


def serve(server: Server, rows: list[Any]) -> None:
    """Serves a list at every path, and its rows by their ids."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if "limit" not in request.query:
            (found,) = [row for row in rows if row["id"] == int(request.path.rpartition("/")[2])]
            return web.json_response(found)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit])

    server.handler = handler


async def test_a_list_is_read_whole_and_says_what_it_missed(
    server: Server, connect: Connect, warnings: list[str]
) -> None:
    """Every row that breaks a promise is counted once, though pages overlap."""
    rows = rows_json(0, 1000)
    for row in rows[::3]:
        row["project_id"] = None
    for row in rows[100:200]:
        del row["value"]
    serve(server, rows)
    wethod = connect()
    for limit, stable, sweep in ((100, True, False), (100, False, False), (50, True, False), (100, True, True)):
        async with wethod.production_plan_streams.list(limit=limit).items(stable=stable, sweep=sweep) as walk:
            got = [row async for row in walk]
        assert [row.id for row in got] == list(range(1, 1001))
        assert [row.project_id for row in got[:4]] == [None, 2, 3, None]
        assert walk.report.misfits == {"project_id": 334, "value": 100}
    async with wethod.production_plan_streams.list().pages() as pages:
        assert sum([len(page) async for page in pages]) == 1000
    assert pages.report.misfits == {"project_id": 334, "value": 100}
    # What is said besides is of the walk with small pages.
    assert [each.partition(":")[0] for each in warnings if each.startswith("ProductionPlanStream.")] == [
        "ProductionPlanStream.project_id",
        "ProductionPlanStream.value",
    ]
    assert await wethod.production_plan_streams.list().count() == 1000


async def test_a_good_list_has_no_misfits(server: Server, connect: Connect) -> None:
    server.serve_list(300)
    async with connect().production_plan_streams.list().items() as walk:
        assert len([row async for row in walk]) == 300
    assert walk.report.misfits == {}


async def test_copies_of_a_client_are_told_once(server: Server, connect: Connect, warnings: list[str]) -> None:
    """And another client anew."""
    serve(server, [project(7, client_id=None)])
    wethod = connect()
    for each in (wethod, wethod.with_options(company="globex"), wethod.with_options(token="another-token")):
        assert (await each.projects.get(7)).client_id is None
        assert (await each.projects.list())[0].client_id is None
    assert len(warnings) == 1
    await connect().projects.get(7)
    assert len(warnings) == 2


async def test_a_strict_client_refuses(server: Server, connect: Connect, warnings: list[str]) -> None:
    serve(server, [project(1), project(7, client_id=None)])
    strict = connect(strict=True)
    assert strict.settings.strict is True
    for call in (
        lambda: strict.projects.get(7),
        lambda: strict.projects.list().all(),
        lambda: strict.request("GET", "/api/projects/7", into=Project),
        lambda: connect().with_options(strict=True).projects.get(7),
    ):
        server.requests.clear()
        with pytest.raises(DecodeError, match="Expected `int`, got `null`") as caught:
            await call()
        assert caught.value.path.endswith(".client_id")
        assert len(server.requests) == 1, "asking again would give the same"
    assert "(row id 7)" in str(await refusal(strict))
    assert (await strict.with_options(strict=False).projects.get(7)).client_id is None
    assert (await connect().request("GET", "/api/projects/7", into=Project)).value.client_id is None
    rejects: list[Any] = []
    assert [row.id async for row in strict.projects.list().items(on_reject=rejects.append)] == [1]
    assert [(reject.id, reject.error.path) for reject in rejects] == [(7, "$[1].client_id")]
    with pytest.raises(ConfigurationError, match="strict is True or False"):
        connect(strict="yes")


async def refusal(wethod: Wethod) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        await wethod.projects.list()
    return caught.value


async def test_what_a_write_answers_is_read_as_leniently(server: Server, connect: Connect) -> None:
    server.script((201, without(to_dict(Factory()(Stream)), "name")))
    assert (await connect().streams.create(name="x")).name is None


async def test_one_broken_row_costs_one_request_and_one_row(server: Server, connect: Connect) -> None:
    """The row is a reject, or an error that names it; the answer had come whole, so it is not asked for again."""
    good = [json.dumps(row) for row in rows_json(0, 3)]
    body = f"[{good[0]}, {good[1].replace('12.5', 'NaN')}, {good[2]}]".encode()
    server.script((200, body))
    wethod = connect()
    rejects: list[Any] = []
    async with wethod.production_plan_streams.list().items(on_reject=rejects.append) as walk:
        assert [row.id async for row in walk] == [1, 3]
    assert [(reject.id, reject.error.path) for reject in rejects] == [(2, "$[1].value")]
    for call in (lambda: wethod.production_plan_streams.list().all(), lambda: wethod.list(PATH).all()):
        server.requests.clear()
        with pytest.raises(DecodeError, match=r"NaN.*row id 2") as caught:
            await call()
        assert caught.value.path == "$[1].value"
        assert len(server.requests) == 1
    server.script((200, b"\xef\xbb\xbf" + body.replace(b"NaN", b'1, "notes": "cut \\ud83d"')))
    assert [row.value async for row in wethod.production_plan_streams.list()] == [12.5, 1.0, 12.5]
    assert (await wethod.list(PATH).all())[1]["notes"] == "cut \ufffd"


async def test_a_body_that_was_cut_is_asked_for_again(server: Server, connect: Connect) -> None:
    whole = json.dumps(rows_json(0, 3)).encode()
    server.script((200, whole[:-40]), (200, whole))
    assert len(await connect().production_plan_streams.list()) == 3
    assert len(server.requests) == 2
