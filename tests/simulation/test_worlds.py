"""The whole client under everything a network and a server can do to it, as many seeds as a test run bears.

A seed that fails is repeated by the command in the message. `python -m benchmarks.simulate` runs any number of them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from asyncsdk.testing.simulation import FAULTS, Conditions
from tests.simulation.outcome import LOSSES, READS
from tests.simulation.walks import walk
from tests.simulation.worlds import Sum, run, run_many

MANY = {"walks": 1000, "writes": 900, "budgets": 200, "mirrors": 100}
EXTRACTIONS = 150
LEAST = 100  # times each fault is met in one run of the tests


@pytest.fixture(scope="module")
def done() -> dict[str, Sum]:
    return {}


@pytest.mark.parametrize("world", MANY)
def test_nothing_goes_wrong_in(world: str, done: dict[str, Sum]) -> None:
    """No row lost or doubled, no write twice, no outcome that lies, no limit passed, nothing held or left running."""
    total = done[world] = run_many(world, range(MANY[world]))
    assert not total.wrong, "\n".join(total.wrong[:20])


def test_every_fault_was_met_often_enough_to_mean_something(done: dict[str, Sum]) -> None:
    """Otherwise the worlds above prove nothing about it."""
    if done.keys() != MANY.keys():
        pytest.skip("needs the sums of all worlds above")
    met = sum((total.counts for total in done.values()), Counter[str]())
    assert {fault: met[fault] for fault in {*READS, *LOSSES} if met[fault] < LEAST} == {}
    assert {*READS, *LOSSES} <= FAULTS.keys()
    happened = ("changes", "walks left early", "walks resumed after a failure", "refused", "bytes to a closed end")
    assert {name: met[name] for name in happened if met[name] < LEAST} == {}


@contextmanager
def simulating(first: int, last: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that simulates extractions; neither it nor those it forks outlive what is asked of them."""
    command = [sys.executable, "-m", "tests.simulation", "extractions", f"{first}-{last}", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_tables_equal_the_server_s_rows_wherever_runs_die() -> None:
    """Runs fork, so they are made in processes of their own: this one has threads."""
    halves = [(0, EXTRACTIONS // 2 - 1), (EXTRACTIONS // 2, EXTRACTIONS - 1)]
    with ExitStack() as running:
        begun = [running.enter_context(simulating(first, last)) for first, last in halves]
        sums = [json.loads(each.communicate(timeout=3600)[0]) for each in begun]
    assert [line for each in sums for line in each["wrong"]] == []
    assert sum(each["counts"]["extractions"] for each in sums) == EXTRACTIONS
    assert sum(each["counts"]["runs that died"] for each in sums) >= 100


@pytest.mark.parametrize("world", MANY)
def test_the_same_seed_gives_the_same_run_in(world: str) -> None:
    for seed in range(6):
        assert run(world, seed).trace == run(world, seed).trace, f"python -m tests.simulation {world} {seed}"


def test_a_stray_answer_is_never_taken_for_the_answer_to_the_next_request() -> None:
    wrong = [found for seed in range(60) for found in walk(seed, Conditions(faults={"stray answer": 0.2})).wrong]
    assert wrong == []
