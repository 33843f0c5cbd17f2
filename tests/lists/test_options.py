"""Every way of reading a list takes the same options, by the same names, and keeps them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import attrs
import pyarrow as pa
import pytest
from aiohttp import web

from asyncsdk import Pager, Wethod, errors, gather_all
from asyncsdk._codec.decode import Reject
from asyncsdk._lists.options import WalkOptions
from asyncsdk.integrations.fastapi import stream_csv, stream_ndjson
from asyncsdk.mirror import Mirror
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]

OPTIONS = {field.name: field.default for field in attrs.fields(WalkOptions)}
DOORS: list[Callable[..., object]] = [
    Pager.items,
    Pager.pages,
    Pager.all,
    Pager.to_arrow,
    gather_all,
    stream_ndjson,
    stream_csv,
]


def keywords(door: Callable[..., object]) -> dict[str, object]:
    """What a function takes by name alone, and its defaults."""
    parameters = inspect.signature(door).parameters.values()
    return {each.name: each.default for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__qualname__)
def test_every_door_spells_out_the_same_options(door: Callable[..., object]) -> None:
    """What one can do, all can: with the same names, the same defaults, in the same order."""
    taken = keywords(door)
    assert {name: taken.get(name, "missing") for name in OPTIONS} == OPTIONS
    assert [name for name in taken if name in OPTIONS] == list(OPTIONS)


def test_a_mirror_takes_the_options_that_are_not_its_own_business() -> None:
    taken = keywords(Mirror)
    assert {name for name in OPTIONS if name not in taken} == {"max_items", "expected", "resume"}


def broken(server: Server, rows: int, bad: set[int]) -> None:
    """Serves rows of which some do not fit their model."""
    listed = rows_json(0, rows)
    for at in bad:
        listed[at]["value"] = "much"

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(listed[offset : offset + limit])

    server.handler = handler


@pytest.mark.parametrize("stable", [True, False])
async def test_what_takes_rejects_may_fail_and_loses_no_row(server: Server, connect: Connect, stable: bool) -> None:
    """The error reaches the reader at its row, and the walk goes on behind it, there and from its bookmark."""
    broken(server, 250, {3, 150})
    pager = connect().production_plan_streams.list()

    def fail(reject: Reject) -> None:
        raise OSError(f"the disk is full at {reject.id}")

    for resumed in (False, True):
        ids: list[int] = []
        failures: list[str] = []
        walk = pager.items(stable=stable, on_reject=fail)
        while True:
            try:
                ids += [row.id async for row in walk]
                break
            except OSError as error:
                failures.append(str(error))
                if resumed:
                    bookmark = walk.bookmark
                    await walk.aclose()
                    walk = pager.items(stable=stable, on_reject=fail, resume=bookmark)
            ids += [(await anext(walk)).id]
        assert len(failures) == 2
        assert ids[-1] == 250
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("stable", [True, False])
async def test_a_page_whose_reject_was_not_taken_is_handed_out_again(
    server: Server, connect: Connect, stable: bool
) -> None:
    broken(server, 250, {3, 150})
    pages = connect().production_plan_streams.list().pages(stable=stable, on_reject=lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await anext(pages)
    before = pages.bookmark
    with pytest.raises(ZeroDivisionError):
        await anext(pages)
    assert pages.bookmark == before
    await pages.aclose()
    rest = connect().production_plan_streams.list().pages(stable=stable, on_reject=lambda _: None, resume=before)
    assert sum([len(page) async for page in rest]) == 248


async def test_whole_lists_are_resumed_and_hand_out_rejects(server: Server, connect: Connect) -> None:
    broken(server, 250, {3, 150})
    pager = connect().production_plan_streams.list()
    bad: list[Reject] = []
    async with pager.items(on_reject=bad.append) as walk:
        first = [(await anext(walk)).id for _ in range(120)]
        bookmark = walk.bookmark
    assert [reject.id for reject in bad] == [4]
    rest = await pager.all(resume=bookmark, on_reject=bad.append)
    assert [*first, *(row.id for row in rest)] == [id for id in range(1, 251) if id not in {4, 151}]
    table: pa.Table = await pager.to_arrow(resume=bookmark, on_reject=bad.append)
    assert table.column("id").to_pylist() == [row.id for row in rest]
    assert [reject.id for reject in bad] == [4, 151, 151]
    both = await gather_all(pager, pager, resume=[bookmark, None], on_reject=bad.append)
    assert [len(rows) for rows in both] == [len(rest), 248]
    assert len(bad) == 6
    with pytest.raises(errors.DecodeError):
        await gather_all(pager, pager)


@pytest.mark.parametrize("resume", ["bookmark", ["one"], 7])
async def test_side_by_side_each_list_has_a_bookmark_or_none(server: Server, connect: Connect, resume: Any) -> None:
    pager = connect().production_plan_streams.list()
    with pytest.raises(errors.ArgumentError, match="resume"):
        await gather_all(pager, pager, resume=resume)
    assert server.requests == []


@pytest.mark.parametrize("odd", [{"concurrency": 0}, {"stable": 1}, {"sweep": None}, {"on_reject": "print"}])
def test_a_mirror_refuses_odd_options_before_it_asks(connect: Connect, odd: dict[str, Any]) -> None:
    with pytest.raises(errors.ArgumentError, match=next(iter(odd))):
        Mirror(connect(), ["streams"], **odd)


async def test_a_mirror_keeps_rows_that_fit(server: Server, connect: Connect) -> None:
    broken(server, 250, {3, 150})
    bad: list[Reject] = []
    async with Mirror(connect(), ["production_plan_streams"], on_reject=bad.append) as mirror:
        assert len(mirror.production_plan_streams) == 248
    assert [reject.id for reject in bad] == [4, 151]
    with pytest.raises(errors.DecodeError):
        await Mirror(connect(), ["production_plan_streams"]).refresh()
