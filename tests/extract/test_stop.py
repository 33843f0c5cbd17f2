"""A run that is interrupted: long work ends where nothing is half done, and what was read is committed first."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from asyncsdk.extract import extract
from asyncsdk.extract.target import Place, TargetError, TargetStopped
from asyncsdk.extract.targets import make_target
from asyncsdk.extract.targets.folder import FolderTarget
from asyncsdk.extract.worker_thread import WorkerThread, outlast
from asyncsdk.sandbox import Sandbox
from tests.extract.endless import copy_for_ever
from tests.extract.memory import client
from tests.extract.stored import ACME, NIGHT, POSTGRES, THINGS, Thing, batch, committed_in, kind_of, opened, rows_of

ROOT = Path(__file__).parents[2]
STREAMS = "production_plan_streams"
LIST = "GET /api/production-plan-streams"
LIVE_ROWS = {
    "duckdb": "asyncsdk.extract.targets.duckdb_store.live_rows",
    "postgresql": "asyncsdk.extract.targets.postgres.live_rows",
}


# --- databases ----------------------------------------------------------------------------------------------------


class Blocked:
    """A call of a target's method in a thread, that does not come to an end by itself."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._call()
        except BaseException as error:  # the test looks at it
            self.error = error

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    def until_stopped(self, stop: Callable[[], object]) -> BaseException | None:
        """Stops it as often as it takes: a statement that had not begun is not interrupted."""
        for _ in range(3000):
            stop()
            self._thread.join(0.01)
            if not self.runs:
                return self.error
        raise AssertionError("it cannot be stopped")


def test_a_long_statement_is_interrupted_and_changes_nothing(
    database_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    endless = {
        "duckdb": "(SELECT count(*) FROM range(1000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5) > 0",
        "postgresql": "pg_sleep(3600) IS NOT NULL",
    }[database_place.text.partition(":")[0]]

    def never_ending(columns: object) -> str:
        begun.set()
        return endless

    with opened(database_place) as target:
        target.write(THINGS, batch(Thing(id=1), Thing(id=2)), "k", b"1")
        with monkeypatch.context() as patch:
            patch.setattr(LIVE_ROWS[kind_of(database_place)], never_ending)
            call = Blocked(lambda: target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=True))
            assert begun.wait(30)
            assert isinstance(call.until_stopped(target.stop), TargetStopped)
        target.write(THINGS, batch(Thing(id=3)), "k", b"2")  # the connection is as good as before
        assert target.state(THINGS, "k") == b"2"
        with pytest.raises(TargetStopped):
            target.mark_vanished(THINGS, NIGHT, NIGHT, allow_shrink=True)
    rows = rows_of(database_place)
    assert [(row["id"], row["_vanished_at"]) for row in rows] == [(1, None), (2, None), (3, None)]


@pytest.mark.postgresql
def test_a_write_that_another_transaction_blocks_can_be_ended(postgres_place: Place) -> None:
    import psycopg

    name = f'"{postgres_place.schema}".things'
    with opened(postgres_place) as target:
        target.write(THINGS, batch(Thing(id=1)), "k", b"1")
        with psycopg.connect(POSTGRES) as other:
            other.execute(f"LOCK TABLE {name} IN EXCLUSIVE MODE".encode())
            call = Blocked(lambda: target.write(THINGS, batch(Thing(id=2)), "k", b"2"))
            while not other.execute(WAITING, [name]).fetchall():
                assert call.runs
            target.stop()
            assert call.runs, "rows are not given up before their time"
            assert isinstance(call.until_stopped(lambda: target.stop(writes=True)), TargetError)
        assert target.state(THINGS, "k") == b"1"
    assert [row["id"] for row in rows_of(postgres_place)] == [1]


WAITING = "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted"


def test_opening_is_long_work_too(database_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Widening a column rewrites a table."""
    target = make_target(database_place)
    target.stop()
    with pytest.raises(TargetError):
        target.open(ACME, [THINGS])
    target.close()
    with opened(database_place) as fresh:  # no lock was left behind
        assert fresh.state(THINGS, "k") is None


# --- the thread of a target ---------------------------------------------------------------------------------------


async def test_what_a_cancelled_call_does_ends_before_the_next_begins() -> None:
    worker = WorkerThread()
    done: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        go_on.wait(30)
        done.append("long")

    waiting = asyncio.ensure_future(worker(long))
    never = asyncio.ensure_future(worker(lambda: done.append("never")))
    while not begun.is_set():
        await asyncio.sleep(0)
    waiting.cancel()
    never.cancel()
    await asyncio.wait([waiting, never])
    assert waiting.cancelled()
    after = asyncio.ensure_future(worker(lambda: done.append("after")))
    last = asyncio.ensure_future(worker.end(lambda: done.append("last")))
    await asyncio.sleep(0)
    last.cancel()
    assert not done
    go_on.set()
    await after
    with pytest.raises(asyncio.CancelledError):
        await last
    with pytest.raises(TargetError, match="ended"):
        await worker(str)
    while "last" not in done:
        await asyncio.sleep(0)
    assert done == ["long", "after", "last"]


async def test_cleanup_outlasts_being_cancelled_again_and_again() -> None:
    done: list[bool] = []
    turns = 0

    async def cleanup() -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def work() -> None:
        done.append(await outlast(cleanup(), 30))

    task = asyncio.ensure_future(work())
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
        task.cancel()
    assert done == [True]
    assert turns < 100


async def test_cleanup_that_hangs_is_left() -> None:
    assert not await outlast(asyncio.Event().wait(), 0.01)


# --- whole runs ---------------------------------------------------------------------------------------------------


def log_of(folder: Path) -> list[dict[str, Any]]:
    with duckdb.connect(str(folder / ".asyncsdk" / "staging.duckdb"), read_only=True) as database:
        rows = database.execute("SELECT complete, error FROM _asyncsdk_runs ORDER BY started").fetchall()
    return [{"complete": complete, "error": error} for complete, error in rows]


def files_of(folder: Path) -> list[tuple[str, int]]:
    """The files that readers see, and what tells one from another of its name."""
    return sorted((path.name, path.stat().st_ino) for path in folder.glob("*/*"))


def committed_ids(folder: Path, table: str) -> list[int]:
    return sorted(row["id"] for row in committed_in(Place(f"parquet:{folder}"), table))


def ids_in(folder: Path, table: str) -> list[int]:
    return sorted(row["id"] for row in rows_of(Place(f"parquet:{folder}"), table))


async def test_a_run_that_is_cancelled_while_it_merges_leaves_nothing_half_done(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merging = threading.Event()
    to = f"parquet:{tmp_path}"
    async with client(sandbox) as wethod:
        await extract(wethod, [STREAMS], to)
        sandbox.mutate(STREAMS, "update", 20)
        before = files_of(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(FolderTarget, "_write", copy_for_ever(merging.set))
            run = asyncio.ensure_future(extract(wethod, [STREAMS], to))
            while not merging.is_set():
                await asyncio.sleep(0)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
        assert files_of(tmp_path) == before
        assert not (tmp_path / ".asyncsdk" / "lock").exists()
        assert [(line["complete"], line["error"]) for line in log_of(tmp_path)] == [
            (True, None),
            (False, "interrupted"),
        ]
        report = await extract(wethod, [STREAMS], to)
        assert report.status == 0
        assert report.tables[0].mode == "incremental", "what was read is not read again"
        assert ids_in(tmp_path, STREAMS) == sorted(range(1, sandbox.count(STREAMS, deleted="include") + 1))
        values = {row["id"]: row["updated_at"] for row in rows_of(Place(to), STREAMS)}
        async for row in wethod.production_plan_streams.list():
            assert values[row.id] == row.updated_at


async def test_rows_that_were_read_are_committed_although_another_table_merges(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one thread for all tables, and the merge that occupies it never ends by itself."""
    merging = threading.Event()
    to = f"parquet:{tmp_path}"
    async with client(sandbox) as wethod:
        await extract(wethod, ["persons"], to)
        sandbox.mutate("persons", "update", 5)
        sandbox.hang(LIST, times=None, after=8)
        tallies: list[Any] = []
        with monkeypatch.context() as patch:
            patch.setattr(FolderTarget, "_write", copy_for_ever(merging.set))
            run = asyncio.ensure_future(extract(wethod, ["persons", STREAMS], to, watch=tallies.extend))
            while not (merging.is_set() and tallies[1].rows >= 300):
                await asyncio.sleep(0)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
        rows = tallies[1].rows
        assert len(committed_ids(tmp_path, STREAMS)) == rows, "none of them is asked for again"
        sandbox.faults.clear()
        report = await extract(wethod, ["persons", STREAMS], to)
        assert report.status == 0
        assert report.tables[1].rows + rows <= sandbox.count(STREAMS, deleted="include") + 12
        assert ids_in(tmp_path, STREAMS) == sorted(range(1, sandbox.count(STREAMS, deleted="include") + 1))


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send there")
async def test_ctrl_c_ends_the_command_while_it_merges(sandbox: Sandbox, tmp_path: Path) -> None:
    """In good order: one that is killed at the end of its patience leaves its lock and no line in the run log."""
    pytest.importorskip("typer")
    to = f"parquet:{tmp_path}"
    async with client(sandbox) as wethod:
        await extract(wethod, [STREAMS], to)
        sandbox.mutate(STREAMS, "update", 20)
        before = files_of(tmp_path)
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.extract.endless", "extract", STREAMS, "--to", to, "--json"),
            cwd=ROOT,
            env=os.environ | sandbox.environ | {"WETHOD_BUDGET": "none"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            assert run.stdout is not None
            assert (await run.stdout.readline()).strip() == b"merging"
            run.send_signal(signal.SIGINT)
            _, said = await run.communicate()
        finally:
            if run.returncode is None:
                run.kill()
        assert run.returncode == 130
        assert b"the same command goes on" in said
        assert b"Traceback" not in said
        assert log_of(tmp_path)[-1]["error"] == "interrupted"
        assert not (tmp_path / ".asyncsdk" / "lock").exists()
        assert files_of(tmp_path) == before
        report = await extract(wethod, [STREAMS], to)
        assert report.status == 0
        assert ids_in(tmp_path, STREAMS) == sorted(range(1, sandbox.count(STREAMS, deleted="include") + 1))
