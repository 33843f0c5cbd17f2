"""Creates that settle, in the simulator: never twice by us, and what is said of each is true."""

from __future__ import annotations

import os

import pytest

from tests.simulation.creates import CREATES
from tests.simulation.worlds import run_many

FEW = range(20)
MANY = range(int(os.environ.get("CREATE_WORLDS", "300")))


@pytest.mark.parametrize("seeds", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])
def test_what_is_said_of_a_create_is_true(seeds: range) -> None:
    """No row twice by us, no "not done" that was done, no row for two; and most are settled where rows can be seen."""
    total = run_many("creates", seeds)
    counts = total.counts
    assert not total.wrong, "\n".join(total.wrong[:20])
    creates = sum(count for name, count in counts.items() if name.endswith(" creates"))
    assert creates == len(seeds) * CREATES
    assert counts["hidden not done"] + counts["hidden, two clocks, not done"] == 0, "what cannot be seen is not said"
    lost = counts["visible faults"]
    assert lost > 0
    # Where rows are dated by another clock than the Date header's, a row that seems too old is nobody's: it stays
    # unknown, and is not in this share.
    assert counts["visible unknown"] + counts["visible DecodeError"] <= 0.05 * lost, counts


@pytest.mark.parametrize("seeds", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])
def test_nothing_but_an_exact_twin_of_another_client_is_taken_for_ours(seeds: range) -> None:
    """Made inside the window, by a client that nobody can name: no field tells it apart, and few are mistaken."""
    total = run_many("twins", seeds)
    counts = total.counts
    assert not total.wrong, "\n".join(total.wrong[:20])
    twins = sum(count for name, count in counts.items() if name.endswith(" twins"))
    mistaken = sum(count for name, count in counts.items() if name.endswith(" twins taken for ours"))
    assert twins > len(seeds)
    assert mistaken <= 0.1 * twins, counts


@pytest.mark.parametrize("seeds", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])
def test_an_import_that_dies_at_any_await_goes_on_with_its_journal(seeds: range) -> None:
    """Each row once, each outcome true, one walk of the scope and two looks a start."""
    total = run_many("imports", seeds)
    assert not total.wrong, "\n".join(total.wrong[:20])
    assert total.counts["starts that died"] > len(seeds) / 2
