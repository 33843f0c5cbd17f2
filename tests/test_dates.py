"""Months, weeks and the filters made of them."""

from __future__ import annotations

import calendar
import datetime as dt
import doctest
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk import ArgumentError, dates
from asyncsdk import filters as F  # noqa: N812  # the name the documentation gives it

days = st.dates(dt.date(1, 1, 8), dt.date(9999, 12, 24))


@given(days)
def test_a_week_is_seven_days_from_monday_and_holds_its_day(day: dt.date) -> None:
    week = dates.week(day)
    assert week.first == dates.week_start(day)
    assert week.first.weekday() == 0
    assert len(week) == len(list(week)) == 7
    assert day in week
    assert week.weeks() == [week.first]


@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_has_as_many_days_as_the_calendar_says(year: int, number: int) -> None:
    month = dates.month(year, number)
    assert month.first == dt.date(year, number, 1) == dates.month_start(month.last)
    assert len(month) == calendar.monthrange(year, number)[1]
    assert month.months() == [month.first]


@given(days, st.integers(0, 800))
def test_months_and_weeks_of_a_range_are_those_its_days_are_in(first: dt.date, more: int) -> None:
    last = min(first + dt.timedelta(days=more), dt.date(9999, 12, 24)) if first.year < 9998 else first
    span = dates.DateRange(first, last)
    assert span.months() == sorted({dates.month_start(day) for day in span})
    assert span.weeks() == sorted({dates.week_start(day) for day in span})


def test_a_range_knows_its_days() -> None:
    may = dates.month(2026, 5)
    assert dt.date(2026, 5, 31) in may
    assert dt.date(2026, 6, 1) not in may
    assert dt.datetime(2026, 5, 3, tzinfo=dt.UTC) not in may, "a moment is no day"
    assert str(may) == "2026-05-01..2026-05-31"
    assert dates.month(9999, 12).last == dt.date.max


def test_filters_of_a_month_and_a_week_include_both_ends() -> None:
    assert F.encode_date("date", F.month(2026, 2)) == "bt:2026-02-01,2026-02-28"
    assert F.encode_date("date", F.week(dt.date(2026, 5, 31))) == "bt:2026-05-25,2026-05-31"


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (0, 1), (10_000, 1), (2026, True), (2026, 5.0)])
def test_a_month_that_is_none_is_refused(year: int, month: int) -> None:
    with pytest.raises(ArgumentError, match="whole number"):
        F.month(year, month)


def test_moments_are_refused_because_their_day_depends_on_the_time_zone() -> None:
    moment = dt.datetime(2026, 5, 3, 23, 30, tzinfo=dt.UTC)
    for function in (dates.month_start, dates.week_start, dates.week):
        with pytest.raises(ArgumentError, match=r"value\.date\(\)"):
            function(moment)
    with pytest.raises(ArgumentError, match="takes a date"):
        dates.week(cast("dt.date", "2026-05-03"))


def test_a_range_backwards_and_a_week_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(ArgumentError, match="swap"):
        dates.DateRange(dt.date(2026, 5, 2), dt.date(2026, 5, 1))
    with pytest.raises(ArgumentError, match="calendar"):
        dates.week(dt.date.max)


def test_the_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(dates).failed == 0


def test_a_month_is_told_by_one_of_its_days() -> None:
    """As a week is: `F.month(today)` is what people write first."""
    day = dt.date(2028, 2, 29)
    assert dates.month(day) == dates.month(2028, 2)
    assert F.month(day) == F.month(2028, 2)
    with pytest.raises(ArgumentError, match=r"told by the date already; write month\(2028, 5\)"):
        F.month(day, 5)  # type: ignore[call-overload]  # what is refused
    with pytest.raises(ArgumentError, match=r"is missing; write month\(2028, 5\)"):
        F.month(2028)  # type: ignore[call-overload]  # what is refused
    with pytest.raises(ArgumentError, match=r"write value\.date\(\)"):
        F.month(dt.datetime(2028, 2, 29, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-02-30", "is no date of the calendar"),
        ("2026-05-01T00:00:00Z", "is a moment and this takes a date; write '2026-05-01'"),
        ("tomorrow", "is no date; write it as '2026-05-31'"),
    ],
)
def test_what_is_wrong_with_a_date_is_said(text: str, said: str) -> None:
    """A day that does not exist is spelled well: the message says what is wrong with it."""
    with pytest.raises(ArgumentError, match=said):
        F.as_date("date", text)
