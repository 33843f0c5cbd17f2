"""The pause: nobody passes while it lasts, and no herd after it, but one by one and soon. Time is simulated."""

from __future__ import annotations

import heapq
import itertools
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncsdk.throttling import Pause, Refused, Turn
from tests.callers import Caller, FakeClock, simulate, times


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
