"""Walks over a list that changes between any two answers, which come in any order: no row lost, none twice.

The list is a model in memory. Every page shows the list as it was at some moment between being asked for and answered.
"""

from __future__ import annotations

from statistics import median

import pytest

from asyncsdk.errors import ArgumentError, WalkError
from tests.lists.drifting import Drift, Order, simulate


@pytest.mark.parametrize("concurrency", [1, 2, 8, 16])
@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_every_row_comes_out_exactly_once_while_the_list_changes(order: Order, concurrency: int) -> None:
    """Up to one change a request in small pages, up to five in large ones; answers of any age, in any order."""
    for seed in range(12):
        limit = (100, 50, 20, 10)[seed % 4]
        drift = Drift(
            order,
            rows=limit * (8 + seed % 17),
            rate=(0.33, 1.0, 3.0, 5.0)[seed % 3] if limit > 20 else 0.5,
            ties=(1, 3, 20, 1000)[seed // 4 % 4],
        )
        outcome = simulate(drift, seed, concurrency, limit)
        assert not outcome.lost, (drift, seed)
        assert not outcome.doubles, (drift, seed)


@pytest.mark.parametrize("concurrency", [2, 8, 16])
@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_pages_that_are_sent_late_and_lengths_that_are_wrong_lose_nothing(order: Order, concurrency: int) -> None:
    """Pages wait for connections, and what was known of the list no longer holds."""
    for seed in range(12):
        limit = (100, 50, 20)[seed % 3]
        rows = limit * (8 + seed % 17)
        drift = Drift(order, rows=rows, rate=(0.0, 0.33, 1.0)[seed % 3], ties=(1, 20)[seed % 2], bulk=0.02)
        expected = (None, rows, rows // 2, rows * 2, rows + 7, 0)[seed % 6]
        outcome = simulate(drift, seed, concurrency, limit, few=seed % 4 > 0, expected=expected)
        assert not outcome.lost, (drift, seed)
        assert not outcome.doubles, (drift, seed)


@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_nothing_is_lost_when_three_hundred_rows_vanish_at_once(order: Order) -> None:
    """Whole pages are gone, often with the row the next page was to join."""
    for seed in range(40):
        limit = (100, 30, 10)[seed % 3]
        outcome = simulate(Drift(order, rows=2000, rate=0.3, bulk=0.1), seed, (1, 4, 16)[seed // 3 % 3], limit)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("limit", [2, 3, 5])
def test_tiny_pages_join_as_well(limit: int) -> None:
    """Pages of two rows share one of them: every step is one row."""
    for seed in range(40):
        outcome = simulate(Drift(rows=limit * 20, rate=0.05, ties=3), seed, 1 + seed % 8, limit)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("order", ["updated falling", "name"])
def test_a_sweep_finds_what_moved_in_any_order(order: Order) -> None:
    """Rows that jump to the front, or anywhere, are delivered by the sweep, and none a second time."""
    for seed in range(60):
        drift = Drift(order, rows=1500, rate=(0.3, 1.0)[seed % 2], ties=(1, 20)[seed // 2 % 2])
        outcome = simulate(drift, seed, (1, 8)[seed // 4 % 2], sweep=True)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_a_bookmark_is_exact_to_the_row_while_the_list_changes(order: Order) -> None:
    """Left at any row, resumed after more changes: only rows that changed meanwhile may come again."""
    for seed in range(60):
        drift = Drift(order, rows=1500, rate=(0.3, 1.0)[seed % 2], ties=3)
        outcome = simulate(drift, seed, (1, 3, 8)[seed % 3], stop_after=1 + seed * 24)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_a_resumed_walk_repeats_nothing_when_hundreds_of_rows_vanish(order: Order) -> None:
    """The list is much shorter than it was: what stands before the bookmark must not be taken for new."""
    finished = 0
    for seed in range(60):
        drift = Drift(order, rows=1500, rate=(0.3, 3.0)[seed % 2], ties=3, bulk=0.05)
        try:
            outcome = simulate(drift, seed, (1, 3, 8)[seed % 3], stop_after=1 + seed * 6)
        except (WalkError, ArgumentError):
            continue  # every remembered row is gone, or rows further on were delivered: it says so instead of guessing
        finished += 1
        assert not outcome.lost
        assert not outcome.doubles
    assert finished > 30


@pytest.mark.parametrize(
    ("concurrency", "rate", "most"),
    [(1, 1 / 3, 52), (1, 1.0, 68), (8, 1 / 3, 66), (8, 1.0, 76)],
)
@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_joins_cost_few_requests(order: Order, concurrency: int, rate: float, most: int) -> None:
    """The median over 40 pages of a list of which inserts, deletes and updates are a third each."""
    requests = [simulate(Drift(order, rate=rate), seed, concurrency).report.requests for seed in range(9)]
    assert median(requests) <= most


@pytest.mark.parametrize("concurrency", [1, 8, 16])
@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 199, 4000, 9901])
def test_a_list_at_rest_costs_one_percent_more(rows: int, concurrency: int) -> None:
    """One request below a page; else one row of every page twice, pages beyond the end and one proof of the end."""
    outcome = simulate(Drift(rows=rows, rate=0), 1, concurrency)
    assert outcome.delivered == list(range(1, rows + 1))
    needed = 1 + (rows - 1) // 99  # the last of them is short
    assert outcome.report.requests <= (1 if rows < 100 else needed + concurrency - 1 + (concurrency > 1))
