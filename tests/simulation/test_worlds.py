"""The whole client under everything a network and a server can do to it, as many seeds as a test run bears.

A seed that fails is repeated by the command in the message. `python -m benchmarks.simulate` runs any number of them.
"""

from __future__ import annotations

from collections import Counter

import pytest

from asyncsdk.testing.simulation import FAULTS
from tests.simulation.outcome import LOSSES, READS
from tests.simulation.worlds import Sum, run, run_many

MANY = {"walks": 1000, "writes": 400, "budgets": 200, "mirrors": 100}
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


@pytest.mark.parametrize("world", MANY)
def test_the_same_seed_gives_the_same_run_in(world: str) -> None:
    for seed in range(6):
        assert run(world, seed).trace == run(world, seed).trace, f"python -m tests.simulation {world} {seed}"
