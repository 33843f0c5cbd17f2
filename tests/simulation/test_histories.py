"""Whatever happened in the nights before, a run that says complete leaves what the server had while it went on.

A history that fails is repeated by the command in the message: `python -m tests.simulation histories 17`. Runs fork, so
they are made in processes of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from tests.simulation.versions import ABSENT, Version, differences

FEW = range(6)
MANY = range(1000)


def run(seeds: range) -> tuple[Counter[str], list[str]]:
    """The counts of all histories, and what was wrong, from two processes."""
    middle = seeds[len(seeds) // 2]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.simulation", "histories", f"{first}-{last}", "--json"],
            stdout=subprocess.PIPE,
        )
        for first, last in ((seeds[0], middle - 1), (middle, seeds[-1]))
    ]
    sums: list[dict[str, Any]] = [json.loads(each.communicate(timeout=3600)[0]) for each in running]
    counts = sum((Counter(each["counts"]) for each in sums), Counter[str]())
    return counts, [line for each in sums for line in each["wrong"]]


@pytest.mark.parametrize("seeds", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])
def test_a_run_that_says_complete_leaves_what_the_server_had(seeds: range) -> None:
    counts, wrong = run(seeds)
    assert wrong == []
    assert counts["histories"] == len(seeds)
    assert counts["complete"] >= 0.8 * counts["runs that lived"]
    # Otherwise they prove nothing about it.
    happened = ("runs that died", "incremental", "whole", "found", "fields gone", "changes")
    assert {name: counts[name] for name in happened if counts[name] < len(seeds) // 6} == {}


def test_a_table_is_compared_with_all_that_the_server_had() -> None:
    first: Version = ("2026-01-01", 1.0)
    second: Version = ("2026-01-02", 2.0)
    versions = {7: [first, second], 8: [ABSENT, first]}
    good: list[dict[int, Version]] = [{7: first}, {7: second, 8: first}]
    bad: list[dict[int, Version]] = [{}, {7: ("2026-01-03", 1.0)}, {7: ("2026-01-02", None)}, {7: first, 9: first}]
    for stored in good:
        assert differences("list", stored, {}, versions, lacking=False) == []
    for stored in bad:
        assert len(differences("list", stored, {}, versions, lacking=False)) == 1
    assert differences("list", {7: ("2026-01-02", 1.0)}, {7: first}, versions, lacking=True) == []
    assert differences("list", {7: ("2026-01-02", None)}, {7: first}, versions, lacking=True) != []
