"""Clients whose budget is in Redis: they share it and the pause, leave no connection, and go on without it."""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from aiohttp import web

from asyncsdk import Wethod
from tests.alone import run_alone
from tests.stub_server import STREAM, TOKEN, Server
from tests.waiting import ORDER, Ears, account

Connect = Callable[..., Wethod]


def redis_answers() -> bool:
    try:
        with socket.create_connection(("127.0.0.1", 6379), timeout=1.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture
def redis() -> str:
    pytest.importorskip("redis", reason="the extra redis is not installed")
    if not redis_answers():
        pytest.skip("no Redis server answers on 127.0.0.1:6379")
    return "redis://127.0.0.1:6379/0"


async def remaining(wethod: Wethod) -> int | None:
    left: int | None = (await account(wethod).budget.refresh()).remaining
    return left


async def connections(url: str) -> int:
    """How many connections Redis has, this one's own left out."""
    from redis.asyncio import Redis

    async with Redis.from_url(url) as client:
        return len(await client.client_list()) - 1


@pytest.mark.redis
async def test_two_clients_share_a_budget_by_its_name(
    server: Server, connect: Connect, redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nightly job and a web application of one person, who holds two tokens."""
    server.script((200, STREAM))
    monkeypatch.setenv("WETHOD_SHARED_BUDGET", redis)
    monkeypatch.setenv("WETHOD_BUDGET_KEY", f"test-{uuid.uuid4().hex}")
    one, two = connect(), connect(token="second-token")
    for _ in range(3):
        await one.streams.get(5)
    await two.streams.get(5)
    assert await remaining(two) == 4996
    assert two.quota.remaining == 4996
    stranger = two.with_options(token=f"of-another-person-{uuid.uuid4().hex}")
    await stranger.streams.get(5)
    assert await remaining(stranger) == 4999
    assert await remaining(two) == 4996


@pytest.mark.redis
async def test_a_503_that_says_when_holds_no_other_client(
    server: Server, connect: Connect, redis: str, calls: Any
) -> None:
    ears = Ears()
    key = f"test-{uuid.uuid4().hex}"
    server.script((503, b"", {"Retry-After": "60"}))
    one, two = (
        connect(shared_budget=redis, budget_key=key, hooks=ears.hooks),
        connect(shared_budget=redis, budget_key=key),
    )
    calls(one.projects.get(1))
    await ears.wait("backoff")
    server.script((200, STREAM))
    for wethod in (one, two):
        await account(wethod).budget.refresh()
        assert (await wethod.streams.get(5)).id == 5
        assert account(wethod).pause.remaining() == 0


@pytest.mark.redis
async def test_a_pause_one_client_was_ordered_holds_the_other(
    server: Server, connect: Connect, redis: str, calls: Any
) -> None:
    one_hears, two_hears = Ears(), Ears()
    key = f"test-{uuid.uuid4().hex}"
    server.script(ORDER)
    one = connect(shared_budget=redis, budget_key=key, hooks=one_hears.hooks)
    two = connect(shared_budget=redis, budget_key=key, hooks=two_hears.hooks)
    calls(one.streams.get(5))
    await one_hears.wait("pause")
    await account(one).budget.refresh()
    calls(two.streams.get(5))
    event = await two_hears.wait("pause")
    assert event.seconds is not None
    assert 50 < event.seconds < 62
    assert len(server.requests) == 1


@pytest.mark.redis
async def test_closing_leaves_no_connection_to_redis_open(server: Server, connect: Connect, redis: str) -> None:
    """However many persons were served: they share a few connections, and all end with the client."""
    server.script((200, STREAM))
    before = await connections(redis)
    wethod = connect(shared_budget=redis)
    for number in range(20):
        await wethod.with_options(token=f"person-{number}").streams.get(5)
    assert await connections(redis) - before < 5
    with anyio.CancelScope() as scope:
        scope.cancel()  # even while it is being cancelled
        await wethod.aclose()
    async with asyncio.timeout(30):  # Redis notices a moment later
        while await connections(redis) != before:
            await asyncio.sleep(0)


@pytest.mark.redis
def test_a_budget_in_redis_serves_loop_after_loop(redis: str) -> None:
    """Nobody closes the client; every loop's connection ends with the loop, without a warning."""
    key = f"test-{uuid.uuid4().hex}"

    async def spend() -> None:

        async def answer(request: web.Request) -> web.StreamResponse:
            return web.json_response(STREAM)

        app = web.Application()
        app.router.add_get("/{tail:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            await wethod.with_options(base_url=f"http://127.0.0.1:{runner.addresses[0][1]}").streams.get(5)
        finally:
            await runner.cleanup()

    wethod = Wethod(token=TOKEN, company="acme", shared_budget=redis, budget_key=key)
    before = asyncio.run(connections(redis))
    for _ in range(2):
        asyncio.run(spend())
    assert wethod.stats.requests == 2
    assert asyncio.run(connections(redis)) == before


@pytest.mark.redis
def test_a_forked_worker_opens_its_own_way_to_redis(redis: str) -> None:
    """A server that forks after loading: parent and child go on, and share one budget."""
    out = run_alone(
        f"""
        import os, uuid
        wethod = Wethod(token="t", company="c", shared_budget={redis!r}, budget_key=f"test-{{uuid.uuid4().hex}}")

        async def use(url):
            for _ in range(2):
                await wethod.with_options(base_url=url).streams.get(5)

        asyncio.run(serve(use))
        child = os.fork()
        asyncio.run(serve(use))
        if not child:
            os._exit(0 if wethod.stats.requests == 4 else 1)
        assert os.waitpid(child, 0)[1] == 0

        async def left():
            budget = wethod._sender.account.budget
            print((await budget.refresh()).remaining)
            await wethod.aclose()

        asyncio.run(left())
        """
    )
    assert int(out) == 5000 - 6


@pytest.mark.redis
async def test_without_redis_there_is_one_warning_and_requests_go_on(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("redis", reason="the extra redis is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server.script((200, STREAM))
    wethod = connect(shared_budget=f"redis://:hunter2@127.0.0.1:{port}/0")
    for _ in range(5):
        await wethod.streams.get(5)
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "cannot be used" in warnings[0]
    assert "hunter2" not in warnings[0]
    assert wethod.quota.limit == 1250
