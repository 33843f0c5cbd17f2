"""The budget in Redis: one truth for all processes, nothing left behind, and a life without Redis.

Two `SharedBudget` objects of one key stand for two processes. Needs a Redis server on 127.0.0.1:6379, or at least
the program `redis-server`; skipped without.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import attrs
import pytest

pytest.importorskip("redis", reason="the extra redis is not installed")

from asyncsdk._limits import Pause, Refused, Slots, Ticket
from asyncsdk._limits.shared_budget import SharedBudget
from asyncsdk.errors import ArgumentError

pytestmark = pytest.mark.redis

LIMIT = 10


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture(scope="module")
def url() -> str:
    if not answers(6379):
        pytest.skip("no Redis server answers on 127.0.0.1:6379")
    return "redis://127.0.0.1:6379/0"


@attrs.define
class Server:
    """A Redis server of one's own, to stop and start."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        patience = time.monotonic() + 30
        while not answers(self.port):
            assert time.monotonic() < patience, "the Redis server does not answer"
            time.sleep(0.01)  # between two looks at another process

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def server() -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("the program redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = Server(free.getsockname()[1])
    yield own
    own.stop()


@pytest.fixture
def key() -> str:
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
async def pair(url: str, key: str) -> AsyncIterator[tuple[SharedBudget, SharedBudget]]:
    """Two processes of one person."""
    one, two = (SharedBudget(url, key, LIMIT, 60.0, pause=Pause()) for _ in range(2))
    yield one, two
    await one.aclose()
    await two.aclose()


async def used(budget: SharedBudget) -> int:
    remaining = (await budget.refresh()).remaining
    assert remaining is not None
    return budget.limit - remaining


async def grants(budget: SharedBudget, count: int) -> int:
    """How many of `count` requests asked for one after the other are granted."""
    return [await budget.take(Ticket()) for _ in range(count)].count(None)


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


# ---- Redis's clock, set back


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


# ---- without Redis


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


async def test_down_from_the_start_means_one_warning_and_a_share_of_the_limit(
    server: Server, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    budget = SharedBudget(server.url, key, 100, 60.0, pause=Pause(), workers=4)
    assert await grants(budget, 60) == 25
    assert budget.quota().remaining == 0
    turn = Ticket()
    assert await budget.take(turn) is not None
    budget.give_back(turn)
    budget.extra(2)
    await budget.announce(3.0)
    await budget.aclose()
    [warning] = warnings_of(caplog)
    assert f"127.0.0.1:{server.port}" in warning
    assert "at most 25 requests in 60 s" in warning


async def test_a_server_that_accepts_and_says_nothing_counts_as_down(
    key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The time-out is waited for once, not with each request."""
    connections = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        budget = SharedBudget(f"redis://127.0.0.1:{port}", key, 100, 60.0, pause=Pause(), timeout=0.05)
        answers = await asyncio.gather(*(budget.take(Ticket()) for _ in range(20)))
        assert answers.count(None) == 20
        assert await grants(budget, 20) == 5
        assert connections == 1
        await budget.aclose()
    [warning] = warnings_of(caplog)
    assert "(TimeoutError: no answer within 0.05 s)" in warning


async def test_down_and_back_goes_on_shared_and_forgets_no_grant(
    server: Server, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What was granted before, and without, Redis is told to the server that comes back empty."""
    server.start()
    budget, other = (SharedBudget(server.url, key, 100, 60.0, pause=Pause(), probe=0.0) for _ in range(2))
    assert await grants(budget, 10) == 10
    server.stop()
    assert await grants(budget, 10) == 10
    assert budget.quota().remaining == 5  # a quarter, less what this process had already
    server.start()
    assert await grants(budget, 1) == 1
    await budget.refresh()
    await budget.refresh()  # the news itself travels with the trip after the one that found Redis
    assert await used(budget) == 21
    assert await used(other) == 21
    assert await grants(budget, 30) == 30
    await budget.aclose()
    await other.aclose()
    assert len(warnings_of(caplog)) == 1


async def test_a_redis_that_forgot_is_told_again(server: Server, key: str) -> None:
    """A restart between two requests goes unnoticed by the connection, not by the budget."""
    server.start()
    budget, other = (SharedBudget(server.url, key, 100, 60.0, pause=Pause()) for _ in range(2))
    assert await grants(budget, 40) == 40
    server.stop()
    server.start()
    await budget.refresh()
    assert await used(other) == 40
    await budget.aclose()
    await other.aclose()


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
