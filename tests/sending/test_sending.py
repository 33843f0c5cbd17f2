"""Sending under a rate limit: nothing fails, little is wasted, everybody with the token waits, and every wait is told.

The two tests against the sandbox's limit take some seconds of real time; they count requests and assert no seconds.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import pytest

from asyncsdk import Wethod, errors
from asyncsdk._limits import LocalBudget, Ticket
from asyncsdk._sending.account import Accounts
from asyncsdk._sending.settings import RetryPolicy, Secret, Settings, secret
from asyncsdk.events import Hooks
from asyncsdk.models import Stream
from asyncsdk.testing.simulation import Simulation
from tests.stub_server import STREAM, TOKEN, Server
from tests.waiting import ORDER, Ears, account

Connect = Callable[..., Wethod]


# --- under load -------------------------------------------------------------------------------------------------------


def test_twenty_calls_against_five_in_a_minute_all_succeed(caplog: pytest.LogCaptureFixture) -> None:
    """Elsewhere a 429 stops one call and not its neighbours: they send 45 requests, and still fail some."""
    ears, simulation = Ears(), Simulation(1, rows=20, rate_limit=5, rate_window=60.0)

    async def main() -> int:
        patient = RetryPolicy(max_wait=600.0)
        async with simulation.client(budget=None, hooks=ears.hooks, retry=patient) as wethod:
            rows = await asyncio.gather(*(wethod.projects.list().first() for _ in range(20)))
            assert all(row is not None for row in rows)
            assert wethod.stats.requests == simulation.counts["requests"] == 20 + wethod.stats.retries <= 45
            return wethod.stats.retries

    with caplog.at_level(logging.DEBUG, "asyncsdk"):
        refused = simulation.run(main)
    assert simulation.seconds >= 3 * 60.0
    assert refused == len(ears.retries) > 0
    assert all(event.reason == "status 429" and event.seconds >= 1 for event in ears.retries)
    held = [event for event in ears.waits if event.reason == "pause"]
    assert len(held) >= refused
    assert all(event.seconds is not None and event.seconds > 0 for event in held)
    told = [record.getMessage() for record in caplog.records]
    assert sum("status 429" in line and "again in" in line for line in told) == refused
    assert sum(" s for the pause" in line for line in told) == len(held)


def test_a_walk_of_forty_pages_against_ten_a_minute_is_complete() -> None:
    simulation = Simulation(1, rows=4000, rate_limit=10, rate_window=60.0)

    async def main() -> tuple[list[int], int]:
        async with simulation.client(budget=None, retry=RetryPolicy(max_wait=600.0)) as wethod:
            rows = await wethod.production_plan_streams.list().all(concurrency=16)
            return [row.id for row in rows], wethod.stats.retries

    ids, refused = simulation.run(main)
    assert len(ids) == len(set(ids)) == simulation.sandbox.count("production_plan_streams")
    assert 0 < refused <= 40
    assert simulation.seconds >= 3 * 60.0


def test_a_hook_nobody_would_await_is_refused() -> None:
    async def hook(event: object) -> None: ...

    with pytest.raises(errors.ConfigurationError, match="the hook retry is a plain function"):
        Hooks(retry=hook)


# --- the pause --------------------------------------------------------------------------------------------------------


async def test_one_order_to_wait_holds_everybody_with_the_token(server: Server, connect: Connect, calls: Any) -> None:
    """The client, its copies for another company, copies made anew for the same token; not the other token's."""
    ears = Ears()
    server.script(ORDER)
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


async def test_a_503_that_says_when_holds_nobody_else_back(server: Server, connect: Connect, calls: Any) -> None:
    """A maintenance page of one path takes neither the token nor its other workers down."""
    ears = Ears()
    server.script((503, b"", {"Retry-After": "60"}))
    wethod = connect(hooks=ears.hooks)
    held = calls(wethod.projects.get(1))
    wait = await ears.wait("backoff")
    assert (wait.path, wait.seconds) == ("/api/projects/1", 60.0)
    server.script((200, STREAM))
    assert (await wethod.streams.get(5)).id == 5
    assert account(wethod).pause.remaining() == 0
    assert not held.done()
    server.script((503, b"", {"Retry-After": "1800"}))
    with pytest.raises(errors.ServerError):
        await wethod.projects.get(1)
    assert len(server.requests) == 3, "beyond max_wait it is an error at once"


async def test_the_log_says_what_of_a_wait_was_ordered_and_what_the_line_adds(
    server: Server, connect: Connect, calls: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ears = Ears()
    server.script(ORDER)
    wethod = connect(hooks=ears.hooks)
    with caplog.at_level(logging.WARNING, "asyncsdk"):
        for _ in range(20):
            calls(wethod.streams.get(5))
        while len([event for event in ears.waits if event.reason == "pause"]) < 20:
            await asyncio.sleep(0)
    told = [record.getMessage() for record in caplog.records]
    assert any(
        "60.0 s that the server ordered, then " in line and "wait, and start one after the other" in line
        for line in told
    )


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
    with pytest.raises(errors.RateLimitError) as first:
        await wethod.streams.get(5)
    assert first.value.status == 429
    assert first.value.retry_after == 3000
    for _ in range(3):
        with pytest.raises(errors.RateLimitError, match="the pause the server ordered") as caught:
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
        with pytest.raises(errors.RateLimitError):
            await wethod.with_options(retry=RetryPolicy(max_wait=1.0)).streams.get(5)
    assert account(wethod).pause.waiting == 0
    refused = account(wethod).pause.ask(Ticket())
    assert refused is not None
    assert refused.seconds <= 61


async def test_a_429_without_a_wait_holds_the_others_too(server: Server, connect: Connect, calls: Any) -> None:
    ears = Ears()
    server.script((429, b""))
    wethod = connect(retry=RetryPolicy(attempts=2, backoff=60.0, max_backoff=60.0), hooks=ears.hooks)
    calls(wethod.streams.get(5))
    await ears.wait("pause")
    assert account(wethod).pause.remaining() > 0


def test_an_order_of_nothing_is_no_hot_loop() -> None:
    """`Retry-After: 0` costs neither an attempt nor a second: obeyed to the letter it would be asked for ever."""
    simulation = Simulation(1)
    simulation.sandbox.fail("GET /api/streams/{id}", status=429, retry_after=0, times=None)

    async def main() -> None:
        async with simulation.client(retry=RetryPolicy(max_wait=1.0)) as wethod:
            with pytest.raises(errors.RateLimitError):
                await wethod.streams.get(1)

    simulation.run(main)
    assert 1 <= simulation.counts["requests"] <= 2


def test_patience_of_exactly_the_ordered_wait_is_enough() -> None:
    simulation = Simulation(1)
    simulation.sandbox.fail("GET /api/streams/{id}", status=429, retry_after=10)

    async def main() -> Stream:
        async with simulation.client(retry=RetryPolicy(max_wait=10.0)) as wethod:
            return await wethod.streams.get(1)

    assert simulation.run(main).id == 1
    assert 10.0 <= simulation.seconds < 13.0


# --- the budget -------------------------------------------------------------------------------------------------------


async def test_a_budget_that_is_used_up_says_so_in_its_own_words(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod = connect(budget=2)
    await wethod.streams.get(5)
    await wethod.streams.get(5)
    with pytest.raises(errors.RateLimitError, match=r"the hourly budget .* max_wait \(120 s\)") as caught:
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
    with pytest.raises(errors.RateLimitError):
        await bulk.streams.get(5)
    await wethod.streams.get(5)
    await wethod.streams.get(5)
    assert wethod.quota.remaining == 0


async def test_what_never_reached_the_api_costs_nothing(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    wethod = connect(base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(errors.ConnectError):
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
        return {owner[0].reveal() for owner in accounts._known if isinstance(owner[0], Secret)}

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
