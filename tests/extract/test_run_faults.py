"""What goes wrong in a run: it breaks off, or rows do not fit; what came is kept, and what is left out is told of."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from asyncsdk import Wethod
from asyncsdk.extract.incremental import State
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import PATH, STREAMS, Memory, client, living, pull, shown

# --- runs that break off ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_batches")
async def test_a_run_that_broke_off_goes_on_where_it_stood(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    target.fail_at = 2
    report = await pull(wethod)
    assert report.status == 1
    assert "no space left" in (report.tables[0].error or "")
    kept = len(target.tables[STREAMS])
    assert kept >= 300
    sandbox.requests.clear()
    target.fail_at = None
    report = await pull(wethod)
    assert report.status == 0
    assert report.rows <= sandbox.count(STREAMS, deleted="include") - kept + 12
    assert len(sandbox.requests) <= 1.02 * (report.rows / 100) + 11
    assert shown(target) == living(sandbox, STREAMS)


@pytest.mark.usefixtures("small_batches")
async def test_what_came_before_the_api_failed_is_kept(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    fault = sandbox.fail(PATH, status=500, times=None, after=10)
    report = await pull(wethod)
    assert report.status == 1
    assert len(target.tables[STREAMS]) >= 600
    sandbox.faults.remove(fault)
    rows = len(target.tables[STREAMS])
    report = await pull(wethod)
    assert report.rows <= 1600 - rows + 100
    assert shown(target) == living(sandbox, STREAMS)


@pytest.mark.usefixtures("small_batches")
async def test_a_run_that_cannot_go_on_begins_anew(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    """Every row it had read was updated meanwhile, so none shows where it stood; it must not fail for ever."""
    target.fail_at = 2  # there may be three batches: one that waits for a slow target becomes larger
    assert (await pull(wethod)).status == 1
    target.fail_at = None
    for id_ in target.tables[STREAMS]:
        sandbox.store.update(STREAMS, id_, {"updated_at": '"2027-01-01T00:00:00Z"'})
    report = await pull(wethod)
    assert report.status == 0, report.tables[0].error
    assert report.rows >= sandbox.count(STREAMS, deleted="include")
    assert shown(target) == living(sandbox, STREAMS)


@pytest.mark.usefixtures("small_batches")
async def test_a_cancelled_run_commits_what_it_holds(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    sandbox.hang(PATH, times=None, after=12)
    tallies: list[Any] = []
    run = asyncio.ensure_future(pull(wethod, watch=tallies.extend))
    while not tallies or tallies[0].rows < 800:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert len(target.tables[STREAMS]) == tallies[0].rows, "no row that came is asked for again"
    assert not target.is_open
    assert (target.lines[0].complete, target.lines[0].error) == (False, "interrupted")
    sandbox.faults.clear()
    report = await pull(wethod)
    assert report.rows + tallies[0].rows <= sandbox.count(STREAMS, deleted="include") + 12
    assert shown(target) == living(sandbox)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_lost_while_rows_change_and_writes_fail(seed: int, target: Memory) -> None:
    """Rows are inserted, updated and deleted all the time, and the target fails at some write of every other run."""
    async with Sandbox(rows=1200, seed=seed) as sandbox, client(sandbox) as wethod:
        sandbox.drift(PATH, per_request=2, times=None)
        for attempt in range(4):
            target.fail_at = target.writes + 1 + seed % 3 if attempt % 2 == 0 else None
            await pull(wethod)
        sandbox.faults.clear()
        report = await pull(wethod, reconcile=True)
        assert report.status == 0
        assert shown(target) == living(sandbox, STREAMS)
        async for row in wethod.production_plan_streams.list():
            assert target.tables[STREAMS][row.id]["updated_at"] == row.updated_at


# --- rows and fields that do not fit ------------------------------------------------------------------------------


def spoil(sandbox: Sandbox, count: int) -> set[int]:
    """Gives rows a value that does not fit their model; their ids."""
    ids = sorted(living(sandbox))[100 : 100 + count]
    for id_ in ids:
        sandbox.store.update(STREAMS, id_, {"value": '"not a number"'})
    return set(ids)


async def test_few_odd_rows_are_written_beside_the_table(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod)
    odd = spoil(sandbox, 70)
    report = await pull(wethod, full=True)
    assert (report.status, report.rejected) == (3, 70)
    assert report.tables[0].rejects is not None
    lines = [json.loads(line) for line in Path(report.tables[0].rejects).read_text().splitlines()]
    assert {line["row"]["id"] for line in lines} == odd
    assert {line["path"] for line in lines} == {"$.value"}
    assert shown(target) == living(sandbox), "a rejected row has not vanished"
    again = await pull(wethod, full=True)
    assert again.rejected == 70
    assert len(Path(report.tables[0].rejects).read_text().splitlines()) == 70, "the file is that of the last run"


async def test_a_row_that_no_column_can_hold_is_rejected_and_the_rest_written(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    odd = sorted(living(sandbox))[5]
    sandbox.store.update(STREAMS, odd, {"project_id": str(2**70)})
    report = await pull(wethod)
    assert (report.status, report.rejected) == (3, 1)
    (line,) = Path(report.tables[0].rejects or "").read_text().splitlines()
    assert json.loads(line)["row"]["id"] == odd
    assert json.loads(line)["path"] == "$.project_id"
    assert shown(target) == living(sandbox) - {odd}


async def test_many_odd_rows_leave_the_table_as_it_was(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod)
    before, states = dict(target.tables[STREAMS]), [State.read(data).watermark for data in target.states.values()]
    spoil(sandbox, 90)
    report = await pull(wethod, "streams", STREAMS, full=True)
    assert report.status == 1
    assert [each.outcome for each in report.tables] == ["complete", "failed"]
    assert "do not fit" in (report.tables[1].error or "")
    assert target.tables[STREAMS] == before
    (key,) = [key for key in target.states if key.startswith(STREAMS)]
    assert [State.read(target.states[key]).watermark] == states


async def test_a_field_that_vanished_is_null_and_a_new_one_is_reported(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    sandbox.rename(PATH, "value", "percentage")
    report = await pull(wethod)
    assert report.status == 0
    (said,) = report.tables[0].warnings
    assert said.startswith(f"{STREAMS}: ProductionPlanStream.value: percentage is new and has its kind")
    assert {row["value"] for row in target.tables[STREAMS].values()} == {None}


async def test_raw_keeps_what_the_model_does_not_know(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    sandbox.rename(PATH, "value", "percentage")
    report = await pull(wethod, raw=True)
    assert report.status == 0
    assert all(b'"percentage":' in row["_raw"] for row in target.tables[STREAMS].values())
    assert shown(target) == living(sandbox, STREAMS)


async def test_what_a_target_has_to_say_is_in_the_report(wethod: Wethod, target: Memory) -> None:
    target.odd = True
    report = await pull(wethod)
    assert report.tables[0].warnings == (f"{STREAMS}: odd",)
