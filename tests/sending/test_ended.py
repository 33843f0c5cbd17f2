"""Calls ended on their way, by deadline, closing or cancellation: nothing is sent after, and nothing is left behind."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from aiohttp import web

from asyncsdk import Wethod, errors
from asyncsdk._limits import Ticket
from asyncsdk._sending.settings import RetryPolicy
from tests.stub_server import STREAM, Server, drop, hang
from tests.waiting import ORDER, Ears, account

Connect = Callable[..., Wethod]


# --- the deadline -----------------------------------------------------------------------------------------------------


async def test_the_deadline_says_what_was_waited_for(server: Server, connect: Connect, calls: Any) -> None:
    """In every wait: the slot, the budget, the pause, the back-off, the answer."""

    async def waited_for(wethod: Wethod) -> str:
        with pytest.raises(errors.RequestTimeoutError) as caught:
            await wethod.streams.get(5)
        assert caught.value.phase == "deadline"
        return str(caught.value)

    server.script(hang)
    assert "the answer" in await waited_for(connect(deadline=0.02))

    busy = connect(max_in_flight=1)
    calls(busy.streams.get(5))
    while len(server.requests) < 2:
        await asyncio.sleep(0)
    assert "a free slot (max_in_flight)" in await waited_for(busy.with_options(deadline=0.02))

    server.script((200, STREAM))
    spent = connect(budget=1, retry=RetryPolicy(max_wait=1e6))
    await spent.streams.get(5)
    assert "the hourly budget" in await waited_for(spent.with_options(deadline=5.0))

    server.script(ORDER)
    assert "trying again after status 429 (60.0 s)" in await waited_for(paused := connect(deadline=5.0))
    assert "the pause the server ordered" in await waited_for(paused)

    server.script((502, b""))
    slow = connect(deadline=5.0, retry=RetryPolicy(backoff=1e6, max_backoff=1e6))
    assert "trying again after status 502" in await waited_for(slow)


async def test_nothing_is_sent_after_the_deadline(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pooled connection takes a request without a single await: a POST would be out before anybody looked."""
    server.script((200, STREAM))
    wethod = connect(deadline=5.0)
    await wethod.streams.get(5)
    loop = asyncio.get_running_loop()
    real = account(wethod).budget.take

    async def slow(turn: Ticket) -> object:
        late = loop.time() + 10
        monkeypatch.setattr(loop, "time", lambda: late)
        return await real(turn)

    monkeypatch.setattr(account(wethod).budget, "take", slow)
    with pytest.raises(errors.RequestTimeoutError):
        await wethod.streams.archive(5)
    monkeypatch.undo()
    assert server.requests == ["GET /api/streams/5"]
    assert wethod.quota.remaining == 4999


async def test_a_lost_write_stays_unknown_whatever_stops_its_repetition(server: Server, connect: Connect) -> None:
    """With repeat={"PATCH"} the deadline, or patience, may end it between two attempts."""
    for policy, deadline in (
        (RetryPolicy(backoff=1e6, max_backoff=1e6, repeat={"PATCH"}), 5.0),
        (RetryPolicy(backoff=1e-9, max_wait=1.0, repeat={"PATCH"}), None),
    ):
        server.script(drop, ORDER)
        with pytest.raises(errors.OutcomeUnknownError):
            await connect(retry=policy, deadline=deadline).streams.update(5, name="new")


# --- closing and cancelling -------------------------------------------------------------------------------------------


async def test_closing_wakes_those_who_wait(server: Server, connect: Connect, calls: Any) -> None:
    """They would sleep on for up to max_wait, and a bulk job for an hour."""
    ears = Ears()
    server.script(ORDER)
    wethod = connect(hooks=ears.hooks)
    waiting = [calls(wethod.streams.get(5)) for _ in range(3)]
    await ears.wait("pause")
    await wethod.aclose()
    async with asyncio.timeout(10):
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(outcome, errors.ClientClosedError)


async def test_a_write_under_way_when_the_client_closes_is_unknown(
    server: Server, connect: Connect, calls: Any
) -> None:
    """ClientClosedError, with its advice to make a new one, would be an invitation to do it twice."""
    server.script(hang)
    wethod = connect()
    post, get = calls(wethod.streams.archive(5)), calls(wethod.streams.get(5))
    while len(server.requests) < 2:
        await asyncio.sleep(0)
    await wethod.aclose()
    with pytest.raises(errors.OutcomeUnknownError):
        await post
    with pytest.raises(errors.ClientClosedError):
        await get


async def test_a_thousand_calls_cancelled_at_random_leave_every_slot_and_grant_free(
    server: Server, connect: Connect
) -> None:
    """Half by their tasks, half by anyio's scopes, which cancel again at each await; over real sockets.

    The worlds of tests/simulation cancel calls in many more situations, but by their tasks alone.
    """
    chance = random.Random(4)
    statuses = (200, 429, 503, 502)

    async def some(request: web.Request) -> web.StreamResponse:
        if chance.random() < 0.05:
            return await drop(request)
        status = chance.choices(statuses, (30, 1, 3, 3))[0]
        if status == 200:
            return web.json_response(STREAM)
        return web.Response(status=status, headers={"Retry-After": "0"} if status == 429 else {})

    server.handler = some
    wethod = connect(max_in_flight=8, retry=RetryPolicy(backoff=1e-3))
    await asyncio.gather(*(wethod.streams.get(5) for _ in range(4)), return_exceptions=True)

    async def scoped() -> None:
        with anyio.CancelScope() as scope:
            asyncio.get_running_loop().call_later(chance.random() * 0.01, scope.cancel)
            await wethod.streams.get(5)

    for _ in range(10):
        tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(50)]
        tasks += [asyncio.ensure_future(scoped()) for _ in range(50)]
        chance.shuffle(tasks)
        for task in tasks:
            if chance.random() < 0.3:
                await asyncio.sleep(0)
            if chance.random() < 0.9:
                task.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # What was left of a pause is none of the next round's business.
        account(wethod).pause._until = float("-inf")
    slots = wethod._sender.transport.pool().slots
    assert (slots.free, slots.waiting) == (8, 0)
    assert account(wethod).pause.waiting == 0
    budget = account(wethod).budget
    assert not budget._first.places
    assert not budget._bulk.places
    assert wethod.quota.remaining is not None
    assert 5000 - wethod.quota.remaining <= wethod.stats.requests, "a grant is spent by a request or given back"
    assert not [task for task in asyncio.all_tasks() if "asyncsdk" in str(task.get_coro())]
