"""Copies that were made by nothing but changes, under everything that a list and a network can do to them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

import pytest

from asyncsdk._lists import changes, finding
from tests.simulation.followers import follower
from tests.simulation.worlds import run_many

MANY = 60
ALL = 5_000


def test_a_copy_made_of_changes_is_the_list_once_that_is_calm_and_nothing_was_deleted_falsely() -> None:
    """Whatever changes between two requests, in whatever order the list is, wherever who follows is interrupted."""
    total = run_many("followers", range(MANY))
    assert total.wrong == []
    happened = ("changed", "deleted", "restarts", "left", "time-outs", "failures")
    assert {name: total.counts[name] for name in happened if total.counts[name] < 3} == {}


@pytest.mark.slow
def test_5000_histories() -> None:
    assert run_many("followers", range(ALL)).wrong == []


def test_the_same_seed_gives_the_same_history() -> None:
    for seed in range(3):
        assert follower(seed).trace == follower(seed).trace


def by_rank(ids: Sequence[int], offset: int, held: Sequence[int], limit: int = 100) -> range:
    return range(min(offset, len(held)), min(offset + len(ids), len(held)))


def beyond_the_page(ids: Sequence[int], offset: int, held: Sequence[int], limit: int = 100) -> range:
    inside = bisect_left(held, ids[0]) if ids else 0
    return range(max(inside - 5, 0), min(inside + len(ids) + 5, len(held)))


async def unasked(_: object, id: int) -> bool:
    return False


BROKEN: list[tuple[str, Callable[..., range] | None, tuple[int, ...]]] = [
    ("naming by rank", by_rank, (0, 4)),
    ("naming beyond the page", beyond_the_page, (35, 51)),
    ("no confirmation", None, (174, 234)),
]
"""What a follower might do wrong, and seeds that show it. Names are confirmed, so each does not do that either."""


def breaks(monkeypatch: pytest.MonkeyPatch, naming: Callable[..., range] | None) -> None:
    monkeypatch.setattr(finding._Questions, "found", unasked)
    if naming is not None:
        monkeypatch.setattr(changes, "enclosed", naming)


@pytest.mark.parametrize(("naming", "seeds"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_a_broken_follower_is_found(
    naming: Callable[..., range] | None, seeds: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_many("followers", seeds).wrong == []
    breaks(monkeypatch, naming)
    assert run_many("followers", seeds).wrong


@pytest.mark.slow
@pytest.mark.parametrize("naming", [each[1] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_a_broken_follower_is_found_by_any_thousand_histories(
    naming: Callable[..., range] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, naming)
    assert run_many("followers", range(ALL, ALL + 1_000), first=True).wrong
