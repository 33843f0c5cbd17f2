"""Sending under a rate limit: nothing fails, little is wasted, everybody with the token waits, and every wait is told.

The two tests against the sandbox's limit take some seconds of real time; they count requests and assert no seconds.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import pytest
from aiohttp import web

from asyncsdk import Wethod, errors
from asyncsdk.account import Accounts
from asyncsdk.events import Hooks, RetryPlanned, WaitBegun
from asyncsdk.sandbox import Sandbox
from asyncsdk.settings import RetryPolicy, Settings, secret
from asyncsdk.throttle import LocalBudget, Turn
from tests.alone import run_alone
from tests.stub_server import STREAM, TOKEN, Server, drop

Connect = Callable[..., Wethod]

ORDER = (429, {"message": "slow down"}, {"x-ratelimit-retry-after": "60"})


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


def account(wethod: Wethod) -> Any:
    return wethod._session.account


class Ears:
    """Hooks that keep what they hear, and let a test wait for it."""

    def __init__(self) -> None:
        self.waits: list[WaitBegun] = []
        self.retries: list[RetryPlanned] = []
        self._heard = asyncio.Event()
        self.hooks = Hooks(wait=self._wait, retry=self.retries.append)

    def _wait(self, event: WaitBegun) -> None:
        self.waits.append(event)
        self._heard.set()

    async def wait(self, reason: str) -> WaitBegun:
        """The first wait for `reason`; comes when it comes."""
        async with asyncio.timeout(10):
            while True:
                for event in self.waits:
                    if event.reason == reason:
                        return event
                self._heard.clear()
                await self._heard.wait()


@pytest.fixture
async def calls() -> AsyncIterator[Callable[[Any], asyncio.Task[Any]]]:
    """Starts calls that are ended with the test."""
    begun: list[asyncio.Task[Any]] = []

    def start(coroutine: Any) -> asyncio.Task[Any]:
        begun.append(asyncio.ensure_future(coroutine))
        return begun[-1]

    yield start
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)


# --- under load -------------------------------------------------------------------------------------------------------


async def test_twenty_calls_against_five_in_two_seconds_all_succeed(caplog: pytest.LogCaptureFixture) -> None:
    """Elsewhere a 429 stops one call and not its neighbours: they send 45 requests, and still fail some."""
    ears = Ears()
    async with (
        Sandbox(rows=20, rate_limit=5, rate_window=2.0) as sandbox,
        Wethod(
            token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None, hooks=ears.hooks
        ) as wethod,
    ):
        with caplog.at_level(logging.DEBUG, "asyncsdk"):
            rows = await asyncio.gather(*(wethod.projects.list().first() for _ in range(20)))
        statuses = sandbox.statuses
    assert all(row is not None for row in rows)
    assert statuses.keys() == {200, 429}
    assert sum(statuses.values()) <= 45
    assert wethod.stats.requests == sum(statuses.values())
    assert wethod.stats.retries == statuses[429] == len(ears.retries)
    assert all(event.reason == "status 429" and event.seconds >= 1 for event in ears.retries)
    held = [event for event in ears.waits if event.reason == "pause"]
    assert len(held) >= statuses[429]
    assert all(event.seconds is not None and event.seconds > 0 for event in held)
    told = [record.getMessage() for record in caplog.records]
    assert sum("status 429" in line and "again in" in line for line in told) == statuses[429]
    assert sum(" s for the pause" in line for line in told) == len(held)


async def test_a_walk_of_forty_pages_against_ten_a_second_is_complete() -> None:
    async with (
        Sandbox(rows=4000, rate_limit=10, rate_window=1.0) as sandbox,
        Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=None) as wethod,
    ):
        rows = await wethod.production_plan_streams.list().all(concurrency=16)
        refused = sandbox.statuses[429]
        expected = sandbox.count("production_plan_streams")
    assert len({row.id for row in rows}) == len(rows) == expected
    assert refused <= 40


def test_a_hook_nobody_would_await_is_refused() -> None:
    async def hook(event: object) -> None: ...

    with pytest.raises(errors.ConfigurationError, match="the hook retry is a plain function"):
        Hooks(retry=hook)


# --- the pause --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [ORDER, (503, b"", {"Retry-After": "60"})], ids=["429", "503"])
async def test_one_order_to_wait_holds_everybody_with_the_token(
    server: Server, connect: Connect, calls: Any, answer: Any
) -> None:
    """The client, its copies for another company, copies made anew for the same token; not the other token's."""
    ears = Ears()
    server.script(answer)
    wethod = connect(hooks=ears.hooks)
    calls(wethod.streams.get(1))
    await ears.wait("pause")
    server.script((200, STREAM))
    for copy in (wethod, wethod.with_options(company="globex"), wethod.with_options(token=TOKEN)):
        calls(copy.streams.get(5))
    while len(ears.waits) < 4:
        await asyncio.sleep(0)
    assert {event.reason for event in ears.waits} == {"pause"}
    assert len(server.requests) == 1
    other = wethod.with_options(token="another-token")
    assert (await other.streams.get(5)).id == 5


async def test_copies_made_anew_for_a_token_share_its_pause_budget_and_counts(server: Server, connect: Connect) -> None:
    """A web application makes a copy for each call of a person."""
    server.script((200, STREAM))
    wethod = connect()
    for _ in range(3):
        await wethod.with_options(token="person").streams.get(5)
    person = wethod.with_options(token="person")
    assert person.stats.requests == 3
    assert person.quota.remaining == 4997
    assert wethod.stats.requests == 0
    assert account(person.with_options(token=TOKEN)) is account(wethod)


async def test_an_order_beyond_patience_still_holds_the_others(server: Server, connect: Connect) -> None:
    """Otherwise each of them would be sent only to draw the same answer."""
    server.script((429, b"", {"x-ratelimit-retry-after": "3000"}))
    wethod = connect()
    with pytest.raises(errors.RateLimited) as first:
        await wethod.streams.get(5)
    assert first.value.status == 429
    assert first.value.retry_after == 3000
    for _ in range(3):
        with pytest.raises(errors.RateLimited, match="the pause the server ordered") as caught:
            await wethod.streams.get(5)
        assert caught.value.status is None
    assert len(server.requests) == 1


async def test_calls_that_give_up_leave_no_ghosts_in_the_pause(server: Server, connect: Connect, calls: Any) -> None:
    """Each would push the next one a place back, until the client had locked itself out."""
    ears = Ears()
    server.script(ORDER)
    wethod = connect(retry=RetryPolicy(max_wait=60.0), hooks=ears.hooks)
    waiting = [calls(wethod.streams.get(5)) for _ in range(50)]
    await ears.wait("pause")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for _ in range(300):
        with pytest.raises(errors.RateLimited):
            await wethod.with_options(retry=RetryPolicy(max_wait=1.0)).streams.get(5)
    assert account(wethod).pause.waiting == 0
    refused = account(wethod).pause.ask(Turn())
    assert refused is not None
    assert refused.seconds <= 61


async def test_a_429_without_a_wait_holds_the_others_too(server: Server, connect: Connect, calls: Any) -> None:
    ears = Ears()
    server.script((429, b""))
    wethod = connect(retry=RetryPolicy(attempts=2, backoff=60.0, max_backoff=60.0), hooks=ears.hooks)
    calls(wethod.streams.get(5))
    await ears.wait("pause")
    assert account(wethod).pause.remaining() > 0


async def test_an_order_of_nothing_is_no_hot_loop(server: Server, connect: Connect) -> None:
    """`Retry-After: 0` costs neither an attempt nor a second: obeyed to the letter it would be asked for ever."""
    server.script((429, b"", {"Retry-After": "0"}))
    with pytest.raises(errors.RateLimited):
        await connect(retry=RetryPolicy(max_wait=1.0)).streams.get(5)
    assert len(server.requests) <= 2


async def test_patience_of_exactly_the_ordered_wait_is_enough(server: Server, connect: Connect) -> None:
    server.script((429, b"", {"Retry-After": "1"}), (200, STREAM))
    assert (await connect(retry=RetryPolicy(max_wait=1.0)).streams.get(5)).id == 5


# --- the budget -------------------------------------------------------------------------------------------------------


async def test_a_budget_that_is_used_up_says_so_in_its_own_words(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod = connect(budget=2)
    await wethod.streams.get(5)
    await wethod.streams.get(5)
    with pytest.raises(errors.RateLimited, match=r"the hourly budget .* max_wait \(120 s\)") as caught:
        await wethod.streams.get(5)
    assert caught.value.status is None
    assert caught.value.retry_after is not None
    assert 3500 < caught.value.retry_after <= 3601
    assert len(server.requests) == 2
    assert wethod.quota.remaining == 0


async def test_bulk_leaves_a_fifth_to_people(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod = connect(budget=10)
    bulk = wethod.with_options(priority="bulk")
    for _ in range(8):
        await bulk.streams.get(5)
    with pytest.raises(errors.RateLimited):
        await bulk.streams.get(5)
    await wethod.streams.get(5)
    await wethod.streams.get(5)
    assert wethod.quota.remaining == 0


async def test_what_never_reached_the_api_costs_nothing(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    wethod = connect(base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(errors.ConnectionFailed):
        await wethod.streams.get(5)
    assert wethod.quota.remaining == 5000
    assert wethod.stats.requests == 0


def test_the_environment_sets_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETHOD_BUDGET", "7")
    assert Wethod(token=TOKEN, company="acme").quota.limit == 7
    monkeypatch.setenv("WETHOD_BUDGET", "none")
    assert Wethod(token=TOKEN, company="acme").quota.limit is None
    assert Wethod(token=TOKEN, company="acme", budget=3).quota.limit == 3


def settings(token: str) -> Settings:
    return Settings(token=secret(token), company="acme")


def test_an_account_is_kept_as_long_as_it_has_something_to_remember() -> None:
    """Nobody may get a new budget by making a new copy; and a million persons may not stay in memory for ever."""
    accounts = Accounts()

    def known() -> set[str]:
        return {owner[0].reveal() for owner in accounts._known}

    for number in range(50):
        accounts.of(settings(f"idle-{number}"))
    assert len(known()) <= 3
    busy, held = accounts.of(settings("busy")), accounts.of(settings("held"))
    for number in range(50):
        accounts.of(settings(f"meanwhile-{number}"))
    assert isinstance(busy.budget, LocalBudget)
    busy.budget.extra()
    held.pause.begin(60)
    del busy, held
    for number in range(50):
        accounts.of(settings(f"new-{number}"))
    assert {"busy", "held"} <= known()


# --- the deadline -----------------------------------------------------------------------------------------------------


async def test_the_deadline_says_what_was_waited_for(server: Server, connect: Connect, calls: Any) -> None:
    """In every wait: the slot, the budget, the pause, the back-off, the answer."""

    async def waited_for(wethod: Wethod) -> str:
        with pytest.raises(errors.RequestTimeout) as caught:
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

    async def slow(turn: Turn) -> object:
        late = loop.time() + 10
        monkeypatch.setattr(loop, "time", lambda: late)
        return await real(turn)

    monkeypatch.setattr(account(wethod).budget, "take", slow)
    with pytest.raises(errors.RequestTimeout):
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
        with pytest.raises(errors.OutcomeUnknown):
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
            assert isinstance(outcome, errors.ClientClosed)


async def test_a_write_under_way_when_the_client_closes_is_unknown(
    server: Server, connect: Connect, calls: Any
) -> None:
    """ClientClosed, with its advice to make a new one, would be an invitation to do it twice."""
    server.script(hang)
    wethod = connect()
    post, get = calls(wethod.streams.archive(5)), calls(wethod.streams.get(5))
    while len(server.requests) < 2:
        await asyncio.sleep(0)
    await wethod.aclose()
    with pytest.raises(errors.OutcomeUnknown):
        await post
    with pytest.raises(errors.ClientClosed):
        await get


async def test_ten_thousand_calls_cancelled_at_random_leave_every_slot_and_grant_free(
    server: Server, connect: Connect
) -> None:
    """Half by their tasks, half by anyio's scopes, which cancel again at each await."""
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

    for _ in range(100):
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
    slots = wethod._session.transport.pool().slots
    assert (slots.free, slots.waiting) == (8, 0)
    assert account(wethod).pause.waiting == 0
    budget = account(wethod).budget
    assert not budget._first.places
    assert not budget._bulk.places
    assert wethod.quota.remaining is not None
    assert 5000 - wethod.quota.remaining <= wethod.stats.requests, "a grant is spent by a request or given back"
    assert not [task for task in asyncio.all_tasks() if "asyncsdk" in str(task.get_coro())]


# --- a budget in Redis ------------------------------------------------------------------------------------------------


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


async def remaining(wethod: Wethod, expected: int) -> int | None:
    """What is left once the grants leased ahead are given back, a tenth of a second after the last request."""
    for _ in range(200):
        if (left := (await account(wethod).budget.refresh()).remaining) == expected:
            break
        await asyncio.sleep(0.01)
    return int(left)


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
    monkeypatch.setenv("WETHOD_BUDGET", redis)
    monkeypatch.setenv("WETHOD_BUDGET_KEY", f"test-{uuid.uuid4().hex}")
    one, two = connect(), connect(token="second-token")
    for _ in range(3):
        await one.streams.get(5)
    await two.streams.get(5)
    assert await remaining(two, 4996) == 4996
    assert two.quota.remaining == 4996
    stranger = two.with_options(token=f"of-another-person-{uuid.uuid4().hex}")
    await stranger.streams.get(5)
    assert await remaining(stranger, 4999) == 4999
    assert await remaining(two, 4996) == 4996


@pytest.mark.redis
async def test_a_pause_one_client_was_ordered_holds_the_other(
    server: Server, connect: Connect, redis: str, calls: Any
) -> None:
    one_hears, two_hears = Ears(), Ears()
    key = f"test-{uuid.uuid4().hex}"
    server.script(ORDER)
    one = connect(budget=redis, budget_key=key, hooks=one_hears.hooks)
    two = connect(budget=redis, budget_key=key, hooks=two_hears.hooks)
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
    wethod = connect(budget=redis)
    for number in range(20):
        await wethod.with_options(token=f"person-{number}").streams.get(5)
    assert await connections(redis) - before < 5
    with anyio.CancelScope() as scope:
        scope.cancel()  # even while it is being cancelled
        await wethod.aclose()
    for _ in range(100):  # Redis notices a moment later
        if (after := await connections(redis)) == before:
            break
        await asyncio.sleep(0.01)
    assert after == before


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

    wethod = Wethod(token=TOKEN, company="acme", budget=redis, budget_key=key)
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
        wethod = Wethod(token="t", company="c", budget={redis!r}, budget_key=f"test-{{uuid.uuid4().hex}}")

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
            await asyncio.sleep(0.2)  # grants leased ahead are given back
            budget = wethod._session.account.budget
            print((await budget.refresh()).remaining)
            await wethod.aclose()

        asyncio.run(left())
        """
    )
    assert 4988 <= int(out) <= 4994, "six requests, and what the loops that ended unclosed had leased ahead"


@pytest.mark.redis
async def test_without_redis_there_is_one_warning_and_requests_go_on(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("redis", reason="the extra redis is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server.script((200, STREAM))
    wethod = connect(budget=f"redis://:hunter2@127.0.0.1:{port}/0")
    for _ in range(5):
        await wethod.streams.get(5)
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "cannot be used" in warnings[0]
    assert "hunter2" not in warnings[0]
    assert wethod.quota.limit == 1250
