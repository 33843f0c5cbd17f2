"""What is told of a list that is followed: each change once, and nothing twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncsdk import Reject, Wethod
from asyncsdk._lists.held import HeldRows, microseconds, version_of
from asyncsdk.sandbox import Deviation, Sandbox
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.lists.followed import STREAMS, client_of, learned, told

# --- what is told ---------------------------------------------------------------------------------------------------


async def test_what_is_inserted_updated_and_deleted_is_told(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark = await learned(pager)
    ids = sorted(sandbox.store.ids(STREAMS, "live"))
    sandbox.store.update(STREAMS, ids[10], {"value": "77"})
    sandbox.store.delete(STREAMS, ids[200], soft=True)
    sandbox.store.delete(STREAMS, ids[300], soft=False)
    (new,) = sandbox.mutate(STREAMS, "insert", 1)
    found = {change.id: change for change in await told(pager.changes(bookmark, every=None))}
    assert {id: change.kind for id, change in found.items()} == {
        ids[10]: "changed",
        ids[200]: "deleted",
        ids[300]: "deleted",
        new.id: "changed",
    }
    assert found[ids[10]].row == await wethod.production_plan_streams.get(ids[10])
    marked, gone = found[ids[200]].row, found[ids[300]].row
    assert marked is not None
    assert marked.deleted_at is not None
    assert gone is None


async def test_from_the_beginning_all_rows_are_told_and_then_what_changes(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    changes = pager.changes("beginning", every=1e-6)
    rows = {}
    for _ in range(sandbox.count(STREAMS)):
        change = await anext(changes)
        rows[change.id] = change.row
    assert rows == {row.id: row for row in await pager}
    (update,) = sandbox.mutate(STREAMS, "update", 1)
    assert (await anext(changes)).id == update.id
    await changes.aclose()
    assert await told(changes) == []


async def test_what_changed_since_a_moment_is_told_also_what_was_deleted(sandbox: Sandbox, wethod: Wethod) -> None:
    moment = datetime.now(UTC) - timedelta(seconds=1)
    made = [*sandbox.mutate(STREAMS, "update", 3), *sandbox.mutate(STREAMS, "soft_delete", 2)]
    pager = wethod.production_plan_streams.list()
    found = await told(pager.changes(moment, every=None))
    gone = {change.id for change in made if change.kind == "soft_delete"}
    assert Counter((change.kind, change.id) for change in found) == Counter(
        {("deleted" if change.id in gone else "changed", change.id) for change in made}
    )


def test_what_changes_while_the_list_is_first_read_is_told() -> None:
    simulation = Simulation(3, Conditions(round_trip=2.0), rows=400)
    ids = sorted(simulation.store.ids(STREAMS, "live"))

    async def main() -> list[tuple[str, int]]:
        async with simulation.client() as wethod:
            changes = wethod.production_plan_streams.list().changes(every=None)
            first = asyncio.ensure_future(told(changes))
            while len(simulation.server.requests) < 2:
                await asyncio.sleep(1)
            simulation.store.update(STREAMS, ids[3], {"value": "77"})
            simulation.store.update(STREAMS, ids[-3], {"value": "77"})
            return sorted((change.kind, change.id) for change in await first)

    assert simulation.run(main) == [("changed", ids[3]), ("changed", ids[-3])]


async def test_a_version_is_told_once_though_it_comes_again_for_five_minutes(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark = await learned(pager)
    (update,) = sandbox.mutate(STREAMS, "update", 1)
    counts = []
    for _ in range(3):
        changes = pager.changes(bookmark, every=None)
        counts.append([change.id for change in await told(changes)])
        bookmark = changes.bookmark
    assert counts == [[update.id], [], []]


def test_two_updates_within_one_second_are_two_versions_where_stamps_are_in_seconds() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    held = HeldRows([7])
    held.put(7, version_of(moment, lambda: "one"))
    assert held.knows(7, version_of(moment, lambda: "one"), since=0)
    assert not held.knows(7, version_of(moment, lambda: "two"), since=0)
    held.forget(microseconds(moment) + 1)
    assert held.knows(7, version_of(moment, lambda: "two"), since=0)


async def test_a_row_that_leaves_a_filtered_list_is_told_as_deleted(sandbox: Sandbox, wethod: Wethod) -> None:
    for _ in range(3):
        sandbox.add("project_types", name="one", group="a")
    pager = wethod.project_types.list(search="one")
    first = pager.changes(every=None)
    assert len(await told(first)) <= 3  # they were made in this second
    bookmark = first.bookmark
    left = max(sandbox.store.ids("project_types", "live"))
    sandbox.store.update("project_types", left, {"name": "two"})
    assert [(change.kind, change.id) for change in await told(pager.changes(bookmark, every=None))] == [
        ("deleted", left)
    ]


async def test_rows_that_do_not_fit_are_handed_out_once_and_hinder_nothing() -> None:
    deviations = [Deviation("null", "Project.name")]
    async with Sandbox(rows=300, seed=5, deviations=deviations) as odd, client_of(odd) as wethod:
        rejects: list[Reject] = []
        pager = wethod.with_options(strict=True).projects.list()
        first = pager.changes(every=None, on_reject=rejects.append)
        assert await told(first) == []
        there = odd.count("projects")
        assert len(rejects) == there > 0
        again = pager.changes(first.bookmark, every=None, on_reject=rejects.append)
        assert (await told(again), len(rejects)) == ([], there)
        assert again.requests <= 2


# --- what is refused ------------------------------------------------------------------------------------------------


async def test_a_nested_list_is_followed_too_into_plain_data(sandbox: Sandbox, wethod: Wethod) -> None:
    leaders = Counter(leader["stream_id"] for _, leader in _rows(sandbox, "stream_leaders"))
    (stream, number), *_ = leaders.most_common(1)
    pager = wethod.streams.list_leaders(stream).into(dict)
    first = pager.changes("beginning", every=None)
    assert len(await told(first)) == number > 0
    gone = next(id for id, leader in _rows(sandbox, "stream_leaders") if leader["stream_id"] == stream)
    sandbox.store.delete("stream_leaders", gone, soft=True)
    found = await told(pager.changes(first.bookmark, every=None))
    assert [(change.kind, change.id, change.row is None) for change in found] == [("deleted", gone, False)]


def _rows(sandbox: Sandbox, name: str) -> list[tuple[int, Any]]:
    return [(id, json.loads(text)) for id, text in sandbox.store.page(name, "live", 1000, 0)]
