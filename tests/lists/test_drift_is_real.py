"""The simulation of lists that change does lose rows where a walk is careless: so the tests of it can fail."""

from __future__ import annotations

from typing import Any

import pytest

from asyncsdk._lists.ending import Ending, Verdict
from asyncsdk._lists.frontier import Frontier
from asyncsdk._lists.identity import RowIdentity
from tests.lists.drifting import Drift, simulate


def test_the_simulation_loses_rows_of_plain_walks() -> None:
    """A simulator that no walk fails proves nothing."""
    lost = 0
    for seed in range(5):
        outcome = simulate(Drift(rate=1.0), seed, stable=False)
        lost += len(outcome.lost)
    assert lost


def test_the_simulation_loses_rows_when_joins_ignore_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that moved is no join."""
    monkeypatch.setattr(RowIdentity, "versions", lambda self, rows: [0] * len(rows))
    monkeypatch.setattr(RowIdentity, "unchanged", lambda self, row, since: True)
    assert any(simulate(Drift("updated", rows=1000, rate=1.0), seed).lost for seed in range(60))


def test_the_simulation_loses_rows_when_any_short_page_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short page that is older than what was read before it lacks what moved to the end meanwhile."""
    judge = Ending.judge

    def hasty(*given: Any, **more: Any) -> Verdict:
        verdict = judge(*given, **more)
        return "end" if verdict == "ask" else verdict

    monkeypatch.setattr(Ending, "judge", hasty)
    assert any(simulate(Drift("updated", rows=300, rate=1.0), seed, limit=50).lost for seed in range(400))


def test_the_simulation_loses_rows_when_the_last_second_of_an_older_page_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With `updated_at` in whole seconds a row can move to before the end of a page that was made earlier."""
    monkeypatch.setattr(Frontier, "settled", lambda self, page, rows: len(rows))
    drift = Drift("updated", rows=500, rate=2.0, ties=20)
    assert any(simulate(drift, seed).lost for seed in range(400))
