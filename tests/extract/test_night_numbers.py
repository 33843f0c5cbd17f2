"""What extraction costs in requests: a first run, a night without changes, and deletions in a list of 100,000 rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest

from asyncsdk import Wethod
from asyncsdk.extract import extract
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import Memory, client, pull, shown
from tests.extract.served import ServedList
from tests.stub_server import Server

pytestmark = pytest.mark.slow


async def test_all_lists_cost_little_more_than_their_pages_and_then_two_requests_each(tmp_path: Path) -> None:
    """52 lists of 25,000 rows: at most a tenth above their pages and one request a list; 100 in a quiet night."""
    to = f"duckdb:{tmp_path / 'plan.duckdb'}"
    async with Sandbox(rows=3000, seed=1) as sandbox, client(sandbox) as wethod:
        first = await extract(wethod, "all", to)
        assert (first.status, len(first.tables)) == (0, 52)
        assert 24_000 < first.rows < 26_000
        pages = sum(max(1, -(-table.rows // 100)) for table in first.tables)
        assert first.requests <= 1.1 * pages + 52, f"{pages} pages"
        second = await extract(wethod, "all", to)
    assert (second.status, second.rows, sum(table.vanished for table in second.tables)) == (0, 0, 0)
    assert second.requests <= 100
    quiet = [table.requests for table in second.tables if table.table != "holidays_locations"]
    assert max(quiet) <= 2


@pytest.mark.parametrize(("number", "most"), [(1, 14), (5, 45), (20, 115)])
async def test_deletions_in_a_long_list_are_found_in_the_same_night(
    number: int, most: int, server: Server, connect: Callable[..., Wethod], target: Memory
) -> None:
    """100,000 rows of a list that marks no deletions; the mean of eight nights, without one request for each name."""
    served = ServedList.of("levels", range(1, 100_001))
    served.load_into(target)
    server.handler = served.answer
    draw, costs = random.Random(number), []
    for _ in range(8):
        gone = draw.sample(sorted(served.live), number)
        served.remove(gone)
        (table,) = (await pull(connect(), "levels")).tables
        assert (table.mode, table.vanished, table.rows) == ("incremental", number, 0)
        costs.append(table.requests - number)
    assert shown(target, "levels") == served.live
    assert mean(costs) <= most, costs
