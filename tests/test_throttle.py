"""Slots, pause and local budget: exact, fair, and nothing left behind. Time is simulated; no test sleeps."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import anyio
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncsdk.throttle import LocalBudget, Pause, Quota, Refused, Slots, Turn, Unlimited

T = TypeVar("T")


@attrs.define
class FakeClock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def at_once(call: Coroutine[object, object, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        call.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waited")


@attrs.define
class Caller:
    """Someone who asks until granted; `patience` is how often, before he goes away without a word."""

    number: int
    bulk: bool = False
    patience: int = 1_000_000
    polite: bool = True  # gives its place back when it goes
    turn: Turn = attrs.Factory(Turn)
    granted_at: float | None = None


def simulate(
    clock: FakeClock,
    arrivals: list[tuple[float, Caller]],
    ask: Callable[[Turn], Refused | None],
    leave: Callable[[Turn], None] = lambda turn: None,
    until: float = float("inf"),
) -> list[Caller]:
    """Let callers come at their times and ask again when told; the granted ones, in order."""
    ties = itertools.count()
    events = [(moment, next(ties), caller) for moment, caller in arrivals]
    heapq.heapify(events)
    granted = []
    while events:
        moment, _, caller = heapq.heappop(events)
        if moment > until:
            break
        clock.now = max(clock.now, moment)
        caller.turn.bulk = caller.bulk
        refused = ask(caller.turn)
        if refused is None:
            caller.granted_at = clock.now
            granted.append(caller)
        elif caller.patience > 1:
            caller.patience -= 1
            assert 0 < refused.nap <= refused.seconds
            heapq.heappush(events, (clock.now + refused.nap, next(ties), caller))
        elif caller.polite:
            leave(caller.turn)
    return granted


def times(granted: list[Caller]) -> list[float]:
    return [caller.granted_at for caller in granted if caller.granted_at is not None]


# ---- the budget


def budget_of(clock: FakeClock, limit: int, period: float, reserve: float = 0.0, nap: float = 30.0) -> LocalBudget:
    return LocalBudget(limit, period, reserve=reserve, longest_nap=nap, clock=clock)


@settings(max_examples=100, deadline=None)
@given(
    limit=st.integers(1, 12),
    period=st.floats(0.5, 4000),
    reserve=st.sampled_from([0.0, 0.2, 0.5]),
    callers=st.lists(
        st.tuples(st.floats(0, 3), st.booleans(), st.sampled_from([1, 2, 10**6]), st.booleans()),
        max_size=60,
    ),
    nap=st.floats(0.1, 4000),
)
def test_no_window_ever_holds_more_than_the_limit(
    limit: int, period: float, reserve: float, callers: list[tuple[float, bool, int, bool]], nap: float
) -> None:
    """The budget's one promise, whoever comes when, as bulk or not, and whoever goes away while waiting."""
    clock = FakeClock()
    budget = budget_of(clock, limit, period, reserve, max(nap, period / 50))
    arrivals = [
        (clock.now + gap * period, Caller(number, bulk, patience, polite))
        for number, (gap, bulk, patience, polite) in enumerate(callers)
    ]
    granted = simulate(clock, arrivals, lambda turn: at_once(budget.take(turn)), budget.give_back)
    moments = times(granted)
    for earlier, later in zip(moments, moments[limit:], strict=False):
        assert earlier + period <= later
    # Bulk never eats the reserve: when it is granted, so much of the window is still free.
    for index, caller in enumerate(granted):
        if caller.bulk:
            now = moments[index]
            in_window = sum(moment + period > now for moment in moments[: index + 1])
            assert in_window <= limit - int(limit * reserve)
    assert len(granted) >= sum(caller.patience == 10**6 for _, caller in arrivals)


@settings(max_examples=50, deadline=None)
@given(limit=st.integers(1, 30), callers=st.integers(1, 200))
def test_a_greedy_crowd_gets_the_whole_limit_in_every_window_in_the_order_it_came(limit: int, callers: int) -> None:
    """No grant is wasted, and nobody overtakes."""
    clock = FakeClock(0.0)
    budget = budget_of(clock, limit, 60.0, nap=1e6)
    arrivals = [(0.0, Caller(number)) for number in range(callers)]
    granted = simulate(clock, arrivals, lambda turn: at_once(budget.take(turn)))
    assert [caller.number for caller in granted] == list(range(callers))
    assert times(granted) == [60.0 * (number // limit) for number in range(callers)]


def test_each_waiter_is_told_the_moment_his_grant_frees() -> None:
    """200 refused tasks do not wake together: the k-th wakes when the k-th grant leaves the window."""
    clock = FakeClock(0.0)
    budget = budget_of(clock, 100, 3600.0, nap=10_000.0)
    for second in range(100):
        clock.now = float(second)
        assert at_once(budget.take(Turn())) is None
    clock.now = 200.0
    told = [at_once(budget.take(Turn())) for _ in range(200)]
    seconds = [refused.seconds for refused in told if refused is not None]
    assert seconds[:100] == [3400.0 + number for number in range(100)]
    assert seconds[100:] == [7000.0 + number for number in range(100)]


def test_a_newcomer_does_not_take_what_a_waiter_waited_for() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 1, 10.0)
    waiter, newcomer = Turn(), Turn()
    assert at_once(budget.take(Turn())) is None
    refused = at_once(budget.take(waiter))
    assert refused == Refused(10.0, "budget", 10.0)
    clock.now = 10.0
    assert at_once(budget.take(newcomer)) is not None
    assert at_once(budget.take(waiter)) is None


def test_a_waiter_who_never_returns_blocks_the_others_only_for_the_grace() -> None:
    clock = FakeClock(0.0)
    budget = LocalBudget(1, 10.0, grace=1.0, clock=clock)
    assert at_once(budget.take(Turn())) is None
    assert at_once(budget.take(Turn())) is not None  # its holder was cancelled without giving it back
    clock.now = 11.5
    assert at_once(budget.take(Turn())) is None


def test_a_late_waiter_keeps_his_place_before_those_who_came_after_him() -> None:
    """He was due, but had to wait for a slot for longer than the grace."""
    clock = FakeClock(0.0)
    budget = LocalBudget(1, 10.0, grace=1.0, clock=clock)
    first, second = Turn(), Turn()
    for turn in (Turn(), first, second):
        at_once(budget.take(turn))
    clock.now = 15.0
    at_once(budget.take(Turn()))  # finds the late one and drops him; is granted or not
    clock.now = 40.0
    assert at_once(budget.take(first)) is None


def test_a_grant_given_back_is_exactly_undone() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 3, 60.0)
    turns = [Turn() for _ in range(3)]
    for second, turn in enumerate(turns):
        clock.now = float(second)
        assert at_once(budget.take(turn)) is None
    budget.give_back(turns[1])
    budget.give_back(turns[1])  # once is enough
    assert at_once(budget.take(Turn())) is None
    refused = at_once(budget.take(Turn()))
    assert refused is not None
    assert refused.seconds == 58.0  # the grant of second 0 is still there


def test_bulk_waits_behind_everyone_else() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 10, 60.0, reserve=0.2)
    for _ in range(8):
        assert at_once(budget.take(Turn(bulk=True))) is None
    bulk = Turn(bulk=True)
    assert at_once(budget.take(bulk)) is not None
    for _ in range(2):
        assert at_once(budget.take(Turn())) is None
    assert at_once(budget.take(Turn())) is not None
    clock.now = 60.0
    assert at_once(budget.take(bulk)) is None  # eight grants are free again; one is waited for, two are reserved


def test_requests_sent_without_asking_are_charged() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 3, 60.0)
    assert at_once(budget.take(Turn())) is None
    budget.extra(2)
    assert budget.quota().remaining == 0
    assert at_once(budget.take(Turn())) is not None


def test_what_was_spent_before_counts() -> None:
    clock = FakeClock(100.0)
    budget = LocalBudget(3, 60.0, spent=[30.0, 50.0, 90.0], clock=clock)
    assert budget.quota().remaining == 1


def test_quota_tells_what_is_left_and_when_it_is_full_again() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 5, 3600.0)
    assert budget.quota() == Quota(5, 5, None)
    at_once(budget.take(Turn()))
    clock.now = 600.0
    before = datetime.now(UTC)
    quota = budget.quota()
    assert (quota.limit, quota.remaining) == (5, 4)
    assert quota.full_at is not None
    assert before <= quota.full_at - timedelta(seconds=3000) <= datetime.now(UTC)
    clock.now = 3600.0
    assert budget.quota() == at_once(budget.refresh()) == Quota(5, 5, None)


async def test_no_budget_lets_everything_through() -> None:
    budget = Unlimited()
    turn = Turn()
    assert await budget.take(turn) is None
    budget.give_back(turn)
    budget.extra()
    await budget.announce(5.0)
    assert await budget.refresh() == budget.quota() == Quota(None, None, None)
    await budget.aclose()


# ---- the pause


def pause_of(clock: FakeClock, jitter: float = 0.0, spacing: float = 0.72) -> Pause:
    return Pause(spacing=spacing, clock=clock, jitter=lambda: jitter)


def test_nobody_passes_during_a_pause_and_nobody_passes_with_another_after_it() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    pause.begin(5.0)
    assert pause.remaining() == 5.0
    crowd = [(number * 0.1, Caller(number)) for number in range(20)]
    granted = simulate(clock, crowd, pause.ask)
    assert [caller.number for caller in granted] == list(range(20))
    moments = times(granted)
    assert moments[0] == 5.0
    assert all(later - earlier >= 0.719 for earlier, later in itertools.pairwise(moments))
    clock.now += 1.0
    assert [pause.ask(Turn()) for _ in range(10)] == [None] * 10  # and then it is forgotten


@settings(max_examples=100, deadline=None)
@given(
    orders=st.lists(st.tuples(st.floats(0, 20), st.floats(0.01, 10), st.booleans()), min_size=1, max_size=6),
    callers=st.lists(st.floats(0, 30), max_size=40),
    jitter=st.floats(0, 0.999),
)
def test_whatever_is_ordered_and_when_nobody_passes_a_silence_and_everybody_passes_in_the_end(
    orders: list[tuple[float, float, bool]], callers: list[float], jitter: float
) -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock, jitter)
    silences: list[tuple[float, float]] = []
    pending = deque(sorted(orders))

    def ask(turn: Turn) -> Refused | None:
        while pending and pending[0][0] <= clock.now:
            _, seconds, own = pending.popleft()
            (pause.begin if own else pause.hold)(seconds)
            silences.append((clock.now, clock.now + seconds))
        return pause.ask(turn)

    granted = simulate(clock, [(moment, Caller(number)) for number, moment in enumerate(callers)], ask)
    assert len(granted) == len(callers)
    for moment in times(granted):
        assert not any(begin <= moment < end for begin, end in silences)


def test_the_longest_order_wins() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    pause.begin(10.0)
    pause.begin(2.0)
    assert pause.remaining() == 10.0
    pause.begin(30.0)
    assert pause.remaining() == 30.0


def test_the_distance_after_a_pause_is_the_rate_the_server_was_seen_to_grant() -> None:
    """16 sent at once, 5 let through, 2 seconds ordered: so 5 in 2 seconds, one every 0.4."""
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    assert [pause.ask(Turn()) for _ in range(16)] == [None] * 16
    for _ in range(11):
        pause.begin(2.0)
    granted = simulate(clock, [(0.0, Caller(number)) for number in range(15)], pause.ask)
    assert times(granted) == pytest.approx([2.0 + 0.4 * number for number in range(15)])


def test_idle_hours_do_not_count_as_a_slow_server() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    clock.now = 7200.0
    for _ in range(10):
        pause.ask(Turn())
    for _ in range(5):
        pause.begin(1.0)
    granted = simulate(clock, [(clock.now, Caller(number)) for number in range(3)], pause.ask)
    assert times(granted) == pytest.approx([7201.0, 7201.2, 7201.4])


def test_those_still_waiting_keep_their_order_when_a_second_pause_interrupts_their_release() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock, spacing=1.0)
    pause.begin(10.0)
    turns = [Turn() for _ in range(4)]
    for turn in turns:
        assert pause.ask(turn) is not None
    clock.now = 10.0
    assert pause.ask(turns[0]) is None
    clock.now = 10.5
    pause.begin(10.0)
    newcomer = Turn()
    assert pause.ask(newcomer) is not None
    for number, turn in enumerate(turns[1:]):
        refused = pause.ask(turn)
        assert refused is not None
        assert refused.seconds == pytest.approx(10.0 + number)


def test_those_who_leave_a_pause_make_room_for_the_others() -> None:
    """Cancelled calls and calls that give up must not stand in the line for ever."""
    clock = FakeClock(0.0)
    pause = pause_of(clock, spacing=1.0)
    pause.begin(10.0)
    turns = [Turn() for _ in range(400)]
    for turn in turns:
        assert pause.ask(turn) is not None
    last = turns.pop()
    for turn in turns:
        pause.leave(turn)
        pause.leave(turn)
    assert pause.waiting == 1
    refused = pause.ask(last)
    assert refused is not None
    assert refused.seconds == 10.0
    newcomer = pause.ask(Turn())
    assert newcomer is not None
    assert newcomer.seconds == 11.0


def test_a_stalled_event_loop_does_not_let_a_herd_go() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock, spacing=1.0)
    pause.begin(10.0)
    turns = [Turn() for _ in range(10)]
    for turn in turns:
        pause.ask(turn)
    clock.now = 100.0
    assert sum(pause.ask(turn) is None for turn in turns) <= 2


def test_a_walk_that_met_one_429_by_chance_is_soon_at_full_speed_again() -> None:
    """Eight always wait, so the line never empties: without easing all the rest would go at 1.4 a second."""
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    pause.begin(1.0)
    workers = [Turn() for _ in range(8)]
    sent = 0
    due: list[tuple[float, int]] = [(0.0, number) for number in range(8)]
    while sent < 2000 and clock.now < 3600:
        moment, number = heapq.heappop(due)
        clock.now = max(clock.now, moment)
        refused = pause.ask(workers[number])
        if refused is None:
            sent += 1
            workers[number] = Turn()
        heapq.heappush(due, (clock.now + (0.02 if refused is None else refused.nap), number))
    assert clock.now < 60


def test_a_turn_the_budget_sends_back_is_not_counted_twice_as_let_through() -> None:
    """Otherwise the rate seen would be too high, and the start after the next pause too quick."""
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    turns = [Turn() for _ in range(4)]
    for turn in turns * 5:
        assert pause.ask(turn) is None
    pause.hold(2.0)
    granted = simulate(clock, [(0.0, Caller(number)) for number in range(3)], pause.ask)
    assert times(granted) == pytest.approx([2.0, 2.5, 3.0])


def test_processes_told_of_the_same_pause_do_not_start_in_the_same_instant() -> None:
    clock = FakeClock(0.0)
    first = []
    for jitter in (0.0, 0.5):
        pause = pause_of(clock, jitter)
        pause.hold(3.0)
        refused = pause.ask(Turn())
        assert refused is not None
        first.append(refused.seconds)
    assert first == pytest.approx([3.0, 3.36])


def test_twenty_calls_against_five_in_two_seconds_need_few_more_than_twenty_requests() -> None:
    """The case that makes others fail calls: here the pause alone, without a budget, keeps to the server's rate."""
    clock = FakeClock(0.0)
    pause = pause_of(clock, jitter=0.5)
    answered: list[float] = []
    requests = 0

    def send(turn: Turn) -> Refused | None:
        nonlocal requests
        refused = pause.ask(turn)
        if refused is not None:
            return refused
        requests += 1
        turn.counted = False  # a new attempt has a new turn
        if sum(moment > clock.now - 2.0 for moment in answered) < 5:
            answered.append(clock.now)
            return None
        pause.begin(2.0)
        return pause.ask(turn)

    simulate(clock, [(0.001 * number, Caller(number)) for number in range(20)], send)
    assert len(answered) == 20
    assert requests <= 30


# ---- the slots


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
    turn = Turn()
    try:
        while True:
            await slots.acquire()
            try:
                refused = pause.ask(turn) or await budget.take(turn)
                if refused is None:
                    await asyncio.sleep(0)  # connecting: nothing is sent yet
                    sent.append(turn.grant)
                    turn = Turn()
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
    code = (
        "import sys, asyncsdk.throttle; sys.exit(any(name in sys.modules for name in ('redis', 'limits', 'aiohttp')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
