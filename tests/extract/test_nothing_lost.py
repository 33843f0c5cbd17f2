"""What must not be lost in silence: rows behind bad ones, parents behind a refusal, tables behind a defect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Wethod
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import extract, plan
from asyncsdk.extract.states import State
from asyncsdk.extract.target import Batch, Place, RunLine, Table, TargetError, Written
from asyncsdk.models import Project
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, Memory, living, pull, shown
from tests.extract.stored import rows_of
from tests.extract.test_misfits import rows_like
from tests.stub_server import Server

Connect = Callable[..., Wethod]
LEADERS = "streams_leaders"
STAMP = "2026-05-01T00:00:00Z"


def leader(id: int, stream: int, **more: object) -> dict[str, object]:
    facts = {"id": id, "stream_id": stream, "leader_id": 3, "created_at": STAMP, "updated_at": STAMP}
    return {**facts, "deleted_at": None, **more}


def stream(id: int, **more: object) -> dict[str, object]:
    return {"id": id, "name": f"S{id}", "is_default": False, "created_at": STAMP, "updated_at": STAMP, **more}


def serve(
    server: Server,
    streams: list[dict[str, object]],
    leaders: dict[int, list[dict[str, object]]],
    *,
    refused: set[int] = frozenset(),  # type: ignore[assignment]  # nobody changes it
    headers: dict[str, str] | None = None,
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        parts = request.path.split("/")
        if parts[-1] == "leaders":
            if int(parts[3]) in refused:
                return web.json_response({"key": "forbidden", "message": "no"}, status=403)
            rows = leaders.get(int(parts[3]), [])
        else:
            rows = streams
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit], headers=headers)

    server.handler = handler


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [1, 20])
async def test_few_bad_rows_among_few_that_changed_hold_nobody_back(
    bad: int, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod)
    good = [change.id for change in sandbox.mutate(STREAMS, "update", 2)]
    odd = sorted(living(sandbox) - set(good))[:bad]
    for id in odd:
        sandbox.store.update(STREAMS, id, {"value": '"n/a"'})
    report = await pull(wethod)
    assert (report.status, report.tables[0].mode, report.rejected) == (3, "incremental", bad)
    for id in good:
        row: Any = sandbox.store.row(STREAMS, id)
        assert (
            target.tables[STREAMS][id]["updated_at"].isoformat(timespec="milliseconds")[:23] == row["updated_at"][:23]
        )
    assert shown(target) == living(sandbox)
    later = [change.id for change in sandbox.mutate(STREAMS, "insert", 3)]
    assert (await pull(wethod)).status == 3
    assert set(later) <= target.tables[STREAMS].keys()


async def test_a_short_list_with_bad_rows_is_loaded(server: Server, connect: Connect, target: Memory) -> None:
    rows = [stream(id, **({"is_default": "perhaps"} if id % 2 else {})) for id in range(1, 17)]
    serve(server, rows, {})
    report = await pull(connect(), "streams")
    assert (report.status, report.rejected, report.rows) == (3, 8, 8)


@pytest.mark.usefixtures("small_batches")
async def test_bad_rows_at_the_start_of_a_long_list_are_measured_against_a_batch(
    sandbox: Sandbox, wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where rows are committed because time has passed: 30 bad ones of the first 100 are few of 1,500."""
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_SECONDS", 0.0)
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_ROWS", 5000)
    for id in sorted(living(sandbox))[:30]:
        sandbox.store.update(STREAMS, id, {"value": '"n/a"'})
    report = await pull(wethod)
    assert (report.status, report.rejected) == (3, 30), report.tables[0].error


async def test_an_empty_array_for_an_object_is_null_and_a_moment_without_a_zone_is_rejected(
    server: Server, connect: Connect, place: Place
) -> None:
    rows = [{**row, "job_order_category": []} for row in rows_like(Project, 40)]
    rows[3]["created_at"] = "2026-01-01 10:00:00"

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[offset : offset + limit])

    server.handler = handler
    report = await extract(connect(), ["projects"], place.text, schema=place.schema)
    assert (report.status, report.rows, report.rejected) == (3, 39, 1)
    assert {row["job_order_category"] or None for row in rows_of(place, "projects")} == {None}
    (line,) = Path(report.tables[0].rejects or "").read_text().splitlines()
    assert (json.loads(line)["path"], json.loads(line)["row"]["id"]) == ("$.created_at", rows[3]["id"])


# --- lists in others ------------------------------------------------------------------------------------------------


async def test_an_id_that_comes_twice_is_there_once_as_it_came_last(
    server: Server, connect: Connect, place: Place
) -> None:
    """In one batch, of two parents; and again in the next run, which writes nothing."""
    leaders = {id: [leader(id, id)] for id in range(1, 101)}
    leaders[9].append(leader(5, 9, leader_id=77))
    serve(server, [stream(id) for id in range(1, 101)], leaders)
    for rows in (100, 0):
        report = await extract(connect(), [LEADERS], place.text, schema=place.schema)
        assert (report.status, report.rows) == (0, rows)
        assert any("1 rows came with an id that a later row had as well" in each for each in report.tables[0].warnings)
    stored = rows_of(place, LEADERS)
    assert len({row["id"] for row in stored}) == len(stored) == 100
    assert [int(row["leader_id"]) for row in stored if int(row["id"]) == 5] == [77]


async def test_an_id_that_comes_twice_in_different_pages_or_batches_is_there_once(
    server: Server, connect: Connect, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_ROWS", 32)
    leaders = {id: [leader(id % 40 + 1, id, leader_id=id)] for id in range(1, 101)}
    serve(server, [stream(id) for id in range(1, 101)], leaders)
    report = await extract(connect(), [LEADERS], place.text, schema=place.schema)
    assert report.status == 0
    stored = {int(row["id"]): int(row["leader_id"]) for row in rows_of(place, LEADERS)}
    assert len(rows_of(place, LEADERS)) == len(stored) == 40
    assert stored == {id % 40 + 1: id for id in range(1, 101)}


async def test_the_oldest_parents_may_be_refused_and_the_others_are_read(
    server: Server, connect: Connect, target: Memory
) -> None:
    streams = [stream(id) for id in range(1, 101)]
    serve(server, streams, {id: [leader(id, id)] for id in range(1, 101)}, refused=set(range(1, 41)))
    report = await pull(connect(), LEADERS)
    (table,) = report.tables
    assert (report.status, table.outcome, table.left_out) == (3, "complete", 40)
    assert shown(target, LEADERS) == set(range(41, 101))
    serve(server, streams, {}, refused=set(range(1, 101)))
    again = await pull(connect(), LEADERS)
    assert (again.status, again.tables[0].outcome) == (1, "failed")
    assert "was delivered before" in (again.tables[0].error or "")


async def test_parents_that_were_refused_are_counted_when_a_pass_goes_on(
    server: Server, connect: Connect, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_ROWS", 20)
    streams = [stream(id) for id in range(1, 101)]
    serve(server, streams, {id: [leader(id, id)] for id in range(1, 101)})
    await pull(connect(), LEADERS)
    serve(server, streams, {id: [leader(id, id, leader_id=4)] for id in range(1, 101)}, refused={2, 3})
    target.fail_at = target.writes + 2
    assert (await pull(connect(), LEADERS)).status == 1
    target.fail_at = None
    report = await pull(connect(), LEADERS)
    (table,) = report.tables
    assert (report.status, table.left_out, table.vanished) == (3, 2, 0)
    assert shown(target, LEADERS) == set(range(1, 101)), "what could not be read has not vanished"


# --- clocks, guards, defects ----------------------------------------------------------------------------------------


async def test_a_server_without_a_clock_is_asked_from_the_newest_row(
    server: Server, connect: Connect, target: Memory
) -> None:
    """Our clock alone proves nothing: it may be ahead by a year. Several pages need no clock either."""
    serve(server, [stream(id) for id in range(1, 350)], {}, headers={"Date": "no date"})
    assert (await pull(connect(), "streams")).status == 0
    assert shown(target, "streams") == set(range(1, 350))
    (state,) = map(State.read, target.states.values())
    assert state.watermark is not None
    assert state.watermark.isoformat() == "2026-05-01T00:00:00+00:00"


async def test_a_short_list_may_lose_a_row(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod, "levels")
    assert len(target.tables["levels"]) < 20
    gone = sandbox.mutate("levels", "hard_delete", len(target.tables["levels"]) - 1)
    report = await pull(wethod, "levels")
    assert (report.status, report.tables[0].vanished) == (0, len(gone))


@pytest.mark.parametrize("where", ["state", "contents", "write", "save", "mark_vanished", "finish", "log_run"])
@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError, asyncio.CancelledError, RecursionError, TargetError])
async def test_whatever_fails_in_one_table_the_others_go_on(
    where: str, error: type[BaseException], wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = getattr(Memory, where)

    def fail(self: Memory, first: Table | RunLine, *rest: Any, **options: Any) -> object:
        name = first.table if isinstance(first, RunLine) else first.name
        if name == "roles":
            raise error("struck")
        return done(self, first, *rest, **options)

    monkeypatch.setattr(Memory, where, fail)
    report = await pull(wethod, "levels", "roles", "clients", "persons")
    assert {table.table: table.outcome for table in report.tables} == {
        "levels": "complete",
        "roles": "failed",
        "clients": "complete",
        "persons": "complete",
    }
    (failed,) = report.failed
    assert error.__name__ in (failed.error or "") or "struck" in (failed.error or "")
    monkeypatch.undo()


async def test_a_defect_tells_no_password(
    wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_self: Memory, _table: Table, _batch: Batch, _key: str, _state: bytes) -> Written:
        raise RuntimeError("cannot reach postgresql://me:s3cret-password@host")

    monkeypatch.setattr(Memory, "write", fail)
    report = await extract(wethod, ["levels"], "postgresql://me:s3cret-password@host/db", patience=0)
    told = json.dumps(report.to_dict()) + caplog.text + repr(target.lines)
    assert "RuntimeError" in told
    assert "s3cret-password" not in told


async def test_what_is_remembered_may_lie_elsewhere(wethod: Wethod, tmp_path: Path) -> None:
    """Each schema, so each company, has a folder of its own there."""
    for schema, folder in ((None, tmp_path / "state"), ("acme", tmp_path / "state" / "acme")):
        report = await extract(
            wethod, ["levels"], f"csv:{tmp_path / 'out'}", schema=schema, state=tmp_path / "state", patience=0
        )
        assert report.ok
        assert (folder / "staging.duckdb").exists()
    assert not list((tmp_path / "out").rglob("staging.duckdb"))


@pytest.mark.parametrize("to", ["duckdb:x.duckdb", "postgresql://host/db"])
async def test_a_database_keeps_what_is_remembered_with_its_rows(
    to: str, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    with pytest.raises(ArgumentError, match=r"state: only folders .parquet, csv, jsonl. keep it apart"):
        await extract(wethod, ["levels"], to, state="elsewhere")
    with pytest.raises(ArgumentError, match=r"state: only folders .parquet, csv, jsonl. keep it apart"):
        await plan(wethod, ["levels"], to, state="elsewhere")
    assert (target.owner, len(sandbox.requests)) == (None, 0)
