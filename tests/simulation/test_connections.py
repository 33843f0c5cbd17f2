"""Thousands of requests over connections that servers close, and that carry answers nobody asked for."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import pytest

from asyncsdk import Wethod
from asyncsdk.errors import RequestTimeoutError, WethodError
from asyncsdk.testing.simulation import Conditions, Simulation


@pytest.mark.parametrize("idle", [1.0, 2.0, 5.0, 50.0, 60.0])
def test_a_server_that_closes_idle_connections_makes_no_write_unknown(idle: float) -> None:
    """Two thousand writes for each kind of server, most of them near the moment at which it closes."""
    conditions = Conditions(round_trip=0.05, jitter=(0.5, 2.0), idle_seconds=idle)
    simulation, draw = Simulation(7, conditions, rows=10), Random(idle)
    pauses = [draw.choice((0.0, draw.uniform(0, 2 * idle), draw.gauss(idle, 0.05))) for _ in range(500)]

    async def write(wethod: Wethod, worker: int) -> None:
        for number, pause in enumerate(pauses):
            await asyncio.sleep(max(0.0, pause))
            await wethod.streams.create(name=f"{worker} {number}")

    async def main() -> None:
        async with simulation.client(budget=None) as wethod, asyncio.TaskGroup() as group:
            for worker in range(4):
                group.create_task(write(wethod, worker))

    simulation.run(main)
    assert len(simulation.server.writes) == 4 * len(pauses)
    assert simulation.counts["links"] > 4


def test_repeatable_requests_go_over_kept_connections() -> None:
    simulation = Simulation(1, Conditions(idle_seconds=60.0))

    async def main() -> None:
        async with simulation.client() as wethod:
            for pause in (49.0, 45.0, 30.0, 0.0):
                await wethod.streams.get(1)
                await asyncio.sleep(pause)
            await wethod.streams.create(name="Design")  # of a connection that was used a moment ago
            await asyncio.sleep(51.0)
            await wethod.streams.get(1)

    simulation.run(main)
    assert simulation.counts["links"] == 2


def test_a_write_leaves_older_connections_to_those_who_may_use_them() -> None:
    simulation = Simulation(1)

    async def main() -> None:
        async with simulation.client() as wethod:
            await asyncio.gather(*(wethod.streams.get(1) for _ in range(3)))
            await asyncio.sleep(10.0)
            await wethod.streams.create(name="Design")
            await asyncio.gather(*(wethod.streams.get(1) for _ in range(4)))

    simulation.run(main)
    assert simulation.counts["links"] == 4


def test_a_write_whose_time_is_over_before_it_has_a_connection_was_not_sent() -> None:
    """Its outcome is known, and it costs no budget."""
    simulation = Simulation(1, Conditions(round_trip=4.0))

    async def main() -> None:
        async with simulation.client(deadline=5.0, connect_timeout=60.0) as wethod:
            with pytest.raises(RequestTimeoutError) as caught:
                await wethod.streams.create(name="Design")
            assert caught.value.phase == "deadline"
            assert wethod.stats.requests == 0
            assert wethod.quota.remaining == 5000

    simulation.run(main)
    assert simulation.counts["requests"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_twenty_users_of_one_pool_get_their_own_rows_or_errors(seed: int) -> None:
    """Two thousand reads a seed; one answer in twenty is followed by another, at once, soon or later."""
    conditions = Conditions(jitter=(0.5, 2.0), faults={"stray answer": 0.05}, closes=0.02)
    simulation = Simulation(seed, conditions, rows=400)
    came: Counter[str] = Counter()

    async def read(wethod: Wethod, user: int) -> None:
        draw = Random(f"{seed} {user}")
        for _ in range(100):
            wanted = draw.randrange(1, 300)
            await asyncio.sleep(draw.choice((0.0, 0.0, 0.3)))
            try:
                row = await wethod.production_plan_streams.get(wanted)
            except WethodError as error:
                came[type(error).__name__] += 1
            else:
                assert row.id == wanted
                came["row"] += 1

    async def main() -> None:
        async with simulation.client(budget=None) as wethod, asyncio.TaskGroup() as group:
            for user in range(20):
                group.create_task(read(wethod.with_options(deadline=60.0 + user), user))

    simulation.run(main)
    assert simulation.counts["stray answer"] > 50
    assert came.total() == 2000
    assert came["row"] > 1800
