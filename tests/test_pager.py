"""Pagers against a real server: order, bounds, early exit, failures, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncsdk import RetryPolicy, Wethod, errors, gather_all
from asyncsdk.codec import Reject
from asyncsdk.counting import Counting
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]

PATH = "/api/production-plan-streams"


def pages_of(count: int, limit: int = 100) -> int:
    return -(-count // limit)


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 250, 1000, 1234])
async def test_awaiting_a_pager_gives_the_whole_list(
    server: Server, connect: Connect, count: int, stable: bool, no_tasks_left: None
) -> None:
    """Never a silent first hundred; never more requests than promised."""
    server.serve_list(count)
    rows = await connect().production_plan_streams.list().all(stable=stable)
    assert [row.id for row in rows] == list(range(1, count + 1))
    most = 1 if count < 100 else pages_of(count) + 8 - 1 + 1
    if stable and count >= 100:
        most = int(1.02 * pages_of(count)) + 8 + 1
    assert len(server.requests) <= most


async def test_nothing_is_requested_before_it_is_needed(server: Server, connect: Connect) -> None:
    server.serve_list(10)
    pager = connect().production_plan_streams.list(project_id=7, deleted="include", limit=50, offset=3)
    pager.items()
    pager.pages()
    assert server.requests == []
    assert repr(pager) == f"<Pager GET {PATH}?project_id=7&deleted=include&limit=50&offset=3>"


async def test_a_pager_may_be_read_again(server: Server, connect: Connect) -> None:
    server.serve_list(150)
    pager = connect().production_plan_streams.list()
    assert len(await pager) == len([row async for row in pager]) == sum([len(page) async for page in pager.pages()])


async def test_the_first_page_and_the_first_row_cost_one_request_each(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    pager = connect().production_plan_streams.list(limit=40, offset=5)
    page = await pager.first_page()
    assert (len(page), page[0].id, page.offset, page.is_last) == (40, 6, 5, False)
    row = await pager.first()
    assert row is not None
    assert row.id == 6
    assert server.requests == [f"GET {PATH}?limit=40&offset=5", f"GET {PATH}?limit=1&offset=5"]


async def test_an_empty_list(server: Server, connect: Connect) -> None:
    server.serve_list(0)
    pager = connect().production_plan_streams.list()
    assert await pager == []
    assert await pager.first() is None
    page = await pager.first_page()
    assert (len(page), page.is_last) == (0, True)
    assert [page async for page in pager.pages()] == []
    assert await pager.count() == 0
    assert len(server.requests) == 5


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize(("most", "requests"), [(0, 0), (1, 1), (50, 1), (100, 1), (150, 2), (199, 2)])
async def test_max_items_bounds_rows_and_requests(
    server: Server, connect: Connect, most: int, requests: int, stable: bool
) -> None:
    """limit is the size of a page, max_items the number of rows; nothing beyond is asked for."""
    server.serve_list(1000)
    rows = await connect().production_plan_streams.list().all(max_items=most, stable=stable)
    assert [row.id for row in rows] == list(range(1, most + 1))
    assert len(server.requests) == requests


async def test_a_page_is_a_sequence_that_never_changes(server: Server, connect: Connect) -> None:
    server.serve_list(120)
    pages = [page async for page in connect().production_plan_streams.list().pages(stable=False)]
    assert [len(page) for page in pages] == [100, 20]
    assert [page.offset for page in pages] == [0, 100]
    assert pages[0][0].id == 1
    assert [row.id for row in pages[0][-2:]] == [99, 100]
    assert pages[1].items[-1].id == 120
    assert pages[1].is_last
    assert "20 rows at offset 100, the last" in repr(pages[1])


async def test_the_window_opens_as_pages_come_back_full(server: Server, connect: Connect) -> None:
    """One, then two, four, eight: short lists cost no requests beyond their end."""
    seen: list[int] = []
    waiting: list[asyncio.Event] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        gate = asyncio.Event()
        waiting.append(gate)
        await gate.wait()
        offset = int(request.query["offset"])
        return web.json_response(rows_json(offset, offset + 100))

    server.handler = handler
    async with connect().production_plan_streams.list().pages(stable=False) as pages:
        consumer = asyncio.ensure_future(take(pages, 15))
        for expected in (1, 2, 4, 8):
            while len(waiting) < expected:
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
            seen.append(len(waiting))
            gates, waiting[:] = waiting[:], []
            for gate in gates:
                gate.set()
        while not consumer.done():
            for gate in waiting:
                gate.set()
            await asyncio.sleep(0.001)
        await consumer
    assert seen == [1, 2, 4, 8]


async def take(walk: Any, count: int) -> list[Any]:
    return [await anext(walk) for _ in range(count)]


async def test_a_slow_consumer_stops_the_fetching(server: Server, connect: Connect) -> None:
    """At most `concurrency` pages are in flight or waiting, whatever the size of the list."""
    server.serve_list(100_000)
    async with connect().production_plan_streams.list().pages(concurrency=4) as pages:
        for taken in range(1, 12):
            await anext(pages)
            for _ in range(20):
                await asyncio.sleep(0.001)
            assert len(server.requests) <= taken + 4
    assert server.most_in_flight <= 4


async def test_concurrency_is_bounded_by_the_client(server: Server, connect: Connect) -> None:
    wethod = connect(max_in_flight=4)
    with pytest.raises(errors.ArgumentError, match=r"concurrency: .*from 1 to 4.*max_in_flight"):
        wethod.production_plan_streams.list().items(concurrency=5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"limit": 0}, "limit: a whole number from 1 to 100"),
        ({"limit": 101}, "max_items"),
        ({"limit": True}, "limit"),
        ({"offset": -1}, "offset: a whole number 0 or more"),
    ],
)
async def test_bad_bounds_are_refused_before_anything_is_sent(
    server: Server, connect: Connect, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(errors.ArgumentError, match=says):
        connect().list("/api/production-plan-streams", **options)
    refused: list[dict[str, Any]] = [{"max_items": -1}, {"concurrency": 0}, {"resume": "nonsense"}]
    for bad in refused:
        with pytest.raises(errors.ArgumentError):
            connect().production_plan_streams.list().items(**bad)
    assert server.requests == []


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
    assert wethod._session.transport.pool().slots.free == 16


async def test_leaving_the_block_closes_everything_before_the_next_line(
    server: Server, connect: Connect, no_tasks_left: None
) -> None:
    server.serve_list(100_000)
    wethod = connect()
    async with wethod.production_plan_streams.list().items() as walk:
        async for row in walk:
            if row.id == 250:
                break
    assert wethod._session.transport.pool().slots.free == 16
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
        with pytest.raises(errors.PermissionDenied):
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


# --- several lists ----------------------------------------------------------------------------------------------------


async def test_gather_all_reads_lists_side_by_side_within_one_window(
    server: Server, connect: Connect, no_tasks_left: None
) -> None:
    server.serve_list(900)
    wethod = connect()
    a, b = await gather_all(wethod.production_plan_streams.list(), wethod.production_streams.list(), concurrency=5)
    assert [row.id for row in a] == [row.id for row in b] == list(range(1, 901))
    assert server.most_in_flight <= 5


async def test_gather_all_raises_the_first_error_bare(server: Server, connect: Connect, no_tasks_left: None) -> None:
    server.serve_list(50_000)
    answer = server.handler
    assert answer is not None

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path != PATH:
            return web.json_response({"message": "no"}, status=403)
        return await answer(request)

    server.handler = handler
    wethod = connect()
    with pytest.raises(errors.PermissionDenied):
        await gather_all(wethod.production_plan_streams.list(), wethod.projects.list())
    assert len(server.requests) < 100


# --- counting ---------------------------------------------------------------------------------------------------------


async def test_count_takes_few_requests(server: Server, connect: Connect) -> None:
    server.serve_list(43_210)
    wethod = connect()
    assert await wethod.production_plan_streams.list(limit=10).count() == 43_210
    assert len(server.requests) <= 17
    assert await wethod.production_plan_streams.list(offset=43_000).count() == 210


@given(st.integers(0, 100_000))
def test_counting_is_exact_and_never_asks_more_than_17_times(count: int) -> None:
    counting = Counting()
    asked = 0
    while (offset := counting.probe()) is not None:
        asked += 1
        counting.answered(max(0, min(100, count - offset)))
    assert counting.count == count
    assert asked <= (1 if count < 100 else 17)


# --- any list, any window, any trouble --------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(0, 400),
    limit=st.integers(1, 60),
    concurrency=st.integers(1, 8),
    stable=st.booleans(),
    stop=st.none() | st.integers(0, 400),
    slow=st.sets(st.integers(0, 20)),
    failing=st.sets(st.integers(0, 20)),
)
async def test_whatever_happens_order_is_kept_and_nothing_is_left(
    server: Server,
    connect: Connect,
    no_tasks_left: None,
    count: int,
    limit: int,
    concurrency: int,
    stable: bool,
    stop: int | None,
    slow: set[int],
    failing: set[int],
) -> None:
    """Any length, page size, window, slow pages and pages that fail once, early exit: compared with a plain list."""
    asked: dict[int, int] = {}
    while server.in_flight:  # what an example before this one left early, until the server has noticed
        await asyncio.sleep(0.001)
    server.requests.clear()
    server.most_in_flight = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, size = int(request.query["offset"]), int(request.query["limit"])
        number = offset // max(1, limit - 1)
        asked[offset] = asked.get(offset, 0) + 1
        for _ in range(12 if number in slow else 0):
            await asyncio.sleep(0)
        if number in failing and asked[offset] == 1:
            return web.Response(status=503)
        return web.json_response(rows_json(offset, min(offset + size, count)))

    server.handler = handler
    wethod = connect(retry=RetryPolicy(backoff=0))
    ids: list[int] = []
    async with wethod.production_plan_streams.list(limit=limit).items(concurrency=concurrency, stable=stable) as walk:
        async for row in walk:
            if stop is not None and len(ids) >= stop:
                break
            ids.append(row.id)
    expected = list(range(1, count + 1))
    assert ids == (expected if stop is None else expected[:stop])
    assert server.most_in_flight <= concurrency
    step = limit - 1 if stable and limit > 1 else limit
    repeated = sum(times - 1 for times in asked.values())
    assert len(server.requests) - repeated <= -(-count // step) + concurrency + 1
    assert wethod._session.transport.pool().slots.free == 16


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
    async with pager.items(stable=stable, rejects=bad.append) as walk:
        ids = [(await anext(walk)).id for _ in range(97)]
        bookmark = walk.bookmark
    ids += [row.id async for row in pager.items(stable=stable, rejects=bad.append, resume=bookmark)]
    assert ids == [row["id"] for row in rows if row["value"] != "much"]
    assert [reject.id for reject in bad] == [1, 100, 101, 250]
    assert "value" in bad[0].error.path
    assert json.loads(bad[0].raw) == rows[0]
    pages = [page async for page in pager.pages(stable=stable, rejects=bad.append)]
    assert sum(len(page) for page in pages) == 346


async def test_a_walk_knows_the_servers_clock_at_its_beginning(server: Server, connect: Connect) -> None:
    server.serve_list(10)
    async with connect().production_plan_streams.list().items() as walk:
        await anext(walk)
        since = walk.since
    assert since is not None
    assert since.endswith("GMT")


# --- sweeping ---------------------------------------------------------------------------------------------------------


async def test_a_sweep_delivers_what_moved_out_of_the_walks_way(server: Server, connect: Connect) -> None:
    """A row that jumps to the front of the list while it is walked would be missed; the sweep asks for it."""
    rows = rows_json(0, 300)
    moved = {**rows[250], "updated_at": "2030-01-01T00:00:00Z"}
    answered = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal answered
        answered += 1
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        if "updated_at" in request.query:
            assert request.query["updated_at"].startswith("gte:")
            return web.json_response([moved][offset : offset + limit])
        # From the second answer on the row stands at the front.
        present = rows if answered == 1 else [moved, *rows[:250], *rows[251:]]
        return web.json_response(present[offset : offset + limit])

    server.handler = handler
    pager = connect().production_plan_streams.list()
    assert 251 not in [row.id for row in await pager]
    answered = 0
    async with pager.items(sweep=True) as walk:
        ids = [row.id async for row in walk]
    assert sorted(ids) == list(range(1, 301))
    assert len(ids) == 300
    assert walk.report.sweep == 1
    assert walk.report.requests == answered


async def test_a_bounded_walk_needs_no_sweep(server: Server, connect: Connect) -> None:
    server.serve_list(300)
    rows = await connect().production_plan_streams.list().all(max_items=100, sweep=True)
    assert len(rows) == 100
    assert len(server.requests) == 1


async def test_lists_that_fall_by_default_are_asked_for_a_rising_order(server: Server, connect: Connect) -> None:
    """New rows at the front would shift every page; the caller's own order is never touched."""
    server.script((200, []))
    logs = connect().timesheet_logs
    await logs.list()
    await logs.list(order="-date")
    await logs.list().all(stable=False)
    assert server.requests == [
        "GET /api/timesheet-logs?order=created_at&limit=100&offset=0",
        "GET /api/timesheet-logs?order=-date&limit=100&offset=0",
        "GET /api/timesheet-logs?limit=100&offset=0",
    ]
