"""A mirror: lists by id, brought up to date for a request each, and told of as they change."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
import re
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from typing import Any

import attrs
import pytest
from aiohttp import web

from asyncsdk import ArgumentError, Change, PermissionDeniedError, ServerError, Wethod, resources
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.mirror import Mirror
from asyncsdk.resources.mirrored_lists import MirroredLists
from asyncsdk.sandbox import Sandbox
from tests.stub_server import Server, rows_json

Connect = Callable[..., Wethod]

NO_RETRY = RetryPolicy(attempts=1)


@attrs.define
class Ticking:
    """A clock that moves when told, and a little with every look, as real ones do."""

    now: float = 1000.0

    def __call__(self) -> float:
        self.now += 1e-6
        return self.now


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=300, seed=5) as running:
        yield running


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, retry=NO_RETRY) as connected:
        yield connected


async def test_a_mirror_holds_the_lists_by_id(sandbox: Sandbox, wethod: Wethod) -> None:
    async with Mirror(wethod, ["production_plan_streams", "streams"]) as mirror:
        rows = await wethod.production_plan_streams.list()
        assert dict(mirror.production_plan_streams) == {row.id: row for row in rows}
        assert len(mirror.streams) == sandbox.count("streams")
        stream = next(iter(mirror.streams.values()))
        assert stream.name == (await wethod.streams.get(stream.id)).name
        assert mirror.streams[stream.id] is stream
        assert 0 <= mirror.age < 60


async def test_a_refresh_costs_one_request_a_list_while_nothing_changes(sandbox: Sandbox, wethod: Wethod) -> None:
    async with Mirror(wethod, ["projects", "streams", "persons", "budget_days"]) as mirror:
        before = {name: dict(getattr(mirror, name)) for name in mirror.lists}
        await mirror.refresh()  # may find out that a list is as long as the pages of some servers
        sandbox.requests.clear()
        await mirror.refresh()
        assert [request.path for request in sandbox.requests] == [
            "/api/projects",
            "/api/streams",
            "/api/persons",
            "/api/budget-days",
        ]
        assert {name: dict(getattr(mirror, name)) for name in before} == before


async def test_a_refresh_brings_what_was_inserted_updated_and_softly_deleted(sandbox: Sandbox, wethod: Wethod) -> None:
    async with Mirror(wethod, ["production_plan_streams"]) as mirror:
        for kind in ("insert", "update", "soft_delete"):
            assert sandbox.mutate("production_plan_streams", kind, 7)
        seen = mirror.production_plan_streams
        under_way = iter(seen)
        first = next(under_way)
        await mirror.refresh()
        assert first not in seen or next(under_way), "a loop that began before the refresh goes on"
        rows = await wethod.production_plan_streams.list()
        assert dict(seen) == {row.id: row for row in rows}


async def test_deletions_that_no_change_shows_go_with_the_next_proof(sandbox: Sandbox, wethod: Wethod) -> None:
    clock = Ticking()
    async with Mirror(wethod, ["streams", "budget_days"], whole=3600, clock=clock) as mirror:
        assert len(mirror.budget_days) > 100 > len(mirror.streams)
        (short,) = sandbox.mutate("streams", "hard_delete", 1)
        (long,) = sandbox.mutate("budget_days", "hard_delete", 1)
        await mirror.refresh()
        assert short.id not in mirror.streams
        assert long.id in mirror.budget_days
        clock.now += 3600
        sandbox.requests.clear()
        await mirror.refresh()
        assert long.id not in mirror.budget_days
        assert len(sandbox.requests) < 10


async def test_changes_are_told_once_they_can_be_seen(sandbox: Sandbox, wethod: Wethod) -> None:
    told: list[tuple[str, str, int, bool]] = []

    def tell(name: str, change: Change[Any]) -> None:
        told.append((name, change.kind, change.id, change.id in mirror.lists[name]))

    mirror = Mirror(wethod, ["projects", "streams"], on_change=tell)
    async with mirror:
        assert told == []
        (new,) = sandbox.mutate("streams", "insert", 1)
        (gone,) = sandbox.mutate("projects", "soft_delete", 1)
        await mirror.refresh()
        await mirror.refresh()
    assert told == [("projects", "deleted", gone.id, False), ("streams", "changed", new.id, True)]


async def test_a_change_that_could_not_be_told_does_not_lose_the_others(sandbox: Sandbox, wethod: Wethod) -> None:
    told: list[int] = []

    async def tell(_: str, change: Change[Any]) -> None:
        told.append(change.id)
        if len(told) == 1:
            raise LookupError("the application's own")

    async with Mirror(wethod, ["streams"], on_change=tell) as mirror:
        made = {change.id for change in sandbox.mutate("streams", "insert", 3)}
        with pytest.raises(LookupError):
            await mirror.refresh()
        await mirror.refresh()
        assert sorted(told) == sorted(made)
        assert made <= mirror.streams.keys()


async def test_soft_deletes_that_leave_updated_at_alone_are_looked_for_now_and_then(
    server: Server, connect: Connect
) -> None:
    deleted = {**rows_json(1, 2)[0], "deleted_at": "2026-02-01T00:00:00Z"}
    gone = False

    async def handler(request: web.Request) -> web.StreamResponse:
        offset = int(request.query["offset"])
        if request.query.get("deleted") == "only":
            return web.json_response([deleted])
        live = [row for row in rows_json(0, 150) if not gone or row["id"] != 2]
        return web.json_response([] if "updated_at" in request.query else live[offset : offset + 100])

    server.handler = handler
    clock = Ticking()
    async with Mirror(connect(), ["production_plan_streams"], whole=600, clock=clock) as mirror:
        gone = True
        await mirror.refresh()
        assert 2 in mirror.production_plan_streams
        clock.now += 600
        server.requests.clear()
        await mirror.refresh()
        assert 2 not in mirror.production_plan_streams
        await mirror.refresh()
        assert [("deleted=only" in line) for line in server.requests] == [False, False, True, False, False]


async def test_the_next_look_begins_at_the_servers_date_less_five_minutes(server: Server, connect: Connect) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        offset = int(request.query["offset"])
        rows = [] if "updated_at" in request.query else rows_json(0, 150)[offset : offset + 100]
        return web.json_response(rows, headers={"Date": "Fri, 01 May 2026 10:00:00 GMT"})

    server.handler = handler
    async with Mirror(connect(), ["production_plan_streams"]) as mirror:
        for _ in range(2):
            await mirror.refresh()
            assert "updated_at=gte:2026-05-01T09:55:00Z" in server.requests[-1]
    assert "deleted=include" in server.requests[-1]


async def test_a_failed_refresh_keeps_the_rows_and_tells(sandbox: Sandbox, wethod: Wethod) -> None:
    clock = Ticking()
    async with Mirror(wethod, ["projects", "streams"], clock=clock) as mirror:
        rows = dict(mirror.projects)
        clock.now += 100
        sandbox.fail("GET /api/projects", status=500)
        sandbox.requests.clear()
        with pytest.raises(ServerError):
            await mirror.refresh()
        assert [request.path for request in sandbox.requests] == ["/api/projects", "/api/streams"]
        assert dict(mirror.projects) == rows
        assert mirror.age >= 100 > mirror.streams.age
        assert str(mirror.failure).startswith("500")
        await mirror.refresh()
        assert mirror.failure is None
        assert mirror.age < 100


async def test_the_background_refreshes_until_the_mirror_is_left(server: Server, connect: Connect) -> None:
    third = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if len(server.requests) == 2:
            return web.json_response({"key": "oops", "message": "no"}, status=500)
        if len(server.requests) >= 3:
            third.set()
        return web.json_response([] if "updated_at" in request.query else rows_json(0, 3))

    server.handler = handler
    mirror = Mirror(connect(retry=NO_RETRY), ["production_plan_streams"], refresh=1e-3)
    async with mirror:
        await third.wait()
    assert len(mirror.production_plan_streams) == 3
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "asyncsdk mirror"]


async def test_a_mirror_that_cannot_be_read_does_not_begin(sandbox: Sandbox, wethod: Wethod) -> None:
    sandbox.fail("GET /api/streams", status=403)
    with pytest.raises(PermissionDeniedError):
        await Mirror(wethod, ["streams"]).start()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "asyncsdk mirror"]


async def test_names_and_seconds_are_checked_before_anything_is_sent(wethod: Wethod) -> None:
    with pytest.raises(ArgumentError, match="'project'"):
        Mirror(wethod, ["project"])
    odd: list[Any] = [None, 5, [], {}, b"projects", [b"projects"], [["projects"]], "project"]
    for lists in odd:
        with pytest.raises(ArgumentError, match="write names such as 'projects'"):
            Mirror(wethod, lists)
    for seconds in (0, 10**400, float("inf")):
        with pytest.raises(ArgumentError, match="above 0"):
            Mirror(wethod, ["projects"], refresh=seconds)
    with pytest.raises(AttributeError, match="keeps streams"):
        _ = Mirror(wethod, ["streams"]).projects
    assert wethod.stats.requests == 0


def test_every_list_of_the_contract_can_be_mirrored() -> None:
    """Type checkers know each list and its model."""
    models = {}
    for resource in (found.name for found in pkgutil.iter_modules(resources.__path__)):
        module = import_module(f"asyncsdk.resources.{resource}")
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__ and "list" in vars(kind):
                model = re.fullmatch(r"Pager\[(\w+)\]", inspect.signature(vars(kind)["list"]).return_annotation)
                assert model
                models[resource] = f"MirroredList[models.{model[1]}]"
    assert MirroredLists.__annotations__ == models
