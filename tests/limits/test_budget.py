"""The local budget: no window holds more than its limit, no grant is wasted, nobody overtakes. Time is simulated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from asyncsdk._limits import LocalBudget, Quota, Refused, Ticket, Unlimited
from tests.limits.callers import Caller, FakeClock, at_once, simulate, times


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
        assert at_once(budget.take(Ticket())) is None
    clock.now = 200.0
    told = [at_once(budget.take(Ticket())) for _ in range(200)]
    seconds = [refused.seconds for refused in told if refused is not None]
    assert seconds[:100] == [3400.0 + number for number in range(100)]
    assert seconds[100:] == [7000.0 + number for number in range(100)]


def test_a_newcomer_does_not_take_what_a_waiter_waited_for() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 1, 10.0)
    waiter, newcomer = Ticket(), Ticket()
    assert at_once(budget.take(Ticket())) is None
    refused = at_once(budget.take(waiter))
    assert refused == Refused(10.0, "budget", 10.0)
    clock.now = 10.0
    assert at_once(budget.take(newcomer)) is not None
    assert at_once(budget.take(waiter)) is None


def test_a_waiter_who_never_returns_blocks_the_others_only_for_the_grace() -> None:
    clock = FakeClock(0.0)
    budget = LocalBudget(1, 10.0, grace=1.0, clock=clock)
    assert at_once(budget.take(Ticket())) is None
    assert at_once(budget.take(Ticket())) is not None  # its holder was cancelled without giving it back
    clock.now = 11.5
    assert at_once(budget.take(Ticket())) is None


def test_a_late_waiter_keeps_his_place_before_those_who_came_after_him() -> None:
    """He was due, but had to wait for a slot for longer than the grace."""
    clock = FakeClock(0.0)
    budget = LocalBudget(1, 10.0, grace=1.0, clock=clock)
    first, second = Ticket(), Ticket()
    for turn in (Ticket(), first, second):
        at_once(budget.take(turn))
    clock.now = 15.0
    at_once(budget.take(Ticket()))  # finds the late one and drops him; is granted or not
    clock.now = 40.0
    assert at_once(budget.take(first)) is None


def test_a_grant_given_back_is_exactly_undone() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 3, 60.0)
    turns = [Ticket() for _ in range(3)]
    for second, turn in enumerate(turns):
        clock.now = float(second)
        assert at_once(budget.take(turn)) is None
    budget.give_back(turns[1])
    budget.give_back(turns[1])  # once is enough
    assert at_once(budget.take(Ticket())) is None
    refused = at_once(budget.take(Ticket()))
    assert refused is not None
    assert refused.seconds == 58.0  # the grant of second 0 is still there


def test_bulk_waits_behind_everyone_else() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 10, 60.0, reserve=0.2)
    for _ in range(8):
        assert at_once(budget.take(Ticket(bulk=True))) is None
    bulk = Ticket(bulk=True)
    assert at_once(budget.take(bulk)) is not None
    for _ in range(2):
        assert at_once(budget.take(Ticket())) is None
    assert at_once(budget.take(Ticket())) is not None
    clock.now = 60.0
    assert at_once(budget.take(bulk)) is None  # eight grants are free again; one is waited for, two are reserved


def test_requests_sent_without_asking_are_charged() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 3, 60.0)
    assert at_once(budget.take(Ticket())) is None
    budget.extra(2)
    assert budget.quota().remaining == 0
    assert at_once(budget.take(Ticket())) is not None


def test_what_was_spent_before_counts() -> None:
    clock = FakeClock(100.0)
    budget = LocalBudget(3, 60.0, spent=[30.0, 50.0, 90.0], clock=clock)
    assert budget.quota().remaining == 1


def test_quota_tells_what_is_left_and_when_it_is_full_again() -> None:
    clock = FakeClock(0.0)
    budget = budget_of(clock, 5, 3600.0)
    assert budget.quota() == Quota(5, 5, None)
    at_once(budget.take(Ticket()))
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
    turn = Ticket()
    assert await budget.take(turn) is None
    budget.give_back(turn)
    budget.extra()
    await budget.announce(5.0)
    assert await budget.refresh() == budget.quota() == Quota(None, None, None)
    await budget.aclose()
