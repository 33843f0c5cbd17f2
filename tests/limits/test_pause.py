"""The pause: nobody passes while it lasts, and no herd after it, but one by one and soon. Time is simulated."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncsdk._limits import Pause, Refused, Ticket
from tests.limits.callers import Caller, FakeClock, simulate, times


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
    assert moments[1] == pytest.approx(5.72)
    assert all(later > earlier for earlier, later in itertools.pairwise(moments))
    assert moments[-1] < 7.0, "nothing but the pause holds anybody back"
    clock.now += 1.0
    assert [pause.ask(Ticket()) for _ in range(10)] == [None] * 10  # and then it is forgotten


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

    def ask(turn: Ticket) -> Refused | None:
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
    assert [pause.ask(Ticket()) for _ in range(16)] == [None] * 16
    for _ in range(11):
        pause.begin(2.0)
    granted = simulate(clock, [(0.0, Caller(number)) for number in range(15)], pause.ask)
    assert times(granted) == pytest.approx([2.0 + 0.4 * number for number in range(15)], abs=0.25)
    assert times(granted)[1] == pytest.approx(2.4)


def test_idle_hours_do_not_count_as_a_slow_server() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    clock.now = 7200.0
    for _ in range(10):
        pause.ask(Ticket())
    for _ in range(5):
        pause.begin(1.0)
    granted = simulate(clock, [(clock.now, Caller(number)) for number in range(3)], pause.ask)
    assert times(granted) == pytest.approx([7201.0, 7201.2, 7201.4])


def test_those_still_waiting_keep_their_order_when_a_second_pause_interrupts_their_release() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock, spacing=1.0)
    pause.begin(10.0)
    turns = [Ticket() for _ in range(4)]
    for turn in turns:
        assert pause.ask(turn) is not None
    clock.now = 10.0
    assert pause.ask(turns[0]) is None
    clock.now = 10.5
    pause.begin(10.0)
    newcomer = Ticket()
    assert pause.ask(newcomer) is not None
    for number, turn in enumerate(turns[1:]):
        refused = pause.ask(turn)
        assert refused is not None
        assert refused.seconds == pytest.approx(10.0 + (0.0, 1.0, 1.6)[number])


def test_those_who_leave_a_pause_make_room_for_the_others() -> None:
    """Cancelled calls and calls that give up must not stand in the line for ever."""
    clock = FakeClock(0.0)
    pause = pause_of(clock, spacing=1.0)
    pause.begin(10.0)
    turns = [Ticket() for _ in range(400)]
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
    newcomer = pause.ask(Ticket())
    assert newcomer is not None
    assert newcomer.seconds == 11.0


def test_a_stalled_event_loop_does_not_let_a_herd_go() -> None:
    clock = FakeClock(0.0)
    pause = pause_of(clock, spacing=1.0)
    pause.begin(10.0)
    turns = [Ticket() for _ in range(10)]
    for turn in turns:
        pause.ask(turn)
    clock.now = 100.0
    assert sum(pause.ask(turn) is None for turn in turns) <= 2


Server = Callable[[float], float | None]
"""What a server says to a request that reaches it at a moment: None, or the seconds it orders."""


def sliding_window(limit: int, seconds: float) -> Server:
    let: deque[float] = deque()

    def answer(now: float) -> float | None:
        while let and let[0] <= now - seconds:
            let.popleft()
        if len(let) < limit:
            let.append(now)
            return None
        return max(1.0, math.ceil(let[0] + seconds - now))

    return answer


def by_chance(every: float, ordered: float = 1.0, seed: int = 3) -> Server:
    """Refuses one request in `every` seconds on average, whatever the rate."""
    chance = random.Random(seed)
    due = [chance.expovariate(1 / every)]

    def answer(now: float) -> float | None:
        if now < due[0]:
            return None
        due[0] = now + chance.expovariate(1 / every)
        return ordered

    return answer


def refuses_until(end: float) -> Server:
    return lambda now: 1.0 if now < end else None


@attrs.frozen
class Course:
    """How a load went: the seconds it took, the 429s it drew, the longest that one request waited."""

    seconds: float
    refused: int
    longest: float


def course(workers: int, requests: int, latency: float, server: Server) -> Course:
    """Sends `requests`, `workers` at a time, `latency` seconds each."""
    clock = FakeClock(0.0)
    pause = Pause(clock=clock, jitter=random.Random(1).random)
    ties = itertools.count()
    events: list[tuple[float, int, str, Ticket, float, float | None]] = []
    left, refused, longest = requests, 0, 0.0

    def plan(moment: float, what: str, turn: Ticket, begun: float, order: float | None = None) -> None:
        heapq.heappush(events, (moment, next(ties), what, turn, begun, order))

    for number in range(min(workers, requests)):
        plan(0.001 * number, "asks", Ticket(), 0.001 * number)
        left -= 1
    while events:
        moment, _, what, turn, begun, order = heapq.heappop(events)
        clock.now = max(clock.now, moment)
        assert clock.now < 3600, "it does not end"
        if what == "asks":
            held = pause.ask(turn)
            plan(clock.now + (latency / 2 if held is None else held.nap), "asks" if held else "arrives", turn, begun)
        elif what == "arrives":
            plan(clock.now + latency / 2, "returns", turn, begun, server(clock.now))
        elif order is not None:
            refused += 1
            pause.begin(order)
            plan(clock.now, "asks", Ticket(), begun)
        else:
            longest = max(longest, clock.now - begun)
            if left:
                left -= 1
                plan(clock.now, "asks", Ticket(), clock.now)
    return Course(clock.now, refused, longest)


@pytest.mark.parametrize("latency", [0.002, 0.02, 0.1])
def test_a_storm_of_429s_costs_a_walk_little_more_than_the_storm(latency: float) -> None:
    """21 pages, everything refused for 2.5 seconds: it used to take 17 seconds, eight of them for one page."""
    seen = course(8, 21, latency, refuses_until(2.5))
    assert seen.seconds < 6
    assert seen.refused < 12


@pytest.mark.parametrize("latency", [0.02, 0.1])
@pytest.mark.parametrize("every", [2.0, 4.0])
def test_429s_by_chance_cost_little_more_than_what_they_order(latency: float, every: float) -> None:
    """Each used to make the next start slower, down to three requests a second: 2,000 requests took half an hour."""
    ideal = 2000 / 12 * latency
    seen = course(12, 2000, latency, by_chance(every))
    assert seen.seconds < ideal + 2.6 * max(1, seen.refused)
    assert seen.refused < 2 * ideal / every + 8
    assert seen.longest < 8


@pytest.mark.parametrize("latency", [0.002, 0.02, 0.1])
@pytest.mark.parametrize(
    ("limit", "seconds", "requests", "rate"),
    [(5, 2.0, 20, 1.7), (5, 2.0, 100, 1.7), (10, 1.0, 41, 5), (10, 1.0, 400, 6)],
)
def test_a_limit_of_the_server_draws_few_429s_beyond_those_of_the_first_burst(
    latency: float, limit: int, seconds: float, requests: int, rate: float
) -> None:
    seen = course(16, requests, latency, sliding_window(limit, seconds))
    assert seen.refused <= 16 + 3 + requests // 40
    assert requests / seen.seconds > rate


def test_a_turn_the_budget_sends_back_is_not_counted_twice_as_let_through() -> None:
    """Otherwise the rate seen would be too high, and the start after the next pause too quick."""
    clock = FakeClock(0.0)
    pause = pause_of(clock)
    turns = [Ticket() for _ in range(4)]
    for turn in turns * 5:
        assert pause.ask(turn) is None
    pause.hold(2.0)
    granted = simulate(clock, [(0.0, Caller(number)) for number in range(3)], pause.ask)
    assert times(granted) == pytest.approx([2.0, 2.5, 2.8])


def test_processes_told_of_the_same_pause_do_not_start_in_the_same_instant() -> None:
    clock = FakeClock(0.0)
    first = []
    for jitter in (0.0, 0.5):
        pause = pause_of(clock, jitter)
        pause.hold(3.0)
        refused = pause.ask(Ticket())
        assert refused is not None
        first.append(refused.seconds)
    assert first == pytest.approx([3.0, 3.36])


def test_twenty_calls_against_five_in_two_seconds_need_few_more_than_twenty_requests() -> None:
    """The case that makes others fail calls: here the pause alone, without a budget, keeps to the server's rate."""
    clock = FakeClock(0.0)
    pause = pause_of(clock, jitter=0.5)
    answered: list[float] = []
    requests = 0

    def send(turn: Ticket) -> Refused | None:
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
