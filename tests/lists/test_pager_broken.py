"""Walks that are left early or fail: nothing stays behind, and a bookmark goes on without a row lost or doubled."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable

import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._codec.decode import Reject
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]


# --- leaving early ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["break", "return", "raise"])
async def test_leaving_a_plain_loop_early_ends_its_tasks(
    server: Server, connect: Connect, way: str, no_tasks_left: None
) -> None:
    """Two turns of the loop after the walk is dropped no task of it is left; nothing is printed."""
    server.serve_list(100_000)
    wethod = connect()

    async def loop() -> None:
        async for row in wethod.production_plan_streams.list():
            if row.id == 250:
                if way == "return":
                    return
                if way == "raise":
                    raise KeyError(row.id)
                break

    if way == "raise":
        with pytest.raises(KeyError):
            await loop()
    else:
        await loop()
    gc.collect()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert wethod._sender.transport.pool().slots.free == 16


async def test_leaving_the_block_closes_everything_before_the_next_line(
    server: Server, connect: Connect, no_tasks_left: None
) -> None:
    server.serve_list(100_000)
    wethod = connect()
    async with wethod.production_plan_streams.list().items() as walk:
        async for row in walk:
            if row.id == 250:
                break
    assert wethod._sender.transport.pool().slots.free == 16
    assert [row async for row in walk] == []


async def test_a_walk_that_is_cancelled_while_it_waits_loses_no_row(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    gate = asyncio.Event()
    answer = server.handler
    assert answer is not None

    async def slowly(request: web.Request) -> web.StreamResponse:
        await gate.wait()
        gate.clear()
        return await answer(request)

    server.handler = slowly
    ids: list[int] = []
    async with connect().production_plan_streams.list().items(concurrency=2) as walk:
        while True:
            waiting = asyncio.ensure_future(anext(walk, None))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            gate.set()
            if not waiting.done() and len(ids) % 3 == 0:
                waiting.cancel()
            try:
                row = await waiting
            except asyncio.CancelledError:
                continue
            if row is None:
                break
            ids.append(row.id)
    assert ids == list(range(1, 1001))


async def test_two_tasks_cannot_share_a_walk(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    async with connect().production_plan_streams.list().items() as walk:
        first, second = await asyncio.gather(anext(walk), anext(walk), return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert isinstance(second, RuntimeError)
    assert "its own walk" in str(second)


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stable", [True, False])
async def test_a_failed_page_comes_after_all_rows_before_it_and_can_be_resumed(
    server: Server, connect: Connect, stable: bool, no_tasks_left: None
) -> None:
    server.serve_list(1000)
    answer = server.handler
    assert answer is not None
    broken = True

    async def handler(request: web.Request) -> web.StreamResponse:
        if broken and int(request.query["offset"]) >= 500:
            return web.json_response({"message": "no"}, status=500)
        return await answer(request)

    server.handler = handler
    pager = connect().production_plan_streams.list()
    ids: list[int] = []
    walk = pager.items(stable=stable)
    with pytest.raises(errors.ServerError) as caught:
        while True:
            ids.append((await anext(walk)).id)
    assert not isinstance(caught.value, BaseExceptionGroup)
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= 496
    broken = False
    assert caught.value.bookmark is not None
    ids += [row.id async for row in pager.items(stable=stable, resume=caught.value.bookmark)]
    assert ids == list(range(1, 1001))


async def test_a_failed_page_is_retried_in_place(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    answer = server.handler
    assert answer is not None
    failed: set[str] = set()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.query["offset"] not in failed:
            failed.add(request.query["offset"])
            return web.Response(status=503)
        return await answer(request)

    server.handler = handler
    rows = await connect(retry=RetryPolicy(backoff=1e-9)).production_plan_streams.list()
    assert [row.id for row in rows] == list(range(1, 1001))


async def test_the_error_of_a_walk_stays(server: Server, connect: Connect) -> None:
    """Going on after an error does not look like the end of the list."""
    server.script((403, {"message": "no"}))
    walk = connect().production_plan_streams.list().items()
    for _ in range(2):
        with pytest.raises(errors.PermissionDeniedError):
            await anext(walk)


async def test_bookmarks_are_exact_to_the_row(server: Server, connect: Connect) -> None:
    server.serve_list(500)
    pager = connect().production_plan_streams.list(limit=20)
    for stop in (0, 1, 19, 20, 21, 250, 499, 500):
        async with pager.items() as walk:
            ids = [(await anext(walk)).id for _ in range(stop)]
            bookmark = walk.bookmark
        assert walk.bookmark == bookmark, "closing a walk does not move it"
        ids += [row.id async for row in pager.items(resume=bookmark)]
        assert ids == list(range(1, 501)), stop


async def test_a_bookmark_of_other_filters_is_refused(server: Server, connect: Connect) -> None:
    server.serve_list(500)
    wethod = connect()
    page = await anext(wethod.production_plan_streams.list(project_id=7).pages())
    with pytest.raises(errors.ArgumentError, match="other filters"):
        wethod.production_plan_streams.list(project_id=8).items(resume=page.bookmark)


async def test_a_server_that_ignores_the_offset_is_found_out(server: Server, connect: Connect) -> None:
    server.script((200, rows_json(0, 100)))
    with pytest.raises(errors.WalkError, match=r"ignores `offset`"):
        await connect().production_plan_streams.list().all(stable=False)
    assert len(server.requests) < 30


# --- rows that do not fit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stable", [True, False])
async def test_rows_that_do_not_fit_can_be_handed_out_instead(server: Server, connect: Connect, stable: bool) -> None:
    """The walk goes on, its end and its bookmarks stay true, and each bad row is given once with the reason."""
    rows = rows_json(0, 350)
    for at in (0, 99, 100, 249):
        rows[at]["value"] = "much"

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit])

    server.handler = handler
    pager = connect().production_plan_streams.list()
    bad: list[Reject] = []
    async with pager.items(stable=stable, on_reject=bad.append) as walk:
        ids = [(await anext(walk)).id for _ in range(97)]
        bookmark = walk.bookmark
    ids += [row.id async for row in pager.items(stable=stable, on_reject=bad.append, resume=bookmark)]
    assert ids == [row["id"] for row in rows if row["value"] != "much"]
    assert [reject.id for reject in bad] == [1, 100, 101, 250]
    assert "value" in bad[0].error.path
    assert json.loads(bad[0].raw) == rows[0]
    pages = [page async for page in pager.pages(stable=stable, on_reject=bad.append)]
    assert sum(len(page) for page in pages) == 346
