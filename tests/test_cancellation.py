"""Calls that are cancelled leave nothing behind: no connection, no slot, no request of the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio

from asyncsdk import Wethod
from tests.stub_server import STREAM, Server, hang

Connect = Callable[..., Wethod]


async def test_a_storm_of_cancellations_leaves_nothing_behind(
    server: Server, connect: Connect, no_tasks_left: None
) -> None:
    """Whatever await a call is cancelled at, its slot is free again afterwards."""
    server.script((200, STREAM))
    wethod = connect(max_in_flight=4, budget=None)
    for turns in range(75):  # each number of turns with each number of calls that go on
        calls = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(6)]
        for _ in range(turns % 25):
            await asyncio.sleep(0)
        for call in calls[turns % 3 :]:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    slots = wethod._sender.transport.pool().slots
    assert slots.free == 4
    assert slots.waiting == 0
    await wethod.streams.get(5)


async def test_cancelled_calls_that_were_not_sent_cost_no_budget(server: Server, connect: Connect) -> None:
    server.script(hang)
    wethod = connect(max_in_flight=1)
    calls = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(5)]
    while not server.requests:
        await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert wethod.quota.remaining == 4999


async def test_anyios_repeated_cancellation_gets_through(server: Server, connect: Connect) -> None:
    """Starlette cancels at every await, again and again."""
    server.script(hang)
    wethod = connect()
    for _ in range(5):
        with anyio.move_on_after(0.01) as scope:
            async with wethod.streams.list().items() as walk:
                async for _row in walk:
                    pass
        assert scope.cancelled_caught
    assert wethod._sender.transport.pool().slots.free == 16
