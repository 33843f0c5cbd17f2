"""Pages fetched ahead, of one list or several: no more at a time than the window holds, and handed out in order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncsdk import RetryPolicy, Wethod, errors, gather_all
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.stub_server import PATH, Server, rows_json
from tests.waiting import until

Connect = Callable[..., Wethod]


def test_the_window_opens_as_pages_come_back_full() -> None:
    """One, then three, and more the further the list is known to go: short lists cost few requests beyond their end."""
    simulation = Simulation(1, Conditions(round_trip=1.0), rows=4000)

    async def main() -> int:
        async with simulation.client() as wethod:
            await asyncio.gather(*(wethod.streams.get(1) for _ in range(16)))  # connections for all that follows
            before = len(simulation.server.arrivals)
            async with wethod.production_plan_streams.list().pages(stable=False) as pages:
                for _ in range(30):
                    await anext(pages)
            return before

    before = simulation.run(main)
    together = Counter(int(moment) for moment in simulation.server.arrivals[before:])
    assert list(together.values())[:4] == [1, 3, 3, 4]


def test_a_slow_consumer_stops_the_fetching() -> None:
    """At most `concurrency` pages are in flight or waiting, and one is held until it is known not to be the last."""
    simulation = Simulation(1, rows=4000)

    async def main() -> None:
        async with (
            simulation.client() as wethod,
            wethod.production_plan_streams.list().pages(concurrency=4) as pages,
        ):
            for taken in range(1, 12):
                await anext(pages)
                await asyncio.sleep(60)  # whatever can be fetched meanwhile is
                assert taken < len(simulation.server.requests) <= taken + 1 + 4

    simulation.run(main)


async def test_concurrency_is_bounded_by_the_client(server: Server, connect: Connect) -> None:
    wethod = connect(max_in_flight=4)
    with pytest.raises(errors.ArgumentError, match=r"concurrency: .*from 1 to 4.*max_in_flight"):
        wethod.production_plan_streams.list().items(concurrency=5)


# --- several lists ----------------------------------------------------------------------------------------------------


async def test_gather_all_reads_lists_side_by_side_within_one_window(
    server: Server, connect: Connect, no_tasks_left: None
) -> None:
    server.serve_list(900)
    wethod = connect()
    a, b = await gather_all(wethod.production_plan_streams.list(), wethod.production_streams.list(), concurrency=5)
    assert [row.id for row in a] == [row.id for row in b] == list(range(1, 901))
    assert server.most_in_flight <= 5


async def test_gather_all_raises_the_first_error_bare(server: Server, connect: Connect, no_tasks_left: None) -> None:
    server.serve_list(50_000)
    answer = server.handler
    assert answer is not None

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path != PATH:
            return web.json_response({"message": "no"}, status=403)
        return await answer(request)

    server.handler = handler
    wethod = connect()
    with pytest.raises(errors.PermissionDeniedError):
        await gather_all(wethod.production_plan_streams.list(), wethod.projects.list())
    assert len(server.requests) < 100


@pytest.mark.parametrize("odd", [None, 5, "projects", ["projects"]])
async def test_gather_all_takes_lists_and_says_so(server: Server, connect: Connect, odd: Any) -> None:
    pager = connect().projects.list()
    with pytest.raises(errors.ArgumentError, match=r"wethod\.projects\.list"):
        await gather_all(pager, odd)
    if odd is not None:
        with pytest.raises(errors.ArgumentError, match="expected"):
            await gather_all(pager, pager, expected=odd)
    assert server.requests == []


# --- any list, any window, any trouble --------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(0, 400),
    limit=st.integers(1, 60),
    concurrency=st.integers(1, 8),
    stable=st.booleans(),
    stop=st.none() | st.integers(0, 400),
    slow=st.sets(st.integers(0, 20)),
    failing=st.sets(st.integers(0, 20)),
)
async def test_whatever_happens_order_is_kept_and_nothing_is_left(
    server: Server,
    connect: Connect,
    no_tasks_left: None,
    count: int,
    limit: int,
    concurrency: int,
    stable: bool,
    stop: int | None,
    slow: set[int],
    failing: set[int],
) -> None:
    """Any length, page size, window, slow pages and pages that fail once, early exit: compared with a plain list."""
    asked: dict[int, int] = {}
    await until(lambda: not server.in_flight)  # what an example before this one left early: the server has noticed
    server.requests.clear()
    server.most_in_flight = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, size = int(request.query["offset"]), int(request.query["limit"])
        number = offset // max(1, limit - 1)
        asked[offset] = asked.get(offset, 0) + 1
        for _ in range(12 if number in slow else 0):
            await asyncio.sleep(0)
        if number in failing and asked[offset] == 1:
            return web.Response(status=503)
        return web.json_response(rows_json(offset, min(offset + size, count)))

    server.handler = handler
    wethod = connect(retry=RetryPolicy(backoff=0))
    ids: list[int] = []
    async with wethod.production_plan_streams.list(limit=limit).items(concurrency=concurrency, stable=stable) as walk:
        async for row in walk:
            if stop is not None and len(ids) >= stop:
                break
            ids.append(row.id)
    expected = list(range(1, count + 1))
    assert ids == (expected if stop is None else expected[:stop])
    assert server.most_in_flight <= concurrency
    step = limit - 1 if stable and limit > 1 else limit
    repeated = sum(times - 1 for times in asked.values())
    assert len(server.requests) - repeated <= -(-count // step) + concurrency + 1
    assert wethod._sender.transport.pool().slots.free == 16
