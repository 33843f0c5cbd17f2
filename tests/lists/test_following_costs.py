"""What following a list costs: one or two requests a round, some bytes a row, and no more often than asked."""

from __future__ import annotations

import asyncio
import tracemalloc
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import attrs
import pytest

from asyncsdk import Pager, Wethod
from asyncsdk._lists.change_stream import followed_from
from asyncsdk._lists.held import HeldRows
from asyncsdk._lists.pager import list_of
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.lists.followed import STREAMS, client_of, learned, told


def known(pager: Pager[Any], ids: Any) -> str:
    """Returns the bookmark of somebody who knows a list of these ids."""
    now = datetime.now(UTC)
    followed = followed_from(list_of(pager), None)
    return attrs.evolve(followed, ids=ids, since=now, proved=now, learned=True).write()


async def test_a_round_in_which_nothing_is_new_costs_two_requests_in_a_list_of_100_000_rows() -> None:
    async with Sandbox(rows=100_000, seed=5) as large, client_of(large) as wethod:
        pager = wethod.production_plan_streams.list()
        ids = sorted(large.store.ids(STREAMS, "live"))
        assert len(ids) == 100_000
        changes = pager.changes(known(pager, ids), every=1e-6)
        waiting = asyncio.ensure_future(anext(changes))
        while len(large.requests) < 20:
            await asyncio.sleep(0.001)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        asked = [request.query for request in large.requests]
        assert all("updated_at=gte" in query for query in asked[:20:2])
        assert set(asked[1:20:2]) == {"limit=100&offset=99901"}
        assert len(changes.bookmark) < 10_000


@pytest.mark.parametrize("name", ["projects", "streams", "clients"])
async def test_a_list_that_fits_into_one_page_costs_one_request_a_round(
    sandbox: Sandbox, wethod: Wethod, name: str
) -> None:
    pager = getattr(wethod, name).list()
    assert sandbox.count(name) < 100
    bookmark = await learned(pager)
    sandbox.requests.clear()
    changes = pager.changes(bookmark, every=None)
    assert await told(changes) == []
    assert len(sandbox.requests) == changes.requests == 1


def test_what_is_held_takes_sixteen_bytes_a_row() -> None:
    tracemalloc.start()
    try:
        held = HeldRows()
        before, _ = tracemalloc.get_traced_memory()
        for id in range(1, 20_001):
            held.put(id, (1_750_000_000_000_123 + id, 0))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 16 <= (after - before) / 20_000 <= 20


def test_a_bookmark_takes_some_bytes_for_each_gap_between_ids(wethod_of_nowhere: Wethod) -> None:
    pager = wethod_of_nowhere.streams.list()
    some = sorted(Random(1).sample(range(1, 400_000), 20_000))
    assert len(known(pager, range(1, 1_000_001))) < 40_000
    assert len(known(pager, some)) < 3 * len(some)


@pytest.fixture
def wethod_of_nowhere() -> Wethod:
    return Wethod(token="none", company="acme", base_url="http://127.0.0.1:9")


def test_rounds_begin_so_many_seconds_after_one_another() -> None:
    simulation = Simulation(3, Conditions(round_trip=1.0), rows=150)

    async def main() -> list[float]:
        async with simulation.client() as wethod:
            changes = wethod.production_plan_streams.list().changes(every=60)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(60 * 5 + 30):
                    await anext(changes)
            await changes.aclose()
        asked = zip(simulation.server.requests, simulation.server.arrivals, strict=True)
        return [at for request, at in asked if "updated_at" in request.query]

    begun = simulation.run(main)[1:]
    assert [round(later - one, 3) for one, later in pairwise(begun)] == [60.0] * 4


def test_a_time_out_while_it_waits_for_the_next_round_costs_no_request() -> None:
    simulation = Simulation(3, Conditions(), rows=150)

    async def main() -> int:
        async with simulation.client() as wethod:
            changes = wethod.production_plan_streams.list().changes(every=3600)
            for _ in range(20):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(60):
                        await anext(changes)
            await changes.aclose()
            return changes.requests

    assert simulation.run(main) == simulation.server.counts["requests"] <= 5
