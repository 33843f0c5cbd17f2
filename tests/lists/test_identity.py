"""Rows of every kind come out once each: without ids, with odd ones, equal to others, or no objects at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk import Wethod
from asyncsdk._codec.decode import Reject
from asyncsdk._lists.bookmarks import read, source_of
from asyncsdk._lists.identity import identity_of, is_digest
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.window import PlannedPage
from asyncsdk.errors import DecodeError, WalkError
from tests.stub_server import Server

Connect = Callable[..., Wethod]
SOURCE = source_of("/api/report")


def serve(server: Server, rows: list[Any]) -> None:
    """Serves rows, of which texts are JSON already."""

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        texts = [row if isinstance(row, str) else json.dumps(row) for row in rows[offset : offset + limit]]
        return web.Response(text=f"[{','.join(texts)}]", content_type="application/json")

    server.handler = handler


ODD: list[list[Any]] = [
    [{"hours": 8}, {"hours": 8}, {"hours": 4}],
    [{"id": None, "a": 1}, {"id": None, "a": 1}],
    [{"id": True, "a": 1}, {"id": 1, "a": 1}, {"id": 1.0, "a": 1}, {"id": "1", "a": 1}],
    [{"id": False}, {"id": 0}, {"id": None}, {}],
    [{"id": [1]}, {"id": [1]}, {"id": {"a": 1}}],
    [{"id": 2**63 + at} for at in range(3)] + [{"id": 2**61 - 1 + 2**70}, {"id": 2**70}],
    [{"id": 2**64}, {"id": 2**64 + 2**61 - 1}],
    [{"id": "x"}, {"id": 1}, {"id": "y"}, {"id": 2}],
    [{"updated_at": [1]}, {"updated_at": {"a": 1}}, {"updated_at": [1]}],
    [{"id": 1, "updated_at": [1]}, {"id": 2, "updated_at": None}],
]


@pytest.mark.parametrize("rows", ODD, ids=str)
@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("limit", [2, 3, 100])
async def test_each_row_comes_out(server: Server, connect: Connect, rows: list[Any], stable: bool, limit: int) -> None:
    """In one page and over many, resumed after every row."""
    many = [*rows, *({"id": 10**6 + at} for at in range(9)), *rows]
    if any("id" in row and type(row["id"]) in {int, str} for row in rows):
        many = [*rows, *({"id": 10**6 + at} for at in range(9))]  # an id that came is not new
    serve(server, many)
    pager = connect().list("/api/report", limit=limit)
    assert await pager.all(stable=stable) == many
    async with pager.items(stable=stable) as walk:
        taken = [await anext(walk) for _ in range(len(rows) + 2)]
        bookmark = walk.bookmark
    assert taken + [row async for row in pager.items(stable=stable, resume=bookmark)] == many


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("count", [99, 100, 101, 365, 1000])
async def test_equal_rows_without_id_count_each(server: Server, connect: Connect, count: int, stable: bool) -> None:
    """A report of a year in which every day looks the same."""
    rows = [{"hours": 8}] * count
    serve(server, rows)
    pager = connect().list("/api/report")
    assert await pager.all(stable=stable) == rows
    async with pager.items(stable=stable) as walk:
        for _ in range(count // 2):
            await anext(walk)
        bookmark = walk.bookmark
    assert len([row async for row in pager.items(stable=stable, resume=bookmark)]) == count - count // 2


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(2, 12), st.integers(1, 8), st.booleans(), st.data())
def test_a_list_of_rows_that_repeat_comes_out_as_it_is(
    values: list[int], limit: int, concurrency: int, stable: bool, data: st.DataObject
) -> None:
    """Without ids: order, number and bookmarks are those of the list."""
    rows = [{"value": value} for value in values]

    def run(plan: Plan[dict[str, int]], most: int) -> tuple[list[dict[str, int]], str]:
        out: list[dict[str, int]] = []
        flying: list[PlannedPage[dict[str, int]]] = []
        while not plan.done:
            flying += plan.due()
            page = flying.pop(data.draw(st.integers(0, len(flying) - 1)))
            plan.answered(page, rows[page.offset : page.offset + page.limit])
            while (delivery := plan.take()) is not None:
                if len(out) + len(delivery.rows) >= most:
                    left = most - len(out)
                    return out + delivery.rows[:left], delivery.bookmark(left)
                out += delivery.rows
        return out, plan.bookmark()

    def plan(**more: Any) -> Plan[dict[str, int]]:
        return Plan(identity_of(dict), limit=limit, concurrency=concurrency, stable=stable, source=SOURCE, **more)

    assert run(plan(), 10**9)[0] == rows
    most = data.draw(st.integers(0, len(rows)))
    if most:
        first, bookmark = run(plan(), most)
        assert first == rows[:most]
        assert run(plan(resume=read(bookmark, SOURCE)), 10**9)[0] == rows[most:]


async def test_a_server_that_gives_one_row_for_ever_is_found_out(server: Server, connect: Connect) -> None:
    """Equal rows without id: whether the list goes on cannot be told, but it does not go on for ever."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response([{"hours": 8}] * int(request.query["limit"]))

    server.handler = handler
    for stable in (True, False):
        server.requests.clear()
        with pytest.raises(WalkError, match="ignores `offset`"):
            await connect().list("/api/report").all(stable=stable)
        assert len(server.requests) < 150


NO_OBJECTS = [
    "null",
    "17",
    '"x"',
    "[]",
    "true",
    "9" * 5000,
    '{"id": ' + "9" * 5000 + "}",
    "1e999",
    "[" * 500 + "]" * 500,
]


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("odd", NO_OBJECTS, ids=lambda text: text[:12])
async def test_rows_that_are_no_objects(server: Server, connect: Connect, odd: str, stable: bool) -> None:
    """Handed out as rejects where that is asked for, else an error that names the place: never a TypeError."""
    rows: list[Any] = [odd if at in {0, 98, 99, 100, 151} else {"id": at} for at in range(250)]
    serve(server, rows)
    pager = connect().list("/api/report")
    rejects: list[Reject] = []
    try:
        found = [row async for row in pager.items(stable=stable, on_reject=rejects.append)]
    except DecodeError:
        assert odd.startswith("[[")  # deeper than a reader of JSON goes
        return
    if rejects:
        assert [reject.raw.decode() for reject in rejects] == [odd] * 5
        assert [row["id"] for row in found] == [at for at in range(250) if at not in {0, 98, 99, 100, 151}]
        with pytest.raises(DecodeError):
            await pager.all(stable=stable)
    else:
        assert len(found) == 250  # a number that Python can hold


async def test_rejects_without_an_id_are_each_handed_out(server: Server, connect: Connect) -> None:
    """Of a typed list, and equal to each other."""
    serve(server, ["null", "null", '{"id": null}', '{"id": null}', '{"id": [1]}'])
    rejects: list[Reject] = []
    assert [row async for row in connect().production_plan_streams.list().items(on_reject=rejects.append)] == []
    assert len(rejects) == 5


def test_a_class_of_ones_own_is_told_apart_by_whatever_its_id_is() -> None:
    @attrs.frozen
    class Mine:
        id: object

    keys = identity_of(Mine).keys([Mine(1), Mine(True), Mine(None), Mine(None), Mine("a"), Mine(2.5)])
    assert keys[0] == 1
    assert keys[4] == "a"
    assert all(map(is_digest, [keys[1], keys[2], keys[3], keys[5]]))
    assert keys[1] != keys[5]
