"""A list that is followed goes on behind the last change that was told, whatever interrupted it."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asyncsdk import ServerError, Wethod
from asyncsdk._lists.held import HeldRows
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.noticing import News
from asyncsdk.sandbox import Sandbox
from tests.lists.followed import STREAMS, learned, told

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


# --- what is refused ------------------------------------------------------------------------------------------------


async def test_a_loop_that_is_left_early_leaves_nothing_running(wethod: Wethod) -> None:
    async for _ in wethod.production_plan_streams.list().changes("beginning"):
        break
    for _ in range(20):  # the loop ends the generator that was dropped, and that its walk
        gc.collect()
        await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() if "Workers." in str(task.get_coro())] == []
