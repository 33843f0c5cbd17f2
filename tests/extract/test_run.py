"""What a run leaves in its target, for how many requests: every row, later what changed, and marks on what is gone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from asyncsdk import Wethod
from asyncsdk.extract import extract
from asyncsdk.extract.incremental import State
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, Memory, client, living, pull, shown


async def test_a_first_run_delivers_every_row_deleted_ones_among_them(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    report = await pull(wethod)
    assert (report.status, report.rejected) == (0, 0)
    assert report.rows == sandbox.count(STREAMS, deleted="include") == len(target.tables[STREAMS])
    assert shown(target) == living(sandbox, STREAMS)
    assert not target.is_open
    assert target.finished == [STREAMS]
    (line,) = target.lines
    assert (line.mode, line.complete, line.rows) == ("full", True, report.rows)


async def test_everything_the_api_has_can_be_extracted(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    report = await extract(wethod, "all", "memory")
    assert report.status == 0
    assert len(report.tables) == 52
    assert {each.outcome for each in report.tables} == {"complete"}
    assert {name for name, rows in target.tables.items() if not rows} == set()
    assert not report.tables[0].warnings


async def test_nested_lists_are_read_from_all_parents(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    report = await pull(wethod, "streams-leaders")
    rows = [row for stream in await wethod.streams.list() for row in await wethod.streams.list_leaders(stream.id)]
    assert report.status == 0
    assert {row.id for row in rows} <= target.tables["streams_leaders"].keys()
    assert shown(target, "streams_leaders") == {row.id for row in rows}


@pytest.mark.parametrize("rows", [99, 100, 1300, 1301, 2475, 2476, 3000, 4999, 5000])
async def test_requests_of_a_full_run_are_few(rows: int, target: Memory) -> None:
    async with Sandbox(rows=rows, seed=3) as sandbox, client(sandbox) as wethod:
        report = await pull(wethod, concurrency=8)
        pages = -(-report.rows // 100)
        assert report.rows == sandbox.count(STREAMS, deleted="include")
        assert len(sandbox.requests) <= 1.02 * pages + 8 + 2
        assert report.requests == len(sandbox.requests)
        sandbox.requests.clear()
        again = await pull(wethod, concurrency=8)
        assert len(sandbox.requests) <= 4
        assert again.tables[0].mode == "incremental"


async def test_a_small_list_that_is_read_again_wastes_no_requests(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    first = await pull(wethod, "persons")
    sandbox.requests.clear()
    again = await pull(wethod, "persons")
    assert (first.rows, again.rows) == (sandbox.count("persons", deleted="include"), 0), (
        "a row that is as it was is not written"
    )
    assert len(sandbox.requests) <= -(-again.rows // 99) + 4


async def test_a_watcher_sees_the_tallies(wethod: Wethod, target: Memory) -> None:
    seen: list[Any] = []
    report = await pull(wethod, watch=seen.extend)
    (tally,) = seen
    assert (tally.stage, tally.rows, tally.requests) == ("complete", report.rows, report.requests)


# --- the next run -------------------------------------------------------------------------------------------------


async def test_a_run_with_nothing_new_costs_four_requests_at_most(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    sandbox.requests.clear()
    report = await pull(wethod)
    assert len(sandbox.requests) <= 4
    assert report.tables[0].mode == "incremental"
    assert report.status == 0


async def test_the_next_run_finds_what_was_added_changed_and_deleted(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    changed = [sandbox.mutate(STREAMS, kind, 7) for kind in ("insert", "update", "soft_delete")]
    report = await pull(wethod)
    assert report.tables[0].mode == "incremental"
    assert report.rows < 1500
    assert shown(target) == living(sandbox, STREAMS)
    async for row in wethod.production_plan_streams.list(deleted="include"):
        assert target.tables[STREAMS][row.id]["updated_at"] == row.updated_at
    assert all(change.id in target.tables[STREAMS] for changes in changed for change in changes)


async def test_rows_that_were_committed_late_under_an_earlier_time_are_found(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    (change,) = sandbox.mutate(STREAMS, "update")
    updated = (await wethod.production_plan_streams.get(change.id)).updated_at
    (key,) = target.states
    state = State.read(target.states[key])
    # The row was being written while the last run began four minutes later.
    target.states[key] = attrs.evolve(state, watermark=updated + dt.timedelta(minutes=4)).write()
    await pull(wethod)
    assert target.tables[STREAMS][change.id]["updated_at"] == updated


async def test_the_watermark_is_the_servers_clock_at_the_start(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    report = await pull(wethod)
    (state,) = map(State.read, target.states.values())
    assert state.watermark is not None
    assert before - dt.timedelta(seconds=1) <= state.watermark <= report.finished
    assert state.watermark.microsecond == 0, "it comes from a Date header"
    assert state.progress is None


# --- what is gone -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["timesheet_whitelists", "production_plan_streams"])
async def test_rows_that_are_gone_without_a_trace_are_marked_by_a_whole_pass(
    resource: str, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod, resource)
    size = len(target.tables[resource])
    gone = {change.id for change in sandbox.mutate(resource, "hard_delete", 3)}
    report = await pull(wethod, resource, reconcile=True)
    assert report.tables[0].vanished == len(gone)
    assert {id_ for id_, row in target.tables[resource].items() if row["_vanished_at"]} == gone
    assert len(target.tables[resource]) == size, "no row is erased"
    assert shown(target, resource) == living(sandbox, resource)


async def test_a_small_list_without_deleted_shows_deletions_every_time(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod, "job_titles")
    gone = {change.id for change in sandbox.mutate("job_titles", "hard_delete", 1)}
    report = await pull(wethod, "job_titles")
    assert report.tables[0].vanished == len(gone) == 1


async def test_a_table_that_would_lose_a_fifth_is_left_alone_unless_told_otherwise(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    sandbox.mutate(STREAMS, "hard_delete", 400)
    before = dict(target.states)
    report = await pull(wethod, reconcile=True)
    assert report.status == 1
    assert "--allow-shrink" in (report.tables[0].error or "")
    assert not any(row["_vanished_at"] for row in target.tables[STREAMS].values())
    (key,) = before
    assert State.read(target.states[key]).watermark == State.read(before[key]).watermark
    report = await pull(wethod, reconcile=True, allow_shrink=True)
    assert (report.status, report.tables[0].vanished) == (0, 400)
