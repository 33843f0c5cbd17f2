"""Applying a plan against a server that loses answers, stops runs and refuses: each row is written once."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from asyncsdk import Wethod, bulk
from asyncsdk.bulk.report import BulkReport
from asyncsdk.filters import month as whole_month
from asyncsdk.sandbox import Sandbox
from tests.bulk.months import MATCH, month, there

POST = "POST /api/timesheets"
SCOPE = {"date": whole_month(2026, 5)}


def outcomes(report: BulkReport) -> Counter[str]:
    return Counter(row.outcome for row in report.rows)


def posts(sandbox: Sandbox) -> int:
    return sum(request.method == "POST" for request in sandbox.requests)


def writes(sandbox: Sandbox) -> int:
    return sum(request.method != "GET" for request in sandbox.requests)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "may.journal"


async def test_lost_answers_double_no_row(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    rows = month(sandbox, 30)
    for after in (3, 9, 15):
        sandbox.drop(POST, handled=True, after=after)
    for after in (6, 12):
        sandbox.drop(POST, handled=False, after=after)
    plan = await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)
    report = await plan.apply(journal=journal)
    assert there(sandbox) == [row["date"] for row in rows]
    assert outcomes(report) == {"created": 30}
    assert report.status == 0
    by_id = {row["id"]: row["date"] for row in sandbox.rows_of("timesheets")}
    assert [by_id[row.id] for row in report.rows if row.id] == [row["date"] for row in rows]
    assert (await bulk.verify(wethod.timesheets, journal=journal)).proved


async def test_a_second_run_is_a_walk_and_no_write(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    rows = month(sandbox, 5)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)).apply(journal=journal)
    before, sent = len(sandbox.requests), writes(sandbox)
    report = await (await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)).apply(journal=journal)
    assert (len(sandbox.requests) - before, writes(sandbox) - sent, report.sent) == (1, 0, 0)
    assert report.status == 0


async def test_a_corrected_file_sends_the_corrected_rows_alone(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    rows = month(sandbox, 5)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    sent = writes(sandbox)
    rows[2]["hours"] = 4
    plan = await bulk.plan(wethod.timesheets, [rows[2], *rows[3:], *rows[:2]], match=MATCH)
    assert [write.body for write in plan.updates] == [{"hours": 4}]
    report = await plan.apply(journal=journal)
    assert writes(sandbox) - sent == 1
    assert outcomes(report) == {"updated": 1, "created": 4}
    assert (await bulk.verify(wethod.timesheets, journal=journal)).proved


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("stopped_at", [1, 2, 7, 13])
async def test_a_run_that_is_stopped_goes_on(
    sandbox: Sandbox, wethod: Wethod, journal: Path, stopped_at: int, carried_out: bool
) -> None:
    """Cancelled while requests are in the air, whose answers nobody reads."""
    rows = month(sandbox, 20)
    plan = await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)
    fault = sandbox.hang(POST, after=stopped_at, times=None, handled=carried_out)
    task = asyncio.create_task(plan.apply(journal=journal))
    while not fault.used:
        await asyncio.sleep(0)
        assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    sandbox.faults.clear()
    report = await (await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)).apply(journal=journal)
    assert there(sandbox) == [row["date"] for row in rows]
    assert outcomes(report) == {"created": 20}


async def test_a_row_that_was_never_seen_to_arrive_is_not_sent_again(
    sandbox: Sandbox, wethod: Wethod, journal: Path
) -> None:
    """The first one: nothing shows that the list shows what this token creates."""
    rows = month(sandbox, 3)
    sandbox.drop(POST, handled=False)
    first = await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    assert [row.outcome for row in first.rows] == ["unknown", "created", "created"]
    assert first.status == 3
    sent = writes(sandbox)
    again = await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    assert [row.outcome for row in again.rows] == ["unknown", "created", "created"]
    assert writes(sandbox) == sent
    assert (await bulk.verify(wethod.timesheets, journal=journal)).unknown


async def test_a_saved_plan_goes_on_too(sandbox: Sandbox, wethod: Wethod, journal: Path, tmp_path: Path) -> None:
    plan = await bulk.plan(wethod.timesheets, month(sandbox, 4), match=MATCH)
    plan.save(tmp_path / "may.plan")
    await plan.apply(journal=journal)
    sent = writes(sandbox)
    report = await bulk.load(wethod.timesheets, tmp_path / "may.plan").apply(journal=journal)
    assert (writes(sandbox), outcomes(report)) == (sent, {"created": 4})


async def test_a_stale_plan_is_refused_and_names_the_rows(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    known = (await wethod.timesheets.list())[0]
    row = {"person_id": known.person_id, "project_id": known.project_id, "date": str(known.date), "hours": 1}
    plan = await bulk.plan(wethod.timesheets, [row], match=MATCH)
    assert [write.verb for write in plan.updates] == ["update"]
    await wethod.timesheets.update(known.id, notes="by somebody else")
    with pytest.raises(bulk.StalePlan) as caught:
        await plan.apply(journal=journal)
    assert caught.value.ids == (known.id,)


async def test_rows_of_the_scope_are_deleted_where_asked(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    rows = month(sandbox, 4)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)).apply(journal=journal)
    plan = await bulk.plan(wethod.timesheets, rows[1:], match=MATCH, scope=SCOPE, delete=True)
    report = await plan.apply(journal=journal)
    assert outcomes(report) == {"created": 3, "deleted": 1}
    assert there(sandbox) == [row["date"] for row in rows[1:]]
    assert (await bulk.verify(wethod.timesheets, journal=journal)).proved


async def test_a_row_that_has_gone_is_a_conflict(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    rows = month(sandbox, 2)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    plan = await bulk.plan(wethod.timesheets, [{**row, "hours": 2} for row in rows], match=MATCH)
    gone = plan.updates[0].id
    assert gone is not None
    await wethod.timesheets.delete(gone)
    report = await plan.apply(journal=journal)
    assert [row.outcome for row in report.rows] == ["conflict", "updated"]


@pytest.mark.parametrize(("status", "sent"), [(401, 1), (403, 1), (412, 1)])
async def test_what_would_meet_all_rows_stops_at_the_canary(
    sandbox: Sandbox, wethod: Wethod, journal: Path, status: int, sent: int
) -> None:
    sandbox.fail(POST, status=status, times=None)
    report = await (await bulk.plan(wethod.timesheets, month(sandbox, 9), match=MATCH)).apply(journal=journal)
    assert (posts(sandbox), report.status) == (sent, 1)
    assert outcomes(report)["not sent"] >= 8


async def test_a_refusal_marks_its_row_alone(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    sandbox.fail(POST, status=400, after=2)
    sandbox.fail(POST, status=403, after=7)
    report = await (await bulk.plan(wethod.timesheets, month(sandbox, 9), match=MATCH)).apply(journal=journal)
    assert (outcomes(report), report.status) == ({"created": 7, "refused": 2}, 3)
    again = await (await bulk.plan(wethod.timesheets, month(sandbox, 9), match=MATCH)).apply(journal=journal)
    assert (outcomes(again), again.sent) == ({"created": 9}, 2)


async def test_a_journal_belongs_to_one_import_and_one_process(
    sandbox: Sandbox, wethod: Wethod, journal: Path, tmp_path: Path
) -> None:
    rows = month(sandbox, 3)
    plan = await bulk.plan(wethod.timesheets, rows, match=MATCH)
    fault = sandbox.hang(POST, handled=True)
    task = asyncio.create_task(plan.apply(journal=journal))
    while not fault.used:
        await asyncio.sleep(0)
    with pytest.raises(bulk.JournalRefused, match="another process has it"):
        await plan.apply(journal=journal)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(bulk.JournalRefused, match="belongs to another import"):
        await (await bulk.plan(wethod.timesheets, rows, match=("date",), scope=SCOPE)).apply(journal=journal)
    (tmp_path / "text").write_text("no journal at all, but text" * 99)
    with pytest.raises(bulk.JournalRefused, match="no journal"):
        await plan.apply(journal=tmp_path / "text")
    with pytest.raises(bulk.JournalRefused):
        await bulk.verify(wethod.timesheets, journal=tmp_path / "nothing")


async def test_rows_that_two_journals_made_are_named(sandbox: Sandbox, wethod: Wethod, tmp_path: Path) -> None:
    """Two people import one file at once: neither journal can see the other, but the list shows it."""
    plans = [await bulk.plan(wethod.timesheets, month(sandbox, 2), match=MATCH) for _ in range(2)]
    sandbox.delay("GET /api/timesheets", seconds=0.3, times=2)
    await asyncio.gather(*(plan.apply(journal=tmp_path / str(number)) for number, plan in enumerate(plans)))
    proof = await bulk.verify(wethod.timesheets, journal=tmp_path / "0")
    assert len(proof.twice) == 2
    assert not proof.proved


@pytest.mark.parametrize("corrected", [False, True])
async def test_a_row_that_a_proxy_delivers_after_the_plan_is_found(
    sandbox: Sandbox, wethod: Wethod, journal: Path, corrected: bool
) -> None:
    """The run before was stopped while it was in the air; it comes in when the next one has read the list."""
    rows = month(sandbox, 3)
    plan = await bulk.plan(wethod.timesheets, rows, match=MATCH)
    fault = sandbox.hang(POST, after=2, handled=False)
    task = asyncio.create_task(plan.apply(journal=journal, concurrency=1))
    while not fault.used:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    late = dict(rows[2])
    if corrected:
        rows[2]["hours"] = 3
    again = await bulk.plan(wethod.timesheets, rows, match=MATCH)
    assert len(again.creates) == 1
    sent = writes(sandbox)
    await wethod.timesheets.create(**late)
    report = await again.apply(journal=journal)
    assert writes(sandbox) - sent == 1
    assert there(sandbox) == [row["date"] for row in rows]
    if corrected:
        assert (report.status, "run it again" in report.stopped) == (1, True)
        report = await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
        assert outcomes(report) == {"created": 2, "updated": 1}
    else:
        assert outcomes(report) == {"created": 3}


# --- what a start that died has sent, and a proxy delivers when the next plan is made ---------------------------------


async def dying(sandbox: Sandbox, plan: bulk.BulkPlan, journal: Path, on: str) -> None:
    """Applies a plan until a request is in the air, and dies there; it has not arrived yet."""
    fault = sandbox.hang(on, handled=False)
    task = asyncio.create_task(plan.apply(journal=journal, concurrency=1))
    while not fault.used:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    sandbox.faults.clear()


async def test_a_late_change_of_earlier_content_does_not_stay(sandbox: Sandbox, wethod: Wethod, journal: Path) -> None:
    """The correction was taken back, so nothing seems to be left to do; then the correction arrives."""
    rows = month(sandbox, 2)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    corrected = [{**rows[0], "hours": 1}, rows[1]]
    plan = await bulk.plan(wethod.timesheets, corrected, match=MATCH)
    await dying(sandbox, plan, journal, "PATCH /api/timesheets/*")
    back = await bulk.plan(wethod.timesheets, rows, match=MATCH)
    assert not back.updates
    id = back.unchanged[0].id
    await wethod.timesheets.update(id, hours=1)
    with pytest.raises(bulk.StalePlan) as caught:
        await back.apply(journal=journal)
    assert caught.value.ids == (id,)
    report = await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    assert outcomes(report) == {"updated": 1, "created": 1}
    row = sandbox.row_of("timesheets", id)
    assert row is not None
    assert row["hours"] == 7.5


async def test_a_late_delete_of_a_row_that_is_back_does_not_stay(
    sandbox: Sandbox, wethod: Wethod, journal: Path
) -> None:
    rows = month(sandbox, 2)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)).apply(journal=journal)
    plan = await bulk.plan(wethod.timesheets, rows[1:], match=MATCH, scope=SCOPE, delete=True)
    await dying(sandbox, plan, journal, "DELETE /api/timesheets/*")
    back = await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)
    await wethod.timesheets.delete(back.unchanged[0].id)
    with pytest.raises(bulk.StalePlan):
        await back.apply(journal=journal)
    report = await (await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE)).apply(journal=journal)
    assert outcomes(report) == {"created": 2}
    assert there(sandbox) == [row["date"] for row in rows]


async def test_a_late_row_that_the_input_has_no_more_is_deleted_where_asked(
    sandbox: Sandbox, wethod: Wethod, journal: Path
) -> None:
    rows = month(sandbox, 3)
    plan = await bulk.plan(wethod.timesheets, rows[:2], match=MATCH, scope=SCOPE)
    await plan.apply(journal=journal)
    await dying(sandbox, await bulk.plan(wethod.timesheets, rows, match=MATCH, scope=SCOPE), journal, POST)
    without = await bulk.plan(wethod.timesheets, rows[:2], match=MATCH, scope=SCOPE, delete=True)
    assert not without.deletes
    await wethod.timesheets.create(**rows[2])
    with pytest.raises(bulk.StalePlan):
        await without.apply(journal=journal)
    again = await bulk.plan(wethod.timesheets, rows[:2], match=MATCH, scope=SCOPE, delete=True)
    assert outcomes(await again.apply(journal=journal)) == {"created": 2, "deleted": 1}
    assert there(sandbox) == [row["date"] for row in rows[:2]]


async def test_a_change_in_doubt_that_has_come_in_is_not_sent_again(
    sandbox: Sandbox, wethod: Wethod, journal: Path
) -> None:
    rows = month(sandbox, 1)
    await (await bulk.plan(wethod.timesheets, rows, match=MATCH)).apply(journal=journal)
    rows[0]["hours"] = 1
    await dying(sandbox, await bulk.plan(wethod.timesheets, rows, match=MATCH), journal, "PATCH /api/timesheets/*")
    plan = await bulk.plan(wethod.timesheets, rows, match=MATCH)
    id = plan.updates[0].id
    assert id is not None
    await wethod.timesheets.update(id, hours=1)
    sent = writes(sandbox)
    assert outcomes(await plan.apply(journal=journal)) == {"updated": 1}
    assert writes(sandbox) == sent
