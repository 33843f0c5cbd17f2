"""Mirrors while Wethod is away: they begin empty, say why, and go on whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable

import pytest
from aiohttp import web

from asyncsdk import ConfigurationError, ConnectError, NotFoundError, ServerError, Wethod
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.mirror import Mirror
from asyncsdk.resources.mirrored_lists import MirroredLists
from tests.stub_server import STREAM, Server, rows_json
from tests.waiting import until

Connect = Callable[..., Wethod]
ONCE = RetryPolicy(attempts=1)
LISTS = ["production_plan_streams"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsdk.mirror.FIRST_RETRY", 1e-3)


class Broken(Exception):
    """Something that no part of the client raises."""


async def filled(mirror: Mirror) -> None:
    await until(lambda: not math.isinf(mirror.age))


async def failed(mirror: Mirror) -> None:
    await until(lambda: mirror.failure is not None)


async def recovered(mirror: Mirror) -> None:
    await until(lambda: mirror.failure is None)


async def test_it_begins_empty_while_wethod_is_away_and_fills_itself(server: Server, connect: Connect) -> None:
    url, server.url = server.url, "http://127.0.0.1:1"
    wethod = connect(retry=ONCE)
    async with Mirror(wethod, LISTS, required=False) as mirror, asyncio.timeout(30):
        assert len(mirror.production_plan_streams) == 0
        await failed(mirror)
        assert isinstance(mirror.failure, ConnectError)
        assert mirror.production_plan_streams.failure is not None
        assert math.isinf(mirror.age)
    server.url = url
    server.script((500, {}), (200, rows_json(0, 3)))
    async with Mirror(connect(retry=ONCE), LISTS, required=False) as mirror, asyncio.timeout(30):
        await filled(mirror)
        assert list(mirror.production_plan_streams) == [1, 2, 3]
        await recovered(mirror)
        assert mirror.production_plan_streams.failure is None


async def test_one_that_is_required_says_at_once_why_it_cannot_begin(server: Server, connect: Connect) -> None:
    server.script((500, {}))
    mirror = Mirror(connect(retry=ONCE), LISTS)
    with pytest.raises(ServerError):
        await mirror.start()
    assert isinstance(mirror.failure, ServerError)


@pytest.mark.parametrize("failure", [Broken("odd"), OverflowError("date"), asyncio.CancelledError("within")])
async def test_it_goes_on_whatever_a_refresh_raises(
    server: Server, connect: Connect, failure: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script((200, rows_json(0, 3)))
    mirror = Mirror(connect(), LISTS, refresh=1e-3)
    async with mirror, asyncio.timeout(30):
        with monkeypatch.context() as broken:

            async def fails(*_: object, **__: object) -> None:
                raise failure

            broken.setattr(mirror.production_plan_streams, "_refresh", fails)
            await failed(mirror)
            assert mirror.failure is failure or mirror.failure.__cause__ is failure  # type: ignore[union-attr]  # just seen
        await recovered(mirror)
        assert len(mirror.production_plan_streams) == 3
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "asyncsdk mirror"]


async def test_it_ends_when_it_is_closed_also_where_its_cancellation_is_swallowed(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script((200, rows_json(0, 3)))
    mirror = Mirror(connect(), LISTS, refresh=1e-3)
    begun = asyncio.Event()

    async def swallows(*_: object, **__: object) -> None:
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with asyncio.timeout(30):
        await mirror.start()
        monkeypatch.setattr(mirror.production_plan_streams, "_refresh", swallows)
        await begun.wait()
        await mirror.aclose()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "asyncsdk mirror"]


async def test_a_client_that_was_closed_does_not_end_it(server: Server, connect: Connect) -> None:
    server.script((200, rows_json(0, 3)))
    wethod = connect()
    async with Mirror(wethod, LISTS, refresh=1e-3) as mirror, asyncio.timeout(30):
        await wethod.aclose()
        await failed(mirror)
        assert len([task for task in asyncio.all_tasks() if task.get_name() == "asyncsdk mirror"]) == 1
        assert len(mirror.production_plan_streams) == 3


async def test_a_failing_list_does_not_keep_another_from_being_filled(server: Server, connect: Connect) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/api/streams":
            return web.json_response({}, status=500)
        return web.json_response(rows_json(0, 3))

    server.handler = handler
    async with Mirror(connect(retry=ONCE), ["streams", *LISTS], required=False) as mirror, asyncio.timeout(30):
        await failed(mirror)
        assert len(mirror.production_plan_streams) == 3
        assert mirror.production_plan_streams.failure is None
        assert isinstance(mirror.streams.failure, ServerError)


async def test_a_kind_of_failure_is_logged_once_until_a_refresh_works(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    seen = asyncio.Event()
    statuses = [200, 500, 500, 500, 502, 500, 200, 500, 500]

    async def handler(request: web.Request) -> web.StreamResponse:
        if len(server.requests) > len(statuses):
            seen.set()
            return web.json_response([])
        status = statuses[len(server.requests) - 1]
        return web.json_response([] if status == 200 else {}, status=status)

    server.handler = handler
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        async with Mirror(connect(retry=ONCE), LISTS, refresh=1e-3), asyncio.timeout(30):
            await seen.wait()
    said = [record.getMessage() for record in caplog.records if "mirror" in record.getMessage()]
    assert ["500" in line for line in said] == [True, False, True]


async def test_calls_that_wait_for_a_refresh_share_its_failure(server: Server, connect: Connect) -> None:
    opened, asked = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.set()
        await opened.wait()
        return web.json_response({}, status=500)

    server.handler = handler
    mirror = Mirror(connect(retry=ONCE), LISTS)
    calls = [asyncio.create_task(mirror.refresh())]
    await asked.wait()
    calls += [asyncio.create_task(mirror.refresh()) for _ in range(5)]
    await asyncio.sleep(0)
    opened.set()
    failures = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(failure, ServerError) for failure in failures)
    assert len(set(map(id, failures))) == 6
    assert len(server.requests) == 2


async def test_a_cancelled_refresh_is_not_taken_for_one_that_worked(server: Server, connect: Connect) -> None:
    asked, opened = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.set()
        await opened.wait()
        return web.json_response(rows_json(0, 3))

    server.handler = handler
    mirror = Mirror(connect(), LISTS)
    first = asyncio.create_task(mirror.refresh())
    await asked.wait()
    second = asyncio.create_task(mirror.refresh())
    await asyncio.sleep(0)
    first.cancel()
    opened.set()
    await second
    assert len(mirror.production_plan_streams) == 3


async def test_a_row_that_is_not_in_memory_costs_one_request(server: Server, connect: Connect) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/api/streams":
            return web.json_response([STREAM])
        if request.path == "/api/streams/6":
            return web.json_response({**STREAM, "id": 6, "name": "new"})
        return web.json_response({"key": "not_found", "message": "no"}, status=404)

    server.handler = handler
    async with Mirror(connect(), ["streams"]) as mirror:
        server.requests.clear()
        assert (await mirror.streams.fetch(5)).name == "Developers"
        assert not server.requests
        assert (await mirror.streams.fetch(6)).name == "new"
        assert server.requests == ["GET /api/streams/6"]
        assert 6 not in mirror.streams, "whether it belongs to the list, the next refresh says"
        with pytest.raises(NotFoundError):
            await mirror.streams.fetch(7)


async def test_a_list_without_single_rows_says_so(server: Server, connect: Connect) -> None:
    wethod = connect()
    bare = next(name for name in MirroredLists.__annotations__ if not hasattr(getattr(wethod, name), "get"))
    with pytest.raises(ConfigurationError, match=rf"{bare}\.list"):
        await Mirror(wethod, [bare]).lists[bare].fetch(1)
    assert not server.requests
