"""Runs against the sandbox, into a target that can fail where a test says."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from array import array
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

import asyncsdk.extract.run as run_module
from asyncsdk import Wethod
from asyncsdk.extract import Report, TargetError, TargetRefused, extract, plan
from asyncsdk.extract.incremental import State
from asyncsdk.extract.target import LARGEST_SHRINK, Batch, Owner, Place, RunLine, Shrink, Table
from asyncsdk.sandbox import Sandbox

PATH = "GET /api/production-plan-streams"
STREAMS = "production_plan_streams"


@attrs.define(eq=False)
class Memory:
    """A target in memory. `fail_at` lets the write of that number fail, before it commits anything."""

    folder: Path
    tables: dict[str, dict[int, dict[str, Any]]] = attrs.field(factory=dict)
    states: dict[str, bytes] = attrs.field(factory=dict)
    lines: list[RunLine] = attrs.field(factory=list)
    owner: Owner | None = None
    writes: int = 0
    fail_at: int | None = None
    is_open: bool = False
    finished: list[str] = attrs.field(factory=list)
    stops: list[bool] = attrs.field(factory=list)
    odd: bool = False

    def peek(self, key: str) -> bytes | None:
        return self.states.get(key)

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        if self.owner not in {None, owner}:
            raise TargetRefused("holds another company's rows")
        assert not self.is_open
        self.owner, self.is_open = owner, True
        for table in tables:
            self.tables.setdefault(table.name, {})

    def state(self, key: str) -> bytes | None:
        return self.states.get(key)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> None:
        self.writes += 1
        if self.writes == self.fail_at:
            raise TargetError("no space left on device")
        ids = [row.id for row in batch.rows]  # type: ignore[attr-defined]  # rows have ids
        assert len(set(ids)) == len(ids)
        for at, row in enumerate(batch.rows):
            facts = {field.name: getattr(row, field.name) for field in attrs.fields(type(row))}  # type: ignore[arg-type]
            facts |= {"_seen_at": batch.seen_at, "_vanished_at": None}
            if batch.raw is not None:
                facts["_raw"] = batch.raw[at]
            self.tables[table.name][facts["id"]] = facts
        self.states[key] = state

    def save(self, key: str, state: bytes) -> None:
        self.states[key] = state

    def mark_vanished(
        self, table: Table, before: dt.datetime, at: dt.datetime, spared: array[int], *, allow_shrink: bool
    ) -> Shrink:
        live = [
            row
            for row in self.tables[table.name].values()
            if row["_vanished_at"] is None and row.get("deleted_at") is None
        ]
        absent = [row for row in live if row["_seen_at"] < before and row["id"] not in set(spared)]
        marked = allow_shrink or len(absent) <= LARGEST_SHRINK * len(live)
        for row in absent if marked else ():
            row["_vanished_at"] = at
        return Shrink(len(live), len(absent), marked)

    def finish(self, table: Table) -> None:
        self.finished.append(table.name)

    def log_run(self, line: RunLine) -> None:
        self.lines.append(line)

    def warnings(self, table: Table) -> Sequence[str]:
        return [f"{table.name}: odd"] if self.odd else []

    def rejects_path(self, table: Table) -> Path:
        return self.folder / f"{table.name}.rejects.jsonl"

    def stop(self, *, writes: bool = False) -> None:
        self.stops.append(writes)

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    memory = Memory(tmp_path)

    def make(_place: Place) -> Memory:
        return memory

    monkeypatch.setattr(run_module, "make_target", make)
    return memory


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=1500, seed=3) as sandbox:
        yield sandbox


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with client(sandbox) as wethod:
        yield wethod


def client(sandbox: Sandbox, token: str | None = None) -> Wethod:
    return Wethod(token=token or sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsdk.extract.loading.BATCH_ROWS", 300)


async def pull(wethod: Wethod, *resources: str, **options: Any) -> Report:
    return await extract(wethod, resources or [STREAMS], "memory", **options)


def shown(target: Memory, table: str = STREAMS) -> set[int]:
    """Ids of the rows that are neither deleted nor gone."""
    return {
        id_
        for id_, row in target.tables[table].items()
        if row.get("deleted_at") is None and row["_vanished_at"] is None
    }


def living(sandbox: Sandbox, resource: str = STREAMS) -> set[int]:
    """Ids of the rows that a plain list shows now."""
    return sandbox.survivors(resource, since=sandbox.mark())


def spoil(sandbox: Sandbox, count: int) -> set[int]:
    """Gives rows a value that does not fit their model; their ids."""
    ids = sorted(living(sandbox))[100 : 100 + count]
    for id_ in ids:
        sandbox.store.update(STREAMS, id_, {"value": '"not a number"'})
    return set(ids)


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
    assert again.rows == first.rows
    assert len(sandbox.requests) <= -(-again.rows // 99) + 4


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


async def test_a_filtered_run_marks_nothing_as_gone(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod)
    report = await pull(wethod, filters={"project_id": "7"}, reconcile=True)
    assert report.status == 0
    assert 0 < report.rows < 1500
    assert shown(target) == living(sandbox, STREAMS)
    assert len(target.states) == 2, "its state is its own"


@pytest.mark.usefixtures("small_batches")
async def test_a_run_that_broke_off_goes_on_where_it_stood(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    target.fail_at = 4
    report = await pull(wethod)
    assert report.status == 1
    assert "no space left" in (report.tables[0].error or "")
    kept = len(target.tables[STREAMS])
    assert kept >= 900
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


async def test_a_list_that_is_refused_is_skipped(sandbox: Sandbox, target: Memory) -> None:
    token = sandbox.add_token("narrow", permissions=["timetracking.view"])
    async with client(sandbox, token) as wethod:
        named = await pull(wethod, "projects", "timesheets")
        assert [each.outcome for each in named.tables] == ["skipped", "complete"]
        assert named.status == 1, "it was asked for by name"
        everything = await extract(wethod, "all", "memory")
        assert everything.status == 0
        assert {each.outcome for each in everything.tables} == {"skipped", "complete"}
        assert (await extract(wethod, "all", "memory", strict=True)).status == 1


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


async def test_a_refused_token_ends_the_run_at_once(sandbox: Sandbox, target: Memory) -> None:
    async with client(sandbox, "no-such-token") as wethod:
        report = await extract(wethod, "all", "memory")
    assert report.status == 1
    assert len(sandbox.requests) <= 4
    assert {each.outcome for each in report.tables} == {"failed"}


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
    sandbox: Sandbox, wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Misfit(TargetError):
        index = 5
        path = "$.value"

    write = target.write

    def narrow(table: Table, batch: Batch, key: str, state: bytes) -> None:
        if batch.rows[5].id == 6:  # type: ignore[attr-defined]  # rows have ids
            raise Misfit("too large a number")
        write(table, batch, key, state)

    monkeypatch.setattr(Memory, "write", lambda _self, *arguments: narrow(*arguments))
    report = await pull(wethod)
    assert (report.status, report.rejected) == (3, 1)
    (line,) = Path(report.tables[0].rejects or "").read_text().splitlines()
    assert json.loads(line)["row"]["id"] == 6
    assert json.loads(line)["path"] == "$.value"
    assert shown(target) == living(sandbox) - {6}


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
    assert [warning.partition(" ")[0] for warning in report.tables[0].warnings] == [
        f"{STREAMS}.value",
        f"{STREAMS}.percentage",
    ]
    assert {row["value"] for row in target.tables[STREAMS].values()} == {None}


async def test_what_a_target_has_to_say_is_in_the_report(wethod: Wethod, target: Memory) -> None:
    target.odd = True
    report = await pull(wethod)
    assert report.tables[0].warnings == (f"{STREAMS}: odd",)


async def test_raw_keeps_what_the_model_does_not_know(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    sandbox.rename(PATH, "value", "percentage")
    report = await pull(wethod, raw=True)
    assert report.status == 0
    assert all(b'"percentage":' in row["_raw"] for row in target.tables[STREAMS].values())
    assert shown(target) == living(sandbox, STREAMS)


async def test_since_bounds_what_a_table_holds(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    rows = await wethod.production_plan_streams.list()
    moment = sorted(row.updated_at for row in rows)[-100]
    await pull(wethod, since=moment)
    assert {row.id for row in rows if row.updated_at >= moment} == shown(target)


@pytest.mark.parametrize(
    "options",
    [
        {"filters": {"no_such": "7"}},
        {"filters": {"project_id": "seven"}},
        {"filters": {"projects.probability": "7"}},
        {"filters": {"updated_at": "gte:2026-05-01T00:00:00Z"}, "since": "2026-01-01"},
        {"since": "yesterday"},
        {"concurrency": 99},
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    options: dict[str, Any], sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    with pytest.raises(ValueError, match=r"filter|since|whole number|concurrency"):
        await pull(wethod, **options)
    assert not sandbox.requests
    assert not target.is_open


async def test_a_filter_may_name_its_table(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    report = await pull(wethod, STREAMS, "streams", filters={"production-plan-streams.project_id": 7})
    assert report.status == 0
    assert {row["project_id"] for row in target.tables[STREAMS].values()} == {7}
    assert len(target.tables["streams"]) == sandbox.count("streams")


async def test_a_target_of_another_company_is_refused(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    target.owner = Owner("https://api.wethod.com", "globex")
    with pytest.raises(TargetRefused):
        await pull(wethod)
    assert not sandbox.requests


async def test_a_plan_counts_what_was_never_read_and_remembers_what_was(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    first = await plan(wethod, [STREAMS, "streams_leaders"], "memory")
    assert [cost.basis for cost in first.costs] == ["counted", "counted"]
    assert first.costs[0].rows == sandbox.count(STREAMS, deleted="include")
    assert target.owner is None, "the target was not touched"
    sandbox.requests.clear()
    report = await pull(wethod)
    assert abs(report.requests - (first.costs[0].requests or 0)) <= 9
    sandbox.requests.clear()
    (again,) = (await plan(wethod, [STREAMS], "memory")).costs
    assert (again.mode, again.requests, again.basis) == ("incremental", 2, "last run")
    assert not sandbox.requests


async def test_a_watcher_sees_the_tallies(wethod: Wethod, target: Memory) -> None:
    seen: list[Any] = []
    report = await pull(wethod, watch=seen.extend)
    (tally,) = seen
    assert (tally.stage, tally.rows, tally.requests) == ("complete", report.rows, report.requests)
