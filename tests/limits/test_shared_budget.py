"""A budget that processes share in Redis: one limit, in the order they came, with shares that are kept."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("redis", reason="the extra redis is not installed")

from asyncsdk._limits import Pause, Refused, Ticket
from asyncsdk._limits.shared_budget import SharedBudget
from tests.limits.redis_on_loopback import LIMIT, grants, used

pytestmark = pytest.mark.redis


async def test_two_processes_have_one_limit(pair: tuple[SharedBudget, SharedBudget]) -> None:
    one, two = pair
    assert await grants(one, 6) + await grants(two, 6) == LIMIT
    refused = await two.take(Ticket())
    assert refused is not None
    assert refused.reason == "budget"
    assert 50.0 < refused.seconds <= 180.0
    assert refused.nap == 30.0
    assert await used(one) == LIMIT
    quota = one.quota()
    assert quota.full_at is not None


async def test_a_burst_travels_together(pair: tuple[SharedBudget, SharedBudget]) -> None:
    """What is asked for at once goes in one trip, and exactly the limit comes home."""
    one, two = pair
    answers = await asyncio.gather(*((one, two)[number % 2].take(Ticket()) for number in range(50)))
    assert answers.count(None) == LIMIT


async def test_waiters_of_all_processes_are_served_in_the_order_they_came(
    pair: tuple[SharedBudget, SharedBudget],
) -> None:
    one, two = pair
    held = [Ticket() for _ in range(LIMIT)]
    for turn in held:
        assert await one.take(turn) is None
    first, second = Ticket(), Ticket()
    assert await two.take(first) is not None
    assert await one.take(second) is not None
    one.give_back(held[0])
    assert await one.take(second) is not None
    assert await one.take(Ticket()) is not None
    assert await two.take(first) is None


async def test_what_a_hungry_process_has_not_had_of_its_share_is_kept_for_it(
    pair: tuple[SharedBudget, SharedBudget],
) -> None:
    """However quick the other is: it gave five back, asks first, and gets none of them."""
    quick, slow = pair
    held = [Ticket() for _ in range(LIMIT)]
    for turn in held:
        assert await quick.take(turn) is None
    assert await slow.take(Ticket()) is not None
    for turn in held[:5]:
        quick.give_back(turn)
    await quick.refresh()
    assert await grants(quick, 5) == 0
    assert await grants(slow, 6) == 5 - 1  # one is kept for its own waiter


async def test_a_share_is_kept_only_for_those_who_go_on_asking(url: str, key: str) -> None:
    """Nothing is wasted on a process that went away."""
    quick, gone = (SharedBudget(url, key, LIMIT, 0.5, pause=Pause(), grace=0.0, longest_nap=0.01) for _ in range(2))
    assert await grants(quick, LIMIT) == LIMIT
    assert await gone.take(Ticket()) is not None
    await gone.aclose()
    async with asyncio.timeout(30):
        for _ in range(LIMIT):
            ticket = Ticket()  # one that waits asks again; new ones would queue behind each other
            while await quick.take(ticket) is not None:
                pass
    await quick.aclose()


async def test_bulk_leaves_the_reserve_to_every_process(pair: tuple[SharedBudget, SharedBudget]) -> None:
    one, two = pair
    bulk = [await one.take(Ticket(bulk=True)) for _ in range(LIMIT)]
    assert bulk.count(None) == 8
    assert await grants(two, 3) == 2


async def test_a_grant_given_back_is_there_for_the_other_process(pair: tuple[SharedBudget, SharedBudget]) -> None:
    one, two = pair
    held = [Ticket() for _ in range(LIMIT)]
    for turn in held:
        await one.take(turn)
    for turn in held[:3]:
        one.give_back(turn)
        one.give_back(turn)
    await one.refresh()
    assert await grants(two, 5) == 3


async def test_requests_sent_without_asking_are_charged(pair: tuple[SharedBudget, SharedBudget]) -> None:
    one, two = pair
    await one.take(Ticket())
    one.extra(4)
    await one.refresh()
    assert await used(two) == 5


async def test_a_pause_seen_by_one_process_holds_all(pair: tuple[SharedBudget, SharedBudget]) -> None:
    one, two = pair
    assert await one.take(Ticket()) is None  # the request that was answered with 429
    await one.announce(40.0)
    await one.announce(5.0)  # the longest wins
    await one.refresh()
    turns = [Ticket(), Ticket()]
    refused = [await two.take(turn) for turn in turns]
    assert [answer is not None and answer.reason for answer in refused] == ["pause", "pause"]
    first, second = (answer.seconds for answer in refused if isinstance(answer, Refused))
    assert 35.0 < first < second < 45.0  # each its own moment
    assert await used(one) == 1


async def test_every_request_asks_and_nothing_stays_counted_that_was_not_granted(url: str, key: str) -> None:
    one, two = (SharedBudget(url, key, 5000, 60.0, pause=Pause()) for _ in range(2))
    assert await grants(one, 100) == 100
    assert await used(two) == 100
    await one.aclose()
    assert await used(two) == 100
    await two.aclose()
