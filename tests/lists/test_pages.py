"""What pages say of themselves, what a known length is worth, and sweeps where the server has no clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod, errors, gather_all
from asyncsdk._lists.sweeping import moment_before
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]


# --- the last page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("count", [1, 49, 50, 51, 99, 100, 101, 500, 1000])
async def test_the_last_page_says_so_and_all_others_that_they_are_not(
    server: Server, connect: Connect, count: int, concurrency: int, stable: bool
) -> None:
    """Also where the list ends with a full page, which only the next one shows."""
    server.serve_list(count)
    pager = connect().production_plan_streams.list(limit=50)
    pages = [page async for page in pager.pages(stable=stable, concurrency=concurrency)]
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [row.id for page in pages for row in page] == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("count", "most", "is_last"),
    [(120, 60, False), (120, 100, None), (120, 120, None), (120, 119, None), (120, 130, True), (30, 30, None)],
)
async def test_a_bounded_walk_says_what_it_knows(
    server: Server, connect: Connect, count: int, most: int, is_last: bool | None
) -> None:
    """It asks for no row beyond its bound, so it may not know."""
    server.serve_list(count)
    pager = connect().production_plan_streams.list(limit=50)
    pages = [page async for page in pager.pages(max_items=most, stable=False)]
    assert all(page.is_last is False for page in pages[:-1])
    assert pages[-1].is_last in ({None, False} if is_last is False else {is_last})


@pytest.mark.parametrize(
    ("count", "limit", "is_last"),
    [
        (0, 100, True),
        (1, 100, True),
        (99, 100, True),
        (100, 100, None),
        (101, 100, None),
        (50, 100, None),
        (50, 60, True),
    ],
)
async def test_a_first_page_that_is_full_cannot_say(
    server: Server, connect: Connect, count: int, limit: int, is_last: bool | None
) -> None:
    """50 rows where 100 were asked for may be all the server gives."""
    server.serve_list(count)
    page = await connect().production_plan_streams.list(limit=limit).first_page()
    assert page.is_last is is_last
    assert len(page) == min(count, limit)
    assert len(server.requests) == 1


async def test_a_page_held_back_was_not_delivered(server: Server, connect: Connect) -> None:
    """Bookmarks of pages and of their walk are exact, before and after closing."""
    server.serve_list(500)
    pager = connect().production_plan_streams.list(limit=50)
    for taken in range(12):
        async with pager.pages() as pages:
            ids = [row.id for _ in range(taken) async for row in _rows(await anext(pages, ()))]
            bookmark = pages.bookmark
        assert pages.bookmark == bookmark
        assert [page async for page in pages] == []
        assert pages.bookmark == bookmark
        ids += [row.id async for page in pager.pages(resume=bookmark) for row in page]
        assert ids == list(range(1, 501))


async def _rows(page: Any) -> Any:
    for row in page:
        yield row


async def test_the_page_before_a_failure_comes_first(server: Server, connect: Connect) -> None:
    server.serve_list(500)
    answer = server.handler
    assert answer is not None
    broken = True

    async def handler(request: web.Request) -> web.StreamResponse:
        if broken and int(request.query["offset"]) >= 190:
            return web.json_response({"message": "no"}, status=403)
        return await answer(request)

    server.handler = handler
    pager = connect().production_plan_streams.list(limit=50)
    found = []
    pages = pager.pages()
    with pytest.raises(errors.PermissionDeniedError) as caught:
        while True:
            found.append(await anext(pages))
    assert [page.is_last for page in found] == [False, False, False, None]
    assert caught.value.bookmark == found[-1].bookmark == pages.bookmark
    broken = False
    ids = [row.id for page in found for row in page]
    ids += [row.id async for page in pager.pages(resume=caught.value.bookmark) for row in page]
    assert ids == list(range(1, 501))


async def test_rows_that_do_not_fit_are_handed_out_with_their_page(server: Server, connect: Connect) -> None:
    rows = rows_json(0, 150)
    rows[120]["value"] = "much"

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit])

    server.handler = handler
    rejects: list[Any] = []
    async with connect().production_plan_streams.list().pages(on_reject=rejects.append) as pages:
        await anext(pages)
        assert rejects == []
        await anext(pages)
        assert len(rejects) == 1


# --- a length that is known -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["all", "items", "pages", "to_arrow"])
async def test_every_door_takes_a_length(server: Server, connect: Connect, door: str) -> None:
    """1,000 rows: 11 pages, and not one more."""
    server.serve_list(1000)
    pager = connect().production_plan_streams.list()
    if door == "to_arrow":
        pytest.importorskip("pyarrow")
    match door:
        case "all":
            found = len(await pager.all(expected=1000))
        case "items":
            found = len([row async for row in pager.items(expected=1000)])
        case "pages":
            found = sum([len(page) async for page in pager.pages(expected=1000)])
        case _:
            found = (await pager.to_arrow(expected=1000)).num_rows
    assert found == 1000
    assert len(server.requests) == 11


async def test_a_length_counts_from_the_offset_also_where_a_walk_is_resumed(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    pager = connect().production_plan_streams.list(offset=500)
    assert len(await pager.all(expected=500)) == 500
    assert len(server.requests) == 6
    async with pager.items(expected=500) as walk:
        for _ in range(350):
            await anext(walk)
        bookmark = walk.bookmark
    server.requests.clear()
    assert len([row async for row in pager.items(expected=500, resume=bookmark)]) == 150
    assert len(server.requests) == 2


async def test_lists_side_by_side_take_a_length_each(server: Server, connect: Connect) -> None:
    server.serve_list(1000)
    wethod = connect()
    pagers = wethod.production_plan_streams.list(), wethod.production_plan_streams.list(offset=900)
    found = await gather_all(*pagers, expected=[1000, None])
    assert [len(rows) for rows in found] == [1000, 100]
    assert len(server.requests) <= 11 + 4
    bounded = await gather_all(*pagers, max_items=30, stable=False)
    assert [len(rows) for rows in bounded] == [30, 30]
    with pytest.raises(errors.ArgumentError, match="1 lengths for 2 lists"):
        await gather_all(*pagers, expected=[7])


@pytest.mark.parametrize("expected", [-1, 1.5, True, "7"])
async def test_a_length_that_is_none_is_refused(server: Server, connect: Connect, expected: Any) -> None:
    with pytest.raises(errors.ArgumentError, match="expected"):
        await connect().production_plan_streams.list().all(expected=expected)
    assert server.requests == []


# --- sweeps -----------------------------------------------------------------------------------------------------------


DATES = [None, "garbage", "Wed, 25 Nov 2026 00:00:00 +99999999999999999999", "Fri, 31 Dec 9999 23:59:59 -2359", ""]


@pytest.mark.parametrize("date", DATES)
async def test_a_sweep_goes_by_our_clock_where_the_server_has_none(
    server: Server, connect: Connect, date: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """With a margin of a quarter of an hour, and a word about it. It is asked for in any case."""
    rows = rows_json(0, 300)
    moved = {**rows[250], "updated_at": "2099-01-01T00:00:00Z"}
    swept: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        response: web.StreamResponse
        if "updated_at" in request.query:
            swept.append(request.query["updated_at"])
            response = web.json_response([moved][offset : offset + limit])
        else:
            present = rows if offset == 0 else [moved, *rows[:250], *rows[251:]]
            response = web.json_response(present[offset : offset + limit])
        if date is not None:
            response.headers["Date"] = date
        else:
            response.headers["Date"] = "no"
        return response

    server.handler = handler
    pager = connect().production_plan_streams.list()
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        async with pager.items(sweep=True, concurrency=1) as walk:
            ids = [row.id async for row in walk]
            assert walk.since in {None, date} or moment_before(walk.since or "") is None
    assert sorted(ids) == list(range(1, 301))
    assert len(ids) == 300
    assert len(swept) == 1
    assert "this machine's clock" in caplog.text


async def test_a_walk_says_once_that_its_sweeps_go_by_our_clock(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """However many sweeps it takes: here every one is as long as the list."""
    rows = rows_json(0, 250)

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit], headers={"Date": "no"})

    server.handler = handler
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        assert len(await connect().production_plan_streams.list().all(sweep=True)) == 250
    assert len(server.requests) > 9  # it was swept more than once
    assert caplog.text.count("this machine's clock") == 1


@pytest.mark.parametrize("own", ["neq:2026-01-01T00:00:00Z", "lt:2099-01-01T00:00:00Z", "gte:yesterday"])
async def test_a_sweep_that_cannot_be_asked_for_is_refused_at_the_beginning(
    server: Server, connect: Connect, own: str
) -> None:
    """Not after the whole list was read."""
    pager = connect().list("/api/production-plan-streams", params={"updated_at": own})
    for walk in (pager.items, pager.pages):
        with pytest.raises(errors.ArgumentError, match="sweep"):
            walk(sweep=True)
    assert server.requests == []


async def test_a_bookmark_taken_in_a_sweep_leads_back_into_the_list(server: Server, connect: Connect) -> None:
    """It goes on from the end of the list, and sweeps again."""
    rows = rows_json(0, 250)
    moved = {**rows[200], "updated_at": "2099-01-01T00:00:00Z"}

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        if "updated_at" in request.query:
            return web.json_response([moved][offset : offset + limit])
        present = rows if offset == 0 else [moved, *rows[:200], *rows[201:]]
        return web.json_response(present[offset : offset + limit])

    server.handler = handler
    pager = connect().production_plan_streams.list()
    async with pager.items(sweep=True) as walk:
        ids = [row.id async for row in walk]
        bookmark = walk.bookmark
    assert sorted(ids) == list(range(1, 251))
    assert {row.id async for row in pager.items(sweep=True, resume=bookmark)} <= {201}
    async with pager.pages(sweep=True) as pages:
        found = [page async for page in pages]
    assert [page.is_last for page in found] == [False] * (len(found) - 1) + [True]
    assert {row.id async for row in pager.items(sweep=True, resume=found[-1].bookmark)} <= {201}
