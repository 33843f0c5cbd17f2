"""Slots, and the way through slots, pause and budget: in turn, and nothing left behind wherever a call is cancelled."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys

import anyio
import pytest

from asyncsdk._limits import LocalBudget, Pause, Slots, Ticket


async def test_slots_are_handed_out_in_the_order_of_asking() -> None:
    slots = Slots(1)
    order: list[int] = []

    async def call(number: int) -> None:
        await slots.acquire()
        order.append(number)
        await asyncio.sleep(0)
        slots.release()

    await asyncio.gather(*(call(number) for number in range(10)))
    assert order == list(range(10))
    assert (slots.free, slots.waiting) == (1, 0)


async def test_a_newcomer_does_not_take_a_slot_that_was_handed_to_a_waiter() -> None:
    slots = Slots(1)
    assert slots.try_acquire()
    waiter = asyncio.create_task(slots.acquire())
    await asyncio.sleep(0)
    slots.release()
    assert not slots.try_acquire()
    await waiter
    slots.release()
    assert slots.try_acquire()


async def test_a_slot_handed_to_a_waiter_in_the_moment_of_its_cancellation_goes_to_the_next() -> None:
    slots = Slots(1)
    await slots.acquire()
    cancelled, waiting = (asyncio.create_task(slots.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    slots.release()
    cancelled.cancel()
    await waiting
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    slots.release()
    assert (slots.free, slots.waiting) == (1, 0)


async def call(slots: Slots, pause: Pause, budget: LocalBudget, sent: list[float | None]) -> None:
    """One request's way through the gates, as a session goes it."""
    turn = Ticket()
    try:
        while True:
            await slots.acquire()
            try:
                refused = pause.ask(turn) or await budget.take(turn)
                if refused is None:
                    await asyncio.sleep(0)  # connecting: nothing is sent yet
                    sent.append(turn.grant)
                    turn = Ticket()
                    await asyncio.sleep(0)
                    return
            finally:
                slots.release()
            await asyncio.sleep(0)
    except BaseException:
        budget.give_back(turn)
        raise


async def test_a_storm_of_cancellations_leaves_every_slot_and_grant_free() -> None:
    """10,000 calls, cancelled at whatever await they are in; only what was sent is counted."""
    chance = random.Random(7)
    slots, pause, budget = Slots(16), Pause(), LocalBudget(20_000, 3600.0)
    sent: list[float | None] = []
    running: set[asyncio.Task[None]] = set()
    for _ in range(10_000):
        task = asyncio.create_task(call(slots, pause, budget, sent))
        running.add(task)
        task.add_done_callback(running.discard)
        if chance.random() < 0.5:
            await asyncio.sleep(0)
        if running and chance.random() < 0.8:
            chance.choice(tuple(running)).cancel()
    for task in running:
        if chance.random() < 0.5:
            task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert (slots.free, slots.waiting) == (16, 0)
    assert 100 < len(sent) < 9_900
    remaining = budget.quota().remaining
    assert remaining is not None
    assert 20_000 - remaining == len(sent)


async def test_anyio_cancelling_at_every_await_leaves_nothing_behind() -> None:
    """Level cancellation strikes again at each await, also inside `finally`."""
    slots, pause, budget = Slots(2), Pause(), LocalBudget(1000, 3600.0)
    sent: list[float | None] = []
    for turns in range(8):
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(call, slots, pause, budget, sent)
            for _ in range(turns):
                await asyncio.sleep(0)
            group.cancel_scope.cancel()
    assert (slots.free, slots.waiting) == (2, 0)
    remaining = budget.quota().remaining
    assert remaining is not None
    assert 1000 - remaining == len(sent)


def test_importing_the_throttle_imports_neither_redis_nor_limits() -> None:
    code = "import sys, asyncsdk._limits; sys.exit(any(name in sys.modules for name in ('redis', 'limits', 'aiohttp')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
