"""A search for deleted rows over HTTP: few requests, no row named that is there, and each name confirmed."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from aiohttp import web

from asyncsdk import Pager, Wethod
from asyncsdk._lists.changes import SearchEnd
from asyncsdk._lists.finding import Finding, find_deletions
from asyncsdk._lists.pager import list_of
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.sandbox import Sandbox
from tests.stub_server import Server, rows_json

BEFORE = datetime.now(UTC) - timedelta(hours=1)


@attrs.frozen
class Held:
    """A list as it was when it was read whole."""

    ids: array[int]
    updated_at: dict[int, datetime]

    @classmethod
    async def of(cls, pager: Pager[Any]) -> Held:
        rows = await pager
        return cls(array("q", sorted(row.id for row in rows)), {row.id: row.updated_at for row in rows})


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=1200, seed=5) as running:
        yield running


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    retry = RetryPolicy(attempts=1)
    async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, retry=retry) as connected:
        yield connected


def asked(sandbox: Sandbox) -> list[str]:
    return [f"{request.path}?{request.query}" for request in sandbox.requests]


async def found(sandbox: Sandbox, pager: Pager[Any], held: Held, *, known: bool = True) -> Finding:
    sandbox.requests.clear()
    finding = await find_deletions(
        list_of(pager), held.ids, since=BEFORE, updated_at=held.updated_at.get if known else None
    )
    assert finding.requests == len(sandbox.requests)
    return finding


async def test_a_list_that_lost_nothing_costs_one_request(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    held = await Held.of(pager)
    assert await found(sandbox, pager, held) == Finding(SearchEnd.PROVED, (), (), (), 1)
    assert held.ids.itemsize == 8


async def test_rows_that_vanished_are_named_after_they_were_asked_for(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.budget_days.list()
    held = await Held.of(pager)
    assert len(held.ids) > 400
    gone = {change.id for change in sandbox.mutate("budget_days", "hard_delete", 3)}
    finding = await found(sandbox, pager, held)
    assert (finding.end, set(finding.deleted), finding.new) == (SearchEnd.PROVED, gone, ())
    assert {path for path in asked(sandbox) if path.startswith("/api/budget-days/")} == {
        f"/api/budget-days/{id}?" for id in gone
    }
    assert finding.requests <= 3 + len(held.ids) // 99 + 2


async def test_rows_marked_as_deleted_are_told_by_one_request(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    held = await Held.of(pager)
    marked = {change.id for change in sandbox.mutate("production_plan_streams", "soft_delete", 30)}
    finding = await found(sandbox, pager, held)
    assert (finding.end, finding.deleted, set(finding.marked)) == (SearchEnd.PROVED, (), marked)
    assert finding.requests == 3
    assert "deleted=only" in asked(sandbox)[1]


async def test_rows_that_vanished_and_rows_that_are_marked_are_told_apart(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    held = await Held.of(pager)
    marked = {change.id for change in sandbox.mutate("production_plan_streams", "soft_delete", 5)}
    gone = {change.id for change in sandbox.mutate("production_plan_streams", "hard_delete", 2)}
    finding = await found(sandbox, pager, held)
    assert (finding.end, set(finding.deleted), set(finding.marked)) == (SearchEnd.PROVED, gone, marked)


async def test_where_no_single_row_can_be_read_its_last_update_confirms_it(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.timesheets.list()
    held = await Held.of(pager)
    gone = {change.id for change in sandbox.mutate("timesheets", "hard_delete", 2)}
    finding = await found(sandbox, pager, held)
    assert (finding.end, set(finding.deleted)) == (SearchEnd.PROVED, gone)
    unknown = await found(sandbox, pager, held, known=False)
    assert (unknown.end, unknown.deleted) == (SearchEnd.TOO_MANY, ())


async def test_a_list_that_comes_newest_first_is_asked_for_in_rising_order(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.timesheet_logs.list()
    held = await Held.of(pager)
    gone = {change.id for change in sandbox.mutate("timesheet_logs", "hard_delete", 1)}
    finding = await found(sandbox, pager, held)
    assert (finding.end, set(finding.deleted)) == (SearchEnd.PROVED, gone)
    assert "order=created_at" in asked(sandbox)[0]


async def test_a_row_that_left_a_filtered_list_is_named_though_it_can_be_read(sandbox: Sandbox, wethod: Wethod) -> None:
    for _ in range(3):
        sandbox.add("project_types", name="one", group="a")
    pager = wethod.project_types.list(search="one")
    held = await Held.of(pager)
    assert len(held.ids) >= 3
    left = held.ids[-2]
    sandbox.store.update("project_types", left, {"name": "two"})
    finding = await found(sandbox, pager, held)
    assert (finding.end, finding.deleted) == (SearchEnd.PROVED, (left,))


async def test_an_order_that_is_not_that_of_ids_names_nothing(sandbox: Sandbox, wethod: Wethod) -> None:
    async with Sandbox(rows=600, seed=5, order="updated_at") as other:
        sandbox.requests.clear()
        async with Wethod(token=other.token, company=other.company, base_url=other.url) as client:
            pager = client.budget_days.list()
            held = await Held.of(pager)
            other.mutate("budget_days", "update", 200)
            finding = await found(other, pager, held)
    assert (finding.end, finding.deleted) == (SearchEnd.ORDER, ())


async def test_ids_that_the_list_has_and_nobody_held_are_told(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    held = await Held.of(pager)
    new = {change.id for change in sandbox.mutate("production_plan_streams", "insert", 3)}
    finding = await found(sandbox, pager, held)
    assert (set(finding.new), finding.deleted) == (new, ())


async def test_a_row_that_can_be_read_and_is_marked_as_deleted_is_gone(
    server: Server, connect: Callable[..., Wethod]
) -> None:
    rows = rows_json(0, 150)
    marked = {**rows[100], "deleted_at": "2026-02-01T00:00:00Z"}

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/101"):
            return web.json_response(marked)
        offset = int(request.query["offset"])
        live = [row for row in rows if row["id"] != 101]
        return web.json_response([] if "deleted" in request.query else live[offset : offset + 100])

    server.handler = handler
    finding = await find_deletions(list_of(connect().production_plan_streams.list()), range(1, 151), since=BEFORE)
    assert (finding.end, finding.deleted) == (SearchEnd.PROVED, (101,))


async def test_a_row_that_was_updated_meanwhile_is_not_gone_where_no_single_row_can_be_read(
    server: Server, connect: Callable[..., Wethod]
) -> None:
    rows = [{"id": id, "updated_at": "2026-05-01T00:00:00.500Z"} for id in range(1, 151)]
    asked = []

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, updated = int(request.query["offset"]), request.query.get("updated_at", "")
        asked.append(updated[:3])
        if updated.startswith("gte"):
            return web.json_response([row for row in rows if row["id"] == 101][offset:])
        shown = [row for row in rows if row["id"] != 101] if not updated and "deleted" not in request.query else []
        return web.json_response(shown[offset : offset + 100])

    server.handler = handler
    pager = connect().timesheets.list()
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    finding = await find_deletions(list_of(pager), range(1, 151), since=BEFORE, updated_at=lambda _: moment)
    assert (finding.end, finding.deleted) == (SearchEnd.ORDER, ())
    assert asked[-2:] == ["bt:", "gte"]
