"""What pagers give: lists whole and in order, within the bounds asked for, at few requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk import Wethod, errors
from asyncsdk._lists.counting import Counting
from tests.stub_server import PATH, Server, rows_json

Connect = Callable[..., Wethod]


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
    address = f"{PATH}?project_id=7&deleted=include&limit=50&offset=3"
    assert repr(pager) == f"<Pager GET {address}: await it, or asyncio.run(pager.all())>"


async def test_a_pager_may_be_read_again(server: Server, connect: Connect) -> None:
    server.serve_list(150)
    pager = connect().production_plan_streams.list()
    assert len(await pager) == len([row async for row in pager]) == sum([len(page) async for page in pager.pages()])


async def test_the_first_page_and_the_first_row_cost_one_request_each(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    pager = connect().production_plan_streams.list(limit=40, offset=5)
    page = await pager.first_page()
    assert (len(page), page[0].id, page.offset, page.is_last) == (40, 6, 5, None)
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


async def test_a_walk_knows_the_servers_clock_at_its_beginning(server: Server, connect: Connect) -> None:
    server.serve_list(10)
    async with connect().production_plan_streams.list().items() as walk:
        await anext(walk)
        since = walk.since
    assert since is not None
    assert since.endswith("GMT")


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


# --- bounds -----------------------------------------------------------------------------------------------------------


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
    refused += [{"max_items": -(10**5000)}, {"stable": 5}, {"sweep": "yes"}, {"on_reject": []}, {"on_reject": True}]
    for bad in refused:
        with pytest.raises(errors.ArgumentError, match=next(iter(bad))):
            connect().production_plan_streams.list().items(**bad)
    assert server.requests == []


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
