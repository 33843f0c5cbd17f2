"""Runs applications in the simulation: the documented examples, as a reader does, and what the fixture promises."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import anyio.to_thread
import pytest

from asyncsdk import ArgumentError, RateLimitError, RetryPolicy, Wethod
from asyncsdk.testing import Simulations
from asyncsdk.testing.simulation import (
    FAULTS,
    ApplicationFailed,
    Conditions,
    Simulation,
    drawn_conditions,
    in_process,
)
from tests.docs.pages import ROOT, blocks

FILES = {block.file: block.code for block in blocks("testing") if block.file}
PLANNING = next(block.code for block in blocks("fastapi") if block.file == "planning.py")


def pytest_of_reader(folder: Path, *arguments: str) -> tuple[int, str]:
    """Runs pytest in a folder as somebody who installed the package does."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "asyncsdk.testing.plugin", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, code in {**FILES, "planning.py": PLANNING, "pytest.ini": "[pytest]\n"}.items():
        (tmp_path / str(name)).write_text(code, encoding="utf-8")
    return tmp_path


def test_a_double_submit_is_found_within_200_seeds_and_its_command_repeats_it(folder: Path) -> None:
    status, said = pytest_of_reader(folder, "test_booking.py")
    assert status == 1
    found = re.search(r"seed (\d+); again: pytest (\S+) --wethod-seed=(\d+)$", said, re.MULTILINE)
    assert found, said
    assert found[1] == found[3]
    assert int(found[1]) < 200
    assert re.search(r"assert [23] <= 1$", said, re.MULTILINE), said
    assert found[0] in next(block.code for block in blocks("testing") if "again:" in block.code)
    status, again = pytest_of_reader(folder, found[2], f"--wethod-seed={found[3]}")
    assert (status, found[0] in again) == (1, True)


def test_the_mended_application_passes_all_200_seeds(folder: Path) -> None:
    (folder / "booking.py").write_text(FILES["booking_mended.py"], encoding="utf-8")
    status, said = pytest_of_reader(folder, "test_booking.py")
    assert status == 0, said


def test_an_outage_of_the_sandbox_is_told_as_documented(folder: Path) -> None:
    status, said = pytest_of_reader(folder, "test_outage.py")
    assert status == 0, said


@pytest.mark.parametrize("seeds", [60, pytest.param(300, marks=pytest.mark.slow)])
def test_the_documented_backend_survives(folder: Path, seeds: int) -> None:
    source = FILES["test_planning.py"]
    assert "seeds(300)" in source
    (folder / "test_planning.py").write_text(source.replace("seeds(300)", f"seeds({seeds})"), encoding="utf-8")
    status, said = pytest_of_reader(folder, "test_planning.py")
    assert status == 0, said


def test_variables_lead_to_the_simulated_wethod_and_are_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETHOD_TOKEN", "a-token-of-the-tester")
    monkeypatch.setenv("WETHOD_BUDGET", "7")
    monkeypatch.delenv("WETHOD_BASE_URL", raising=False)

    async def main(simulation: Simulation) -> str | None:
        async with Wethod() as wethod:
            await wethod.streams.list()
        return os.environ.get("WETHOD_BUDGET")

    assert Simulations().run(main, seed=1, conditions=Conditions()) is None
    assert (os.environ["WETHOD_TOKEN"], os.environ["WETHOD_BUDGET"]) == ("a-token-of-the-tester", "7")
    assert "WETHOD_BASE_URL" not in os.environ


def test_an_hour_of_waiting_for_the_budget_is_virtual() -> None:
    async def main(simulation: Simulation) -> float:
        async with simulation.client(budget=2, retry=RetryPolicy(max_wait=7200)) as wethod:
            for id in (1, 2, 3):
                await wethod.streams.get(id)
        return simulation.seconds

    begun = time.monotonic()
    assert Simulations().run(main, seed=1, conditions=Conditions()) >= 3599
    assert time.monotonic() - begun < 60


def test_a_simulated_wethod_counts_the_hour_as_the_real_one() -> None:
    async def main(simulation: Simulation) -> int:
        async with simulation.client(budget=None, retry=RetryPolicy(max_wait=0)) as wethod:
            for id in (1, 2, 3):
                await wethod.streams.get(id)
        return 0

    with pytest.raises(RateLimitError):
        Simulations().run(main, seed=1, conditions=Conditions(), rate_limit=2)


def test_the_same_seed_is_the_same_run() -> None:
    traces: list[str] = []

    async def main(simulation: Simulation) -> None:
        async with simulation.client(retry=RetryPolicy(attempts=1)) as wethod:
            await asyncio.gather(wethod.streams.list(), anyio.to_thread.run_sync(lambda: 1), return_exceptions=True)
        traces.append(simulation.trace)

    for seed in (5, 5, 6):
        Simulations().run(main, seed=seed)
    assert traces[0] == traces[1] != traces[2]


def test_functions_for_threads_of_anyio_run_in_virtual_time_too() -> None:
    async def main(simulation: Simulation) -> tuple[int, bool]:
        value = await anyio.to_thread.run_sync(lambda a, b: a + b, 3, 4)
        return value, simulation.seconds > 0

    real = anyio.to_thread.run_sync
    assert Simulations().run(main) == (7, True)
    assert anyio.to_thread.run_sync is real


def test_a_main_without_arguments_is_asked_of_afterwards() -> None:
    async def main(name: str = "Ship design") -> int:
        async with Wethod() as wethod:
            return (await wethod.streams.create(name=name)).id

    simulations = Simulations()
    with pytest.raises(ArgumentError, match="no run yet"):
        simulations.simulation  # noqa: B018  # raises
    id = simulations.run(main, seed=4, conditions=Conditions())
    assert [row["id"] for row in simulations.simulation.sandbox.rows_of("streams", name="Ship design")] == [id]
    assert (simulations.seed, simulations.simulation.seed, simulations.simulation.left) == (4, 4, [])


def test_one_seed_may_be_chosen_from_outside() -> None:
    assert list(Simulations().seeds(3, first=4)) == [4, 5, 6]
    chosen = Simulations(only=17)
    assert list(chosen.seeds(200)) == [17]

    async def main(simulation: Simulation) -> int:
        return simulation.seed

    assert chosen.run(main) == 17
    assert chosen.run(main, seed=3) == 3  # a test that names a seed means it
    assert chosen.seed == 3
    for wrong in (-1, True, "7"):
        with pytest.raises(ArgumentError):
            chosen.run(main, seed=wrong)  # type: ignore[arg-type]  # what somebody may write
    with pytest.raises(ArgumentError):
        chosen.seeds(0)


def test_drawn_conditions_meet_every_fault_that_sound_servers_have_and_none_on_some_days() -> None:
    drawn = [drawn_conditions(seed) for seed in range(200)]
    assert {name for each in drawn for name in each.faults} == FAULTS.keys() - {"stray answer"}
    assert 20 < sum(not each.faults for each in drawn) < 100
    assert drawn[7] == drawn_conditions(7)
    assert {name for seed in range(50) for name in drawn_conditions(seed, ["503"]).faults} == {"503"}
    assert drawn_conditions(7, []).faults == {}
    with pytest.raises(ValueError, match="there is no 504"):
        drawn_conditions(7, ["504"])


async def _echo(scope: dict[str, object], receive: object, send: object) -> None:
    raise AssertionError("this application knows no lifespan")


def test_an_application_that_does_not_start_says_why() -> None:
    async def main(simulation: Simulation) -> None:
        async with in_process(_echo):  # type: ignore[arg-type]  # an application of looser types
            pass

    with pytest.raises(ApplicationFailed, match="startup: AssertionError: this application knows no lifespan"):
        Simulations().run(main)
