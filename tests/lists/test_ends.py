"""Where lists end, and where servers do not page as they should: no walk goes on for ever, and no row is left out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod, errors
from asyncsdk._lists.counting import Counting
from asyncsdk._sending.page_sizes import PageSizes
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]
Page = Callable[[int, int], Any]


def serve(server: Server, page: Page) -> None:
    """Answers with what `page(offset, limit)` gives: rows, or the status of a refusal."""

    async def handler(request: web.Request) -> web.StreamResponse:
        found = page(int(request.query["offset"]), int(request.query["limit"]))
        if isinstance(found, int):
            return web.json_response({"key": "refused", "message": "no"}, status=found)
        return web.json_response(found)

    server.handler = handler


async def ids_of(pager: Any, door: str, **options: Any) -> list[int]:
    """The ids that come out of one door of a pager."""
    match door:
        case "all":
            return [row.id for row in await pager.all(**options)]
        case "items":
            return [row.id async for row in pager.items(**options)]
        case _:
            return [row.id async for page in pager.pages(**options) for row in page]


# --- lists that do not page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["all", "items", "pages"])
@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize(("rows", "limit"), [(101, 100), (150, 100), (5000, 100), (30, 10), (2, 1)])
async def test_a_list_that_comes_whole_is_delivered_once_in_one_request(
    server: Server, connect: Connect, rows: int, limit: int, stable: bool, door: str
) -> None:
    serve(server, lambda offset, limit: rows_json(0, rows))
    pager = connect().production_plan_streams.list(limit=limit)
    assert await ids_of(pager, door, stable=stable) == list(range(1, rows + 1))
    assert len(server.requests) == 1


async def test_what_is_left_of_a_list_that_comes_whole_is_not_counted(server: Server, connect: Connect) -> None:
    """Nobody knows which of its rows `offset` would have left out: a walk says so, and so does a count."""
    serve(server, lambda offset, limit: rows_json(0, 150))
    pager = connect().production_plan_streams.list(offset=50)
    for reading in (pager.all(), pager.count()):
        with pytest.raises(errors.WalkError, match="the server does not page"):
            await reading


@pytest.mark.parametrize("rows", [101, 150, 5000])
async def test_a_list_that_comes_whole_is_counted_by_its_one_page(server: Server, connect: Connect, rows: int) -> None:
    serve(server, lambda offset, limit: rows_json(0, rows))
    assert await connect().production_plan_streams.list().count() == rows
    assert len(server.requests) == 1


async def test_a_list_that_comes_whole_keeps_to_max_items_and_resumes(server: Server, connect: Connect) -> None:
    serve(server, lambda offset, limit: rows_json(0, 150))
    pager = connect().production_plan_streams.list()
    async with pager.items(max_items=120) as walk:
        ids = [row.id async for row in walk]
        bookmark = walk.bookmark
    assert ids == list(range(1, 121))
    assert [row.id async for row in pager.items(resume=bookmark)] == list(range(121, 151))
    assert (await pager.first_page()).is_last is False
    assert (await pager.first_page())[-1].id == 100


@pytest.mark.parametrize("stable", [True, False])
async def test_what_an_offset_skips_in_a_list_that_comes_whole_cannot_be_told(
    server: Server, connect: Connect, stable: bool
) -> None:
    serve(server, lambda offset, limit: rows_json(0, 150))
    with pytest.raises(errors.WalkError, match="does not page"):
        await connect().production_plan_streams.list(offset=50).all(stable=stable)
    assert len(server.requests) == 1


@pytest.mark.parametrize("door", ["all", "items", "pages", "count"])
@pytest.mark.parametrize("stable", [True, False])
async def test_the_same_page_for_ever_is_an_error_after_two(
    server: Server, connect: Connect, stable: bool, door: str
) -> None:
    serve(server, lambda offset, limit: rows_json(0, 100))
    pager = connect().production_plan_streams.list()
    with pytest.raises(errors.WalkError, match="ignores `offset`"):
        await (pager.count() if door == "count" else ids_of(pager, door, stable=stable, concurrency=1))
    assert len(server.requests) == 2


async def test_a_count_has_a_bound(server: Server, connect: Connect) -> None:
    """Other rows at every offset, without an end."""
    serve(server, lambda offset, limit: rows_json(offset % 10**15, offset % 10**15 + limit))
    with pytest.raises(errors.WalkError, match="no end"):
        await connect().production_plan_streams.list().count()
    assert len(server.requests) <= 100


# --- refusals beyond the end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 416, 422])
@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("rows", [100, 200, 250, 300, 1000])
async def test_a_refusal_beyond_the_end_ends_a_walk(
    server: Server, connect: Connect, rows: int, stable: bool, status: int
) -> None:
    """Empty pages are refused. That is believed only once the row before it was shown to be the last."""
    serve(server, lambda offset, limit: rows_json(offset, min(offset + limit, rows)) or status)
    wethod = connect()
    pager = wethod.production_plan_streams.list()
    assert await ids_of(pager, "all", stable=stable) == list(range(1, rows + 1))
    assert await pager.count() == rows
    async with pager.items(stable=stable) as walk:
        assert [row.id async for row in walk] == list(range(1, rows + 1))
        bookmark = walk.bookmark
    assert [row.id async for row in pager.items(stable=stable, resume=bookmark)] == []


@pytest.mark.parametrize("status", [400, 404, 416, 422])
@pytest.mark.parametrize("stable", [True, False])
async def test_a_refusal_within_a_list_is_an_error(server: Server, connect: Connect, stable: bool, status: int) -> None:
    """An API that refuses offsets beyond 500, though there are more rows, must not shorten a list in silence."""
    serve(server, lambda offset, limit: rows_json(offset, min(offset + limit, 2000)) if offset <= 500 else status)
    wethod = connect()
    ids: list[int] = []
    walk = wethod.production_plan_streams.list().items(stable=stable)
    with pytest.raises(errors.APIError) as caught:
        while True:
            ids.append((await anext(walk)).id)
    assert caught.value.status == status
    assert caught.value.bookmark
    assert ids == list(range(1, len(ids) + 1))
    assert len(server.requests) < 40
    with pytest.raises(errors.APIError):
        await wethod.production_plan_streams.list().count()


@pytest.mark.parametrize("stable", [True, False])
async def test_a_refusal_of_the_first_page_is_an_error(server: Server, connect: Connect, stable: bool) -> None:
    serve(server, lambda offset, limit: 404)
    for pager in (connect().production_plan_streams.list(), connect().production_plan_streams.list(offset=7)):
        with pytest.raises(errors.NotFoundError):
            await pager.all(stable=stable)
        with pytest.raises(errors.NotFoundError):
            await pager.count()
    assert len(server.requests) == 4


async def test_a_list_that_shrinks_below_the_next_page_is_read_to_its_end(server: Server, connect: Connect) -> None:
    """The page that was to come is refused meanwhile; what is left is looked for further back."""
    rows = rows_json(0, 1000)

    def page(offset: int, limit: int) -> Any:
        if offset >= 300:
            del rows[150:]
        return rows[offset : offset + limit] or 404

    serve(server, page)
    pager = connect().production_plan_streams.list()
    ids = [row.id async for row in pager.items(concurrency=1)]
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= 150


# --- servers that give fewer rows than asked for ----------------------------------------------------------------------


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("cap", [20, 25, 50])
@pytest.mark.parametrize("rows", [0, 7, 50, 51, 60, 99, 100, 101, 400])
async def test_a_server_that_gives_fewer_rows_at_once_is_read_to_the_end(
    server: Server, connect: Connect, rows: int, cap: int, stable: bool, caplog: pytest.LogCaptureFixture
) -> None:
    serve(server, lambda offset, limit: rows_json(offset, min(offset + min(limit, cap), rows)))
    wethod = connect()
    pager = wethod.production_plan_streams.list()
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        for _ in range(2):
            assert await ids_of(pager, "all", stable=stable) == list(range(1, rows + 1))
    assert await pager.count() == rows
    if rows >= 2 * cap:
        assert f"the server gives {cap} rows at once" in caplog.text
        assert "limit=100" in caplog.text
    if rows < cap:
        assert len(server.requests) == 3


async def test_an_honest_list_of_a_usual_length_costs_one_request_more_and_that_once(
    server: Server, connect: Connect
) -> None:
    server.serve_list(50)
    wethod = connect()
    pager = wethod.production_plan_streams.list()
    for requests in (2, 3, 4):
        assert len(await pager) == 50
        assert len(server.requests) == requests
    assert await pager.count() == 50
    assert len(server.requests) == 5


async def test_a_client_that_has_met_a_full_page_doubts_nothing(server: Server, connect: Connect) -> None:
    wethod = connect()
    server.serve_list(150)
    await wethod.production_plan_streams.list()
    server.serve_list(50)
    server.requests.clear()
    assert len(await wethod.projects.list().into(dict)) == 50
    assert len(server.requests) == 1


@pytest.mark.parametrize("rows", [1, 10, 30, 42, 99])
async def test_a_list_of_one_page_costs_one_request(server: Server, connect: Connect, rows: int) -> None:
    server.serve_list(rows)
    assert len(await connect().production_plan_streams.list()) == rows
    assert len(server.requests) == 1


async def test_a_list_whose_length_is_known_is_not_doubted(server: Server, connect: Connect) -> None:
    server.serve_list(50)
    assert len(await connect().production_plan_streams.list().all(expected=50)) == 50
    assert len(server.requests) == 1


def test_lengths_are_doubted_until_they_are_proved() -> None:
    sizes = PageSizes()
    sizes.met(25)
    assert sizes.doubtful(25)
    assert sizes.doubtful(50)
    assert not sizes.doubtful(20)
    sizes.proved(25)
    assert not sizes.doubtful(25)
    assert sizes.capped(50)
    assert not sizes.capped(50)
    sizes.proved(50)
    assert sizes.doubtful(50), "what was found out stays"


def test_counting_needs_no_server() -> None:
    counting = Counting()
    assert counting.probe() == 0
    counting.answered(99)
    assert counting.probe() is None
    assert counting.count == 99


# --- what a walk says about its cost ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "limit", "options", "warns"),
    [
        (400, 20, {}, True),
        (400, 100, {}, False),
        (40, 20, {}, False),
        (400, 20, {"max_items": 200}, False),
        (2000, 99, {}, False),
    ],
)
async def test_small_pages_are_named(
    server: Server,
    connect: Connect,
    rows: int,
    limit: int,
    options: dict[str, Any],
    warns: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """`limit` is taken for a bound of rows by many who come from elsewhere."""
    server.serve_list(rows)
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        await connect().production_plan_streams.list(limit=limit).all(**options)
    assert len(caplog.records) == warns
    if warns:
        assert f"{rows} rows took {len(server.requests)} requests, because limit={limit}" in caplog.text
        assert "5 would do with limit=100" in caplog.text
        assert "max_items" in caplog.text


async def test_a_pager_that_is_used_as_a_list_says_what_to_write(server: Server, connect: Connect) -> None:
    server.serve_list(3)
    pager: Any = connect().production_plan_streams.list()
    for use, says in (
        (lambda: list(pager), "async for"),
        (lambda: len(pager), "count()"),
        (lambda: pager[0], "first()"),
        (lambda: [*pager], "await pager"),
        (lambda: 3 in pager, "await pager"),
    ):
        with pytest.raises(TypeError) as caught:
            use()
        assert says in str(caught.value)
    assert bool(pager)
    assert server.requests == []
    coroutine = asyncio.to_thread(asyncio.run, pager)
    with pytest.raises(ValueError, match=r"asyncio\.run\(pager\.all\(\)\)"):
        await coroutine
