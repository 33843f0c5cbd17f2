"""When a list that is followed can be proved, and when it has to be read whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from asyncsdk._limits.clock import Clock, running_on
from asyncsdk._lists.changes import SearchEnd
from asyncsdk._lists.trust import OVERLAP, Reliability, Trust


@attrs.define
class Time:
    """A clock that moves when told."""

    seconds: float = 1000.0

    def pass_by(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()


@pytest.fixture
def time() -> Iterator[Time]:
    now = Time()
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    clock = Clock(
        monotonic=lambda: now.seconds,
        utc_now=lambda: moment + timedelta(seconds=now.seconds),
        chance=lambda: 0.5,
    )
    with running_on(clock):
        yield now


@pytest.fixture
def trust(time: Time) -> Trust:
    return Trust(Reliability())


def due(trust: Trust) -> bool:
    return trust.reliability.due


def must_read(trust: Trust) -> bool:
    return trust.must_read_whole


def ordered(trust: Trust) -> bool:
    return trust.ordered


def test_rows_that_are_not_held_are_waited_for_as_long_as_a_round_may_bring_them(trust: Trust, time: Time) -> None:
    for _ in range(2):
        trust.concluded(SearchEnd.UNPROVED, late=False)
        assert not must_read(trust)
        time.pass_by(OVERLAP)
    time.pass_by(timedelta(seconds=1))
    trust.concluded(SearchEnd.PROVED, late=True)
    assert must_read(trust)


def test_a_proof_ends_the_waiting(trust: Trust, time: Time) -> None:
    trust.concluded(SearchEnd.UNPROVED, late=False)
    time.pass_by(2 * OVERLAP)
    trust.concluded(SearchEnd.PROVED, late=False)
    trust.concluded(SearchEnd.UNPROVED, late=False)
    assert not must_read(trust)


def test_the_third_order_that_only_seemed_one_is_the_last(trust: Trust) -> None:
    for number in range(3):
        assert ordered(trust), number
        trust.concluded(SearchEnd.ORDER, late=False)
        assert due(trust)
        assert not ordered(trust)
        trust.read_whole(10, 100, 0, rising=True)
    assert not ordered(trust)


def test_whole_readings_take_a_thousand_requests_an_hour(trust: Trust, time: Time) -> None:
    trust.concluded(SearchEnd.TOO_MANY, late=False)
    trust.read_whole(1000, 100_000, 25, rising=True)
    assert not due(trust)
    trust.concluded(SearchEnd.TOO_MANY, late=False)
    assert due(trust)
    assert not must_read(trust)
    time.pass_by(timedelta(hours=1))
    assert must_read(trust)


def test_a_fifth_of_a_list_is_gone_when_two_readings_say_so(trust: Trust) -> None:
    assert trust.read_whole(10, 1000, 200, rising=True)
    assert not trust.read_whole(10, 1000, 201, rising=True)
    assert due(trust)
    assert trust.read_whole(10, 1000, 300, rising=True)
    assert not due(trust)
    assert trust.read_whole(10, 50, 20, rising=True), "of few rows many may go"


def test_a_count_is_believed_the_second_time(trust: Trust) -> None:
    trust.counted(equal=False)
    assert not due(trust)
    trust.counted(equal=False)
    assert due(trust)
    trust.counted(equal=True)
    trust.counted(equal=False)
    assert not due(trust)
