"""What a run is asked for: filters and times bound it, permissions narrow it, and what cannot be asked is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from asyncsdk import ArgumentError, Wethod
from asyncsdk.extract import TargetRefused, extract, plan
from asyncsdk.extract.target import Owner
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, Memory, client, living, pull, shown


async def test_since_bounds_what_a_table_holds(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    rows = await wethod.production_plan_streams.list()
    moment = sorted(row.updated_at for row in rows)[-100]
    await pull(wethod, since=moment)
    assert {row.id for row in rows if row.updated_at >= moment} == shown(target)


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00"])
async def test_a_moment_that_utc_cannot_tell_is_refused(wethod: Wethod, target: Memory, since: str) -> None:
    for moment in (since, datetime.fromisoformat(since)):
        with pytest.raises(ArgumentError, match=r"since: .*out of range in UTC"):
            await pull(wethod, since=moment)
    assert wethod.stats.requests == 0


async def test_a_filter_may_name_its_table(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    report = await pull(wethod, STREAMS, "streams", filters={"production-plan-streams.project_id": 7})
    assert report.status == 0
    assert {row["project_id"] for row in target.tables[STREAMS].values()} == {7}
    assert len(target.tables["streams"]) == sandbox.count("streams")


async def test_a_filtered_run_marks_nothing_as_gone(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    await pull(wethod)
    report = await pull(wethod, filters={"project_id": "7"}, reconcile=True)
    assert (report.status, report.rows) == (0, 0), "they are there already, and equal"
    assert shown(target) == living(sandbox, STREAMS)
    assert len(target.states) == 2, "its state is its own"


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


async def test_a_refused_token_ends_the_run_at_once(sandbox: Sandbox, target: Memory) -> None:
    async with client(sandbox, "no-such-token") as wethod:
        report = await extract(wethod, "all", "memory")
    assert report.status == 1
    assert len(sandbox.requests) <= 4
    assert {each.outcome for each in report.tables} == {"failed"}


async def test_a_target_of_another_company_is_refused(sandbox: Sandbox, wethod: Wethod, target: Memory) -> None:
    target.owner = Owner("https://api.wethod.com", "globex")
    with pytest.raises(TargetRefused):
        await pull(wethod)
    assert not sandbox.requests


async def test_a_plan_counts_what_was_never_read_and_remembers_what_was(
    sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    blind = await plan(wethod, [STREAMS], "memory", count=False)
    assert (blind.unknown, blind.costs[0].requests, blind.measured, blind.spent) == (1, None, False, 0)
    first = await plan(wethod, [STREAMS, "streams_leaders"], "memory")
    assert (first.measured, first.spent) == (True, len(sandbox.requests))
    assert [cost.basis for cost in first.costs] == ["counted", "counted"]
    assert first.costs[0].rows == sandbox.count(STREAMS, deleted="include")
    assert target.owner is None, "the target was not touched"
    sandbox.requests.clear()
    report = await pull(wethod)
    assert abs(report.requests - (first.costs[0].requests or 0)) <= 3
    sandbox.requests.clear()
    later = await plan(wethod, [STREAMS], "memory")
    (again,) = later.costs
    assert (again.mode, again.requests, again.basis) == ("incremental", 2, "last run")
    assert (later.measured, later.incremental) == (True, 1), "the time is told from what answers took in the last run"
    assert not sandbox.requests
