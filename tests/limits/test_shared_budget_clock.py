"""A shared budget when Redis's clock is set back: nothing counts longer than it should."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("redis", reason="the extra redis is not installed")

from asyncsdk._limits import Pause, Ticket
from asyncsdk._limits.shared_budget import SharedBudget
from tests.limits.redis_on_loopback import LIMIT, grants

pytestmark = pytest.mark.redis

HOURS = 10 * 3_600_000_000


async def set_back(url: str, key: str) -> None:
    """Leaves everything as it would be had Redis's clock been ten hours ahead until now."""
    from redis.asyncio import Redis

    async with Redis.from_url(url) as client:
        for name in ("window", "first", "bulk", "due", "hungry"):
            where = f"asyncsdk:{{{key}}}:{name}"
            for member, _ in await client.zrange(where, 0, -1, withscores=True):
                await client.zincrby(where, HOURS, member)
        where = f"asyncsdk:{{{key}}}:pause"
        if (left := await client.pttl(where)) > 0:
            await client.pexpire(where, left + HOURS // 1000)


async def test_grants_of_the_future_count_as_given_now(
    pair: tuple[SharedBudget, SharedBudget], url: str, key: str
) -> None:
    one, two = pair
    assert await grants(one, LIMIT) == LIMIT
    await set_back(url, key)
    refused = await two.take(Ticket())
    assert refused is not None
    assert 50.0 < refused.seconds <= 60.0
    assert one.quota().full_at is not None


async def test_grants_given_before_a_clock_ran_wrong_count_for_as_long_as_they_should(url: str, key: str) -> None:
    """Only what is stamped in the future is moved."""
    from redis.asyncio import Redis

    budget = SharedBudget(url, key, LIMIT, 60.0, pause=Pause())
    assert await grants(budget, 5) == 5
    async with Redis.from_url(url) as client:
        seconds, micro = await client.time()
        await client.zadd(f"asyncsdk:{{{key}}}:window", {"other:1": seconds * 10**6 + micro + 59_000_000})
    await budget.refresh()
    async with Redis.from_url(url) as client:
        stamps = [stamp for _, stamp in await client.zrange(f"asyncsdk:{{{key}}}:window", 0, -1, withscores=True)]
        seconds, micro = await client.time()
    assert len(stamps) == 6
    assert all(stamp > seconds * 10**6 + micro - 20_000_000 for stamp in stamps)
    assert max(stamps) <= seconds * 10**6 + micro
    await budget.aclose()


async def test_those_who_wait_keep_their_order_when_the_clock_is_set_back(url: str, key: str) -> None:
    budget = SharedBudget(url, key, LIMIT, 60.0, pause=Pause())
    held, (first, second, late) = [Ticket() for _ in range(LIMIT)], [Ticket() for _ in range(3)]
    for turn in held:
        assert await budget.take(turn) is None
    assert await budget.take(first) is not None
    assert await budget.take(second) is not None
    await set_back(url, key)
    assert await budget.take(late) is not None
    budget.give_back(held[0])
    assert await budget.take(late) is not None
    assert await budget.take(second) is not None
    assert await budget.take(first) is None
    await budget.aclose()


async def test_a_waiter_who_vanished_does_not_stand_in_the_way_until_the_wrong_time_comes_round(
    url: str, key: str
) -> None:
    budget = SharedBudget(url, key, LIMIT, 0.5, pause=Pause(), grace=0.0, longest_nap=0.01)
    gone = SharedBudget(url, key, LIMIT, 0.5, pause=Pause(), grace=0.0, longest_nap=0.01)
    assert await grants(budget, LIMIT) == LIMIT
    for _ in range(5):
        assert await gone.take(Ticket()) is not None
    await set_back(url, key)
    async with asyncio.timeout(30):
        for _ in range(LIMIT):
            ticket = Ticket()  # one that waits asks again; new ones would queue behind each other
            while await budget.take(ticket) is not None:
                pass
    await budget.aclose()
    await gone.aclose()


async def test_a_pause_lasts_no_longer_than_it_was_ordered_for(
    pair: tuple[SharedBudget, SharedBudget], url: str, key: str
) -> None:
    one, two = pair
    assert await one.take(Ticket()) is None
    await one.announce(20.0)
    await one.refresh()
    await set_back(url, key)
    refused = await two.take(Ticket())
    assert refused is not None
    assert refused.reason == "pause"
    assert refused.seconds < 25.0


async def test_own_grants_of_the_future_do_not_outlive_their_period(url: str, key: str) -> None:
    """They are told to a Redis that forgot, and counted while there is none."""
    budget = SharedBudget(url, key, LIMIT, 60.0, pause=Pause())
    assert await grants(budget, 3) == 3
    for number in budget._granted:
        budget._granted[number] += HOURS
    budget._latest += HOURS
    await budget.refresh()
    assert max(budget._granted.values()) <= budget._latest
    await budget.aclose()
