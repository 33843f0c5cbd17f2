"""How long a run goes on trying: minutes through an outage, not at all after a refusal. All of it in virtual time."""

from __future__ import annotations

import asyncio
import logging

import pytest

from asyncsdk import Wethod
from asyncsdk.errors import ArgumentError
from asyncsdk.extract import ExtractionReport, extract
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.extract.memory import PATH, STREAMS, Memory

AWAY = [
    Conditions(refuses=1.0, faults={"reset": 1.0}),
    Conditions(faults={"503": 1.0}),
    Conditions(faults={"500": 1.0}),
    Conditions(faults={"hung": 1.0}),
    Conditions(faults={"cut": 1.0}),
    Conditions(faults={"429 without a wait": 1.0}),
]


def outage(
    conditions: Conditions, seconds: float | None, *, lists: tuple[str, ...] = (STREAMS,), patience: float = 600.0
) -> tuple[ExtractionReport, Simulation]:
    """A run during which the API is away from its third second on; None: for good."""
    simulation = Simulation(5, Conditions(round_trip=1.0), rows=3000)

    async def main() -> ExtractionReport:
        loop, well = asyncio.get_running_loop(), simulation.server.conditions

        def set_to(conditions: Conditions) -> None:
            simulation.server.conditions = conditions

        loop.call_later(3.0, set_to, conditions)
        if seconds is not None:
            loop.call_later(3.0 + seconds, set_to, well)
        async with simulation.client(budget=None) as wethod:
            return await extract(wethod, lists, "memory", patience=patience, concurrency=4)

    return simulation.run(main), simulation


@pytest.mark.parametrize("conditions", AWAY)
def test_an_outage_of_minutes_is_outlasted(conditions: Conditions, target: Memory) -> None:
    report, simulation = outage(conditions, 300)
    assert report.status == 0, report.tables[0].error
    assert simulation.seconds > 300
    with_outage = set(target.tables[STREAMS])
    target.tables[STREAMS].clear()
    target.states.clear()
    outage(Conditions(), None)
    assert with_outage == set(target.tables[STREAMS])


def test_without_patience_a_list_ends_within_seconds(target: Memory) -> None:
    report, simulation = outage(AWAY[1], 300, patience=0)
    assert report.status == 1
    assert simulation.seconds < 60


def test_patience_ends(target: Memory) -> None:
    report, simulation = outage(AWAY[1], None, patience=120)
    assert report.status == 1
    assert "503" in (report.tables[0].error or "")
    assert 120 <= simulation.seconds < 240


def test_an_outage_without_end_costs_the_patience_of_one_list_and_not_of_each(target: Memory) -> None:
    lists = (
        STREAMS,
        "streams",
        "persons",
        "projects",
        "timesheets",
        "levels",
        "roles",
        "clients",
        "budgets",
        "invoices",
    )
    report, simulation = outage(AWAY[0], None, lists=lists)
    assert report.status == 1
    # Twice, where a list that had begun waits for its place in the window while others try.
    assert simulation.seconds < 1300


def test_every_wait_is_told(target: Memory, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "asyncsdk"):
        outage(AWAY[1], 100)
    told = [record for record in caplog.records if "again in" in record.getMessage()]
    assert any(record.levelno == logging.WARNING for record in told)


def test_a_run_that_is_cancelled_while_it_waits_ends_at_once(target: Memory) -> None:
    simulation = Simulation(5, AWAY[1], rows=300)

    async def main() -> float:
        async with simulation.client(budget=None) as wethod:
            run = asyncio.ensure_future(extract(wethod, [STREAMS], "memory"))
            await asyncio.sleep(200)
            assert not run.done()
            before = asyncio.get_running_loop().time()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            return asyncio.get_running_loop().time() - before

    assert simulation.run(main) < 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
async def test_what_does_not_pass_ends_a_list_at_once(
    status: int, sandbox: Sandbox, wethod: Wethod, target: Memory
) -> None:
    sandbox.fail(PATH, status=status, times=None, after=3)
    report = await extract(wethod, [STREAMS], "memory", concurrency=1)
    assert report.status == 1
    # A 400 or 404 may only say that the list ends before the page: that is asked once more from nearer by.
    assert len(sandbox.requests) <= (8 if status in {400, 404} else 5)
    assert report.requests == len(sandbox.requests)


@pytest.mark.parametrize("patience", [-1, float("inf"), float("nan"), True, "10m"])
async def test_patience_is_a_number_of_seconds(patience: float, wethod: Wethod, target: Memory) -> None:
    with pytest.raises(ArgumentError, match="patience"):
        await extract(wethod, [STREAMS], "memory", patience=patience)
