"""What a run makes of refusals, and what its report says of rows and requests: what was written, what was answered."""

from __future__ import annotations

import pytest

from asyncsdk import Wethod
from asyncsdk.extract import ExtractionError, TargetError, extract
from asyncsdk.extract.target import Batch, Table, Written
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import PATH, STREAMS, Memory, client, pull, shown

LOCATIONS = "holidays_locations"


async def parents(wethod: Wethod) -> list[int]:
    """Holidays that have locations."""
    return [each.id for each in await wethod.holidays.list() if await wethod.holidays.list_locations(each.id)]


async def test_a_parent_that_is_refused_is_left_out_and_its_rows_stay(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    await pull(wethod, LOCATIONS)
    before = shown(target, LOCATIONS)
    refused = (await parents(wethod))[1]
    sandbox.fail(f"GET /api/holidays/{refused}/locations", status=403, times=None)
    report = await pull(wethod, LOCATIONS)
    (table,) = report.tables
    assert (table.outcome, table.left_out, report.status) == ("complete", 1, 3)
    assert "1 parents were refused" in table.warnings[-1]
    assert shown(target, LOCATIONS) == before, "what could not be read has not vanished"
    assert not report.ok
    with pytest.raises(ExtractionError) as caught:
        report.raise_for_status()
    assert (caught.value.status, caught.value.report) == (3, report)
    report.raise_for_status(allow_rejected=True)


async def test_a_nested_list_that_is_refused_for_every_parent_is_skipped(sandbox: Sandbox, target: Memory) -> None:
    token = sandbox.add_token("narrow", permissions=["holidays.view"])
    async with client(sandbox, token) as wethod:
        sandbox.fail("GET /api/holidays/*/locations", status=403, times=None)
        report = await extract(wethod, [LOCATIONS, "levels"], "memory")
    assert report.tables[0].outcome == "skipped"


async def test_a_list_that_was_delivered_before_and_is_refused_now_has_failed(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    assert (await extract(wethod, "all", "memory")).ok
    sandbox.fail("GET /api/persons", status=403, times=None)
    report = await extract(wethod, "all", "memory")
    assert report.status == 1
    (failed,) = report.failed
    assert failed.table == "persons"
    assert "was delivered before, and is refused now" in (failed.error or "")


async def test_a_list_that_is_refused_half_way_has_failed(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    sandbox.fail(PATH, status=403, times=None, after=6)
    report = await extract(wethod, "all", "memory")
    assert [each.table for each in report.failed] == [STREAMS]


async def test_rows_are_those_that_were_written(
    wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Memory, _table: Table, _batch: Batch, _key: str, _state: bytes) -> None:
        raise TargetError("the connection to the server was lost")

    monkeypatch.setattr(Memory, "write", fail)
    report = await pull(wethod)
    assert (report.status, report.rows, target.lines[0].rows) == (1, 0, 0)
    assert report.requests > 10


async def test_a_target_that_failed_is_noticed_before_much_more_is_read(
    sandbox: Sandbox, wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk.extract.pass_reader.BATCH_ROWS", 600)
    target.fail_at = 1
    report = await pull(wethod, concurrency=1)
    assert report.status == 1
    assert len(sandbox.requests) < 21, "seven pages of the batch, at most seven of the one that waits, and no third"


async def test_failed_attempts_are_counted(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    sandbox.fail(PATH, status=503, times=None)
    report = await pull(wethod)
    assert report.requests == len(sandbox.requests) == 4


async def test_a_defect_ends_its_table_alone(
    wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = Memory.write

    def odd(self: Memory, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        if table.name == "levels":
            raise OverflowError("int too large")
        return write(self, table, batch, key, state)

    monkeypatch.setattr(Memory, "write", odd)
    report = await pull(wethod, "levels", "roles")
    assert [each.outcome for each in report.tables] == ["failed", "complete"]
    assert "OverflowError: int too large" in (report.tables[0].error or "")
    assert any(record.exc_info for record in caplog.records)


async def test_a_good_report_raises_nothing(wethod: Wethod, target: Memory) -> None:
    report = await pull(wethod, "levels")
    assert report.ok
    report.raise_for_status()
    assert report.to_dict()["status"] == 0


async def test_a_failed_report_raises_and_names_the_first_table(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    sandbox.fail("GET /api/levels", status=500, times=None)
    report = await pull(wethod, "levels", "roles")
    with pytest.raises(ExtractionError, match=r"1 of 2 tables failed; levels: 500"):
        report.raise_for_status(allow_rejected=True)
