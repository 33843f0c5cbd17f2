"""A list that is followed: each change is told once, whatever interrupts it, for one or two requests a round."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import attrs
import pytest
from aiohttp import web

from asyncsdk import ArgumentError, Change, Changes, Pager, Reject, RetryPolicy, ServerError, Wethod, filters
from asyncsdk._lists.change_stream import followed_from
from asyncsdk._lists.held import HeldRows, microseconds, version_of
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.noticing import News
from asyncsdk._lists.pager import list_of
from asyncsdk.sandbox import Deviation, Sandbox
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.stub_server import Server, rows_json

NO_RETRY = RetryPolicy(attempts=1)
STREAMS = "production_plan_streams"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=400, seed=5) as running:
        yield running


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with client_of(sandbox) as connected:
        yield connected


def client_of(sandbox: Sandbox) -> Wethod:
    return Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, retry=NO_RETRY, budget=None)


async def told(changes: Changes[Any]) -> list[Change[Any]]:
    return [change async for change in changes]


async def learned(pager: Pager[Any]) -> str:
    """Follows a list for one round, and returns the bookmark."""
    changes = pager.changes(every=None)
    assert await told(changes) == []
    return changes.bookmark


def known(pager: Pager[Any], ids: Any) -> str:
    """Returns the bookmark of somebody who knows a list of these ids."""
    now = datetime.now(UTC)
    followed = followed_from(list_of(pager), None)
    return attrs.evolve(followed, ids=ids, since=now, proved=now, learned=True).write()


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


# --- what it costs --------------------------------------------------------------------------------------------------


async def test_a_round_in_which_nothing_is_new_costs_two_requests_in_a_list_of_100_000_rows() -> None:
    async with Sandbox(rows=100_000, seed=5) as large, client_of(large) as wethod:
        pager = wethod.production_plan_streams.list()
        ids = sorted(large.store.ids(STREAMS, "live"))
        assert len(ids) == 100_000
        changes = pager.changes(known(pager, ids), every=1e-6)
        waiting = asyncio.ensure_future(anext(changes))
        while len(large.requests) < 20:
            await asyncio.sleep(0.001)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        asked = [request.query for request in large.requests]
        assert all("updated_at=gte" in query for query in asked[:20:2])
        assert set(asked[1:20:2]) == {"limit=100&offset=99901"}
        assert len(changes.bookmark) < 10_000


@pytest.mark.parametrize("name", ["projects", "streams", "clients"])
async def test_a_list_that_fits_into_one_page_costs_one_request_a_round(
    sandbox: Sandbox, wethod: Wethod, name: str
) -> None:
    pager = getattr(wethod, name).list()
    assert sandbox.count(name) < 100
    bookmark = await learned(pager)
    sandbox.requests.clear()
    changes = pager.changes(bookmark, every=None)
    assert await told(changes) == []
    assert len(sandbox.requests) == changes.requests == 1


def test_what_is_held_takes_sixteen_bytes_a_row() -> None:
    tracemalloc.start()
    try:
        held = HeldRows()
        before, _ = tracemalloc.get_traced_memory()
        for id in range(1, 20_001):
            held.put(id, (1_750_000_000_000_123 + id, 0))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 16 <= (after - before) / 20_000 <= 20


def test_a_bookmark_takes_some_bytes_for_each_gap_between_ids(wethod_of_nowhere: Wethod) -> None:
    pager = wethod_of_nowhere.streams.list()
    some = sorted(Random(1).sample(range(1, 400_000), 20_000))
    assert len(known(pager, range(1, 1_000_001))) < 40_000
    assert len(known(pager, some)) < 3 * len(some)


@pytest.fixture
def wethod_of_nowhere() -> Wethod:
    return Wethod(token="none", company="acme", base_url="http://127.0.0.1:9")


def test_rounds_begin_so_many_seconds_after_one_another() -> None:
    simulation = Simulation(3, Conditions(round_trip=1.0), rows=150)

    async def main() -> list[float]:
        async with simulation.client() as wethod:
            changes = wethod.production_plan_streams.list().changes(every=60)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(60 * 5 + 30):
                    await anext(changes)
            await changes.aclose()
        asked = zip(simulation.server.requests, simulation.server.arrivals, strict=True)
        return [at for request, at in asked if "updated_at" in request.query]

    begun = simulation.run(main)[1:]
    assert [round(later - one, 3) for one, later in pairwise(begun)] == [60.0] * 4


def test_a_time_out_while_it_waits_for_the_next_round_costs_no_request() -> None:
    simulation = Simulation(3, Conditions(), rows=150)

    async def main() -> int:
        async with simulation.client() as wethod:
            changes = wethod.production_plan_streams.list().changes(every=3600)
            for _ in range(20):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(60):
                        await anext(changes)
            await changes.aclose()
            return changes.requests

    assert simulation.run(main) == simulation.server.counts["requests"] <= 5


# --- what interrupts it ---------------------------------------------------------------------------------------------


async def test_left_at_any_change_it_goes_on_behind_it(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark = await learned(pager)
    made = {change.id for change in sandbox.mutate(STREAMS, "update", 30)}
    gone = {change.id for change in sandbox.mutate(STREAMS, "hard_delete", 5)}
    found: Counter[tuple[str, int]] = Counter()
    while True:
        async with pager.changes(bookmark, every=None) as changes:
            change = await anext(changes, None)
            bookmark = changes.bookmark
        if change is None:
            break
        found[change.kind, change.id] += 1
    assert found == Counter([*(("changed", id) for id in made - gone), *(("deleted", id) for id in gone)])


async def test_left_in_the_first_round_rows_that_are_marked_as_deleted_are_told_once(
    sandbox: Sandbox, wethod: Wethod
) -> None:
    moment = datetime.now(UTC) - timedelta(seconds=1)
    gone = {change.id for change in sandbox.mutate(STREAMS, "soft_delete", 5)}
    pager = wethod.production_plan_streams.list()
    since: datetime | str = moment
    found: Counter[int] = Counter()
    for _ in range(10):
        async with pager.changes(since, every=None) as changes:
            if (change := await anext(changes, None)) is not None:
                found[change.id] += 1
            since = changes.bookmark
    assert found == Counter(dict.fromkeys(gone, 1))


def test_a_bookmark_has_the_versions_of_the_rows_that_come_again() -> None:
    held = HeldRows([1, 2, 3])
    held.put(1, (99, 0))
    held.put(2, (100, 0))
    assert held.recent(100) == [(2, 100, 0)]
    again = HeldRows(held.ids, held.recent(100))
    assert [again.knows(id, (100, 0), since=100) for id in (1, 2, 3)] == [False, True, False]
    assert [again.knows(id, (99, 0), since=100) for id in (1, 2, 3)] == [True, False, True]


def test_digests_are_kept_of_rows_that_may_come_again_alone() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    held = HeldRows()
    news: News[dict[str, Any]] = News(identity_of(dict), held, (), None)
    news.begin(moment)
    rows = [{"id": 1, "updated_at": "2026-04-01T00:00:00Z"}, {"id": 2, "updated_at": "2026-05-02T00:00:00Z"}]
    assert list(news.first(rows, None)) == []
    assert [digest > 0 for _, _, digest in held.recent(0)] == [False, True]


async def test_left_at_any_row_of_the_first_reading_it_goes_on_behind_it(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark, found = "beginning", Counter[int]()
    for taken in (0, 1, 99, 100, 150, 10_000):
        async with pager.changes(bookmark, every=None) as changes:
            for _ in range(taken):
                if (change := await anext(changes, None)) is None:
                    break
                found[change.id] += 1
            bookmark = changes.bookmark
    assert found == Counter(dict.fromkeys(sandbox.store.ids(STREAMS, "live"), 1))


@pytest.mark.parametrize("at", range(6))
async def test_after_a_failure_it_goes_on_from_the_bookmark_of_the_error(
    sandbox: Sandbox, wethod: Wethod, at: int
) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark = await learned(pager)
    made = {change.id for change in sandbox.mutate(STREAMS, "update", 150)}
    gone = {change.id for change in sandbox.mutate(STREAMS, "hard_delete", 2)}
    sandbox.fail("GET /api/production-plan-streams", status=500, after=at)
    found: Counter[tuple[str, int]] = Counter()
    failures, begun, since = 0, 0, bookmark
    while begun <= failures:
        begun += 1
        try:
            async for change in pager.changes(since, every=None):
                found[change.kind, change.id] += 1
        except ServerError as error:
            failures, since = failures + 1, error.bookmark or ""
    assert found == Counter([*(("changed", id) for id in made - gone), *(("deleted", id) for id in gone)])
    assert failures or at > 0  # a page that was asked for ahead may be one that nobody needs


async def test_after_a_failure_the_same_changes_go_on(sandbox: Sandbox, wethod: Wethod) -> None:
    changes = wethod.production_plan_streams.list().changes(every=None)
    sandbox.fail("GET /api/production-plan-streams", status=500, after=2)
    with pytest.raises(ServerError):
        await anext(changes)
    assert await told(changes) == []


async def test_two_tasks_cannot_take_the_same_changes(wethod: Wethod) -> None:
    changes = wethod.production_plan_streams.list().changes()
    first = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="changes of its own"):
        await anext(changes)
    with pytest.raises(RuntimeError, match="cancel that task"):
        await changes.aclose()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await changes.aclose()


# --- lists that are not as they should be ---------------------------------------------------------------------------


async def test_in_a_list_that_is_not_in_the_order_of_ids_deletions_are_told_after_two_counts() -> None:
    async with Sandbox(rows=300, seed=5, order="-id") as other, client_of(other) as wethod:
        pager = wethod.budget_days.list()
        bookmark = await learned(pager)
        (gone,) = other.mutate("budget_days", "hard_delete", 1)
        rounds = []
        for _ in range(3):
            changes = pager.changes(bookmark, every=None)
            rounds.append([(change.kind, change.id) for change in await told(changes)])
            bookmark = changes.bookmark
        assert rounds == [[], [("deleted", gone.id)], []]


async def test_a_list_of_a_server_that_gives_smaller_pages_is_followed() -> None:
    async with (
        Sandbox(rows=400, seed=5, deviations=[Deviation("page_cap", "*", "50")]) as small,
        client_of(small) as wethod,
    ):
        pager = wethod.production_plan_streams.list()
        bookmark = await learned(pager)
        gone = {change.id for change in small.mutate(STREAMS, "hard_delete", 3)}
        small.requests.clear()
        found = await told(pager.changes(bookmark, every=None))
        assert {(change.kind, change.id) for change in found} == {("deleted", id) for id in gone}


async def test_a_list_that_seems_to_have_lost_a_fifth_of_its_rows_has_to_say_so_twice(
    sandbox: Sandbox, wethod: Wethod, caplog: pytest.LogCaptureFixture
) -> None:
    pager = wethod.budget_days.list()
    bookmark = await learned(pager)
    gone = {change.id for change in sandbox.mutate("budget_days", "hard_delete", 100)}
    rounds = []
    for _ in range(2):
        changes = pager.changes(bookmark, every=None)
        rounds.append({change.id for change in await told(changes)})
        bookmark = changes.bookmark
    assert rounds == [set(), gone]
    assert "are gone at once" in caplog.text


async def test_a_bookmark_of_the_future_is_of_a_wrong_clock_so_all_is_read_and_told(
    sandbox: Sandbox, wethod: Wethod
) -> None:
    pager = wethod.budget_days.list()
    ids = sorted(sandbox.store.ids("budget_days", "live"))
    assert len(ids) > 100
    later = datetime.now(UTC) + timedelta(days=1)
    followed = followed_from(list_of(pager), None)
    bookmark = attrs.evolve(followed, ids=[*ids, 10**6], since=later, proved=later, learned=True).write()
    found = Counter((change.kind, change.id) for change in await told(pager.changes(bookmark, every=None)))
    assert found == Counter([*(("changed", id) for id in ids), ("deleted", 10**6)])


async def test_a_list_with_a_row_that_has_no_id_is_counted(server: Server, connect: Callable[..., Wethod]) -> None:
    rows: list[dict[str, object]] = [{**row, "deleted_at": None} for row in rows_json(0, 250)]
    rows[7] = {**rows[7], "id": None}

    async def handler(request: web.Request) -> web.StreamResponse:
        offset = int(request.query["offset"])
        return web.json_response([] if "updated_at" in request.query else rows[offset : offset + 100])

    server.handler = handler
    pager = connect().production_plan_streams.list()
    rejects: list[Reject] = []
    bookmark = "beginning"
    for _ in range(8):
        changes = pager.changes(bookmark, every=None, on_reject=rejects.append)
        await told(changes)
        bookmark = changes.bookmark
    assert {reject.id for reject in rejects} == {None}


# --- what is refused ------------------------------------------------------------------------------------------------

REFUSED: list[tuple[Callable[[Wethod], object], str]] = [
    (lambda w: w.streams.list(offset=10).changes(), "offset: a list is followed from its beginning"),
    (lambda w: w.streams.list(order="-name").changes(), "order: a list is followed in the order of its ids"),
    (lambda w: w.timesheet_logs.list(order="-created_at").changes(), "order: a list is followed"),
    (lambda w: w.streams.list(updated_at=filters.gte(datetime.now(UTC))).changes(), "updated_at: leave it out"),
    (lambda w: w.timesheets.list(deleted="only").changes(), "deleted: leave it out"),
    (lambda w: w.timesheets.list(deleted_at=filters.gte(datetime.now(UTC))).changes(), "deleted_at: leave it out"),
    (lambda w: w.list("/api/brand-new-thing").changes(), "nobody knows whether /api/brand-new-thing"),
    (lambda w: w.streams.list().changes(datetime(2026, 1, 1)), "since: an aware date-time"),  # noqa: DTZ001  # naive
    (lambda w: w.streams.list().changes(datetime(2200, 1, 1, tzinfo=UTC)), "which is to come"),
    (lambda w: w.streams.list().changes(7), "since: an aware date-time"),  # type: ignore[arg-type]  # refused
    (lambda w: w.streams.list().changes("2026-01-01T00:00:00Z"), "not its text; write fromisoformat"),
    (lambda w: w.streams.list().changes("yesterday"), "not the text of changes.bookmark"),
    (lambda w: w.streams.list().changes(every=0), "every: a number of seconds above 0"),
    (lambda w: w.streams.list().changes(every=True), "every: a number of seconds above 0"),
    (lambda w: w.streams.list().changes(concurrency=0), "concurrency"),
    (lambda w: w.streams.list().into(Nameless).changes(), "rows need an id and updated_at"),
]


@attrs.frozen
class Nameless:
    name: str


@pytest.mark.parametrize("at", range(len(REFUSED)))
async def test_what_cannot_be_followed_is_refused_before_anything_is_sent(
    sandbox: Sandbox, wethod: Wethod, at: int
) -> None:
    ask, message = REFUSED[at]
    with pytest.raises(ArgumentError, match=message):
        ask(wethod)
    assert len(sandbox.requests) == 0


async def test_bookmarks_that_were_cut_or_belong_to_another_list_are_refused(sandbox: Sandbox, wethod: Wethod) -> None:
    pager = wethod.production_plan_streams.list()
    bookmark = await learned(pager)
    page = await pager.first_page()
    sandbox.requests.clear()
    for text in ("", "no", bookmark[:-3], bookmark[1:], page.bookmark):
        with pytest.raises(ArgumentError, match=r"changes\.bookmark"):
            pager.changes(text)
    for other in (wethod.streams.list(), wethod.production_plan_streams.list(project_id=7)):
        with pytest.raises(ArgumentError, match="another list or to other filters"):
            other.changes(bookmark)
    assert len(sandbox.requests) == 0


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


async def test_a_loop_that_is_left_early_leaves_nothing_running(wethod: Wethod) -> None:
    async for _ in wethod.production_plan_streams.list().changes("beginning"):
        break
    for _ in range(20):  # the loop ends the generator that was dropped, and that its walk
        gc.collect()
        await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() if "Workers." in str(task.get_coro())] == []
