"""Who uses a shared budget: callers that give up, several loops, forks, and four processes at once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

pytest.importorskip("redis", reason="the extra redis is not installed")

from asyncsdk._limits import Pause, Slots, Ticket
from asyncsdk._limits.shared_budget import SharedBudget
from asyncsdk.errors import ArgumentError
from tests.limits.redis_on_loopback import LIMIT, grants, used

pytestmark = pytest.mark.redis


# ---- Redis's clock, set back


async def test_a_storm_of_cancellations_leaves_every_grant_free(url: str, key: str) -> None:
    """Cancelled before, during and after the trip; only what was sent is counted, at Redis too."""
    chance = random.Random(11)
    budget, slots = SharedBudget(url, key, 5000, 60.0, pause=Pause()), Slots(16)
    sent = 0

    async def call() -> None:
        nonlocal sent
        turn = Ticket()
        try:
            await slots.acquire()
            try:
                assert await budget.take(turn) is None
                await asyncio.sleep(0)
                sent += 1
                turn = Ticket()
                await asyncio.sleep(0)
            finally:
                slots.release()
        except BaseException:
            budget.give_back(turn)
            raise

    running: set[asyncio.Task[None]] = set()
    for _ in range(2000):
        task = asyncio.create_task(call())
        running.add(task)
        task.add_done_callback(running.discard)
        if chance.random() < 0.5:
            await asyncio.sleep(0)
        if chance.random() < 0.7:
            chance.choice(tuple(running)).cancel()
    await asyncio.gather(*running, return_exceptions=True)
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(call)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        group.cancel_scope.cancel()
    assert (slots.free, slots.waiting) == (16, 0)
    await budget.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert 0 < sent < 2000
    assert await used(budget) == sent
    await budget.aclose()


async def test_giving_back_after_close_opens_nothing(url: str, key: str) -> None:
    budget = SharedBudget(url, key, LIMIT, 60.0, pause=Pause())
    turn = Ticket()
    await budget.take(turn)
    await budget.aclose()
    budget.give_back(turn)
    budget.extra()
    await budget.announce(1.0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await budget.aclose()


def test_one_object_serves_several_event_loops(url: str, key: str) -> None:
    budget = SharedBudget(url, key, LIMIT, 60.0, pause=Pause())

    async def run() -> int:
        granted = await grants(budget, 6)
        await budget.aclose()
        return granted

    assert [asyncio.run(run()), asyncio.run(run())] == [6, 4]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_has_its_own_name_and_connection(url: str, key: str) -> None:
    budget = SharedBudget(url, key, LIMIT, 60.0, pause=Pause())

    async def run(count: int) -> int:
        granted = await grants(budget, count)
        await budget.aclose()
        return granted

    assert asyncio.run(run(4)) == 4
    child = os.fork()
    if child == 0:
        status = 99
        try:
            status = asyncio.run(run(4))
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 4
    assert asyncio.run(run(10)) == 2


def test_the_address_is_checked_at_once_and_its_password_shown_nowhere() -> None:
    budget = SharedBudget("redis://:secret@example.org:7000/1", "key", pause=Pause())
    assert repr(budget) == "SharedBudget(example.org:7000, limit=5000, period=3600)"
    with pytest.raises(ArgumentError) as caught:
        SharedBudget("http://:secret@example.org", "key", pause=Pause())
    assert "secret" not in str(caught.value)


# ---- four processes


def test_four_processes_share_exactly_fully_and_fairly(url: str) -> None:
    """A short run of the benchmark: 4 processes of 8 tasks against 200 in 2 s, counted where they arrive."""
    command = [sys.executable, "-m", "benchmarks.shared_budget", "--seconds", "3", "--redis", url, "--json"]
    root = Path(__file__).parents[2]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=60, cwd=root).stdout
    figures = json.loads(printed)
    assert figures["densest"] <= 200 + 4 * 8
    assert figures["used"] >= 0.95
    assert min(figures["shares"]) >= 0.5
