"""Months and weeks as Wethod means them: months begin on the first, weeks on Monday, and a range includes its ends.

    from asyncsdk import dates, filters as F

    may = dates.month(2026, 5)
    rows = await wethod.timesheets.list(date=F.between(may.first, may.last))      # or: date=F.month(2026, 5)

Plans are kept by the month (`date` is its first day) and capacities by the week, so these are what filters and bodies
need. Everything here is pure and knows days only: which day it is in which time zone is the caller's to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import overload

import attrs

from .errors import ArgumentError
from .errors._checks import check_whole_number
from .errors._printable import shown

__all__ = ["DateRange", "month", "month_start", "week", "week_start"]

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)


def _is_day(instance: object, attribute: attrs.Attribute[dt.date], value: dt.date) -> None:
    _day(attribute.name, value)


@attrs.frozen(order=True)
class DateRange:
    """The days from `first` to `last`, both included. Iterating gives them in order; `day in range` and `len` work.

    Raises:
        ArgumentError: `first` comes after `last`, or one of them is not a date.
    """

    first: dt.date = attrs.field(validator=_is_day)
    last: dt.date = attrs.field(validator=_is_day)

    def __attrs_post_init__(self) -> None:
        if self.first > self.last:
            raise ArgumentError("first", f"{self.first} comes after the last day {self.last}; swap them")

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + number * _DAY for number in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and not isinstance(day, dt.datetime) and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"

    def months(self) -> list[dt.date]:
        """The first days of all months the range touches, the first of which may lie before it."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        start = self.first.year * 12 + self.first.month - 1
        return [dt.date(number // 12, number % 12 + 1, 1) for number in range(start, start + count)]

    def weeks(self) -> list[dt.date]:
        """The Mondays of all weeks the range touches, the first of which may lie before it."""
        monday = week_start(self.first)
        return [monday + number * _WEEK for number in range((self.last - monday).days // 7 + 1)]


def month_start(day: dt.date) -> dt.date:
    """The first day of the month of `day`.

    Raises:
        ArgumentError: `day` is a moment and not a date, or neither.

    Example:
        >>> month_start(dt.date(2026, 5, 31))
        datetime.date(2026, 5, 1)
    """
    return _day("day", day).replace(day=1)


def week_start(day: dt.date) -> dt.date:
    """The Monday of the week of `day`.

    Raises:
        ArgumentError: `day` is a moment and not a date, or neither, or its Monday lies before the year 1.

    Example:
        >>> week_start(dt.date(2026, 5, 31))
        datetime.date(2026, 5, 25)
    """
    return _shifted(_day("day", day), -day.weekday())


@overload
def month(year: dt.date, /) -> DateRange: ...
@overload
def month(year: int, month: int) -> DateRange: ...
def month(year: int | dt.date, month: int | None = None) -> DateRange:
    """Gives all days of a month, named by year and month, or by one of its days.

    Raises:
        ArgumentError: no such month, a date beside a month, or a moment.

    Example:
        >>> len(month(2028, 2))
        29
        >>> str(month(dt.date(2028, 2, 29)))
        '2028-02-01..2028-02-29'
    """
    if isinstance(year, dt.date):
        day = _day("year", year)
        if month is not None:
            raise ArgumentError("month", f"is told by the date already; write month({day.year}, {shown(month)})")
        year, month = day.year, day.month
    elif month is None:
        raise ArgumentError("month", f"is missing; write month({shown(year)}, 5), or give a day of the month")
    check_whole_number("year", year, 1, dt.MAXYEAR)
    check_whole_number("month", month, 1, 12)
    first = dt.date(year, month, 1)
    following = first.replace(day=28) + 4 * _DAY if (year, month) != (dt.MAXYEAR, 12) else None
    return DateRange(first, dt.date.max if following is None else following - following.day * _DAY)


def week(day: dt.date) -> DateRange:
    """The week of `day`, from Monday to Sunday.

    Raises:
        ArgumentError: `day` is a moment and not a date, or neither, or the week leaves the calendar.

    Example:
        >>> str(week(dt.date(2026, 5, 31)))
        '2026-05-25..2026-05-31'
    """
    monday = week_start(day)
    return DateRange(monday, _shifted(monday, 6))


def _day(name: str, value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        raise ArgumentError(name, f"{shown(value)} is a moment and this takes a date; write value.date()")
    if not isinstance(value, dt.date):
        raise ArgumentError(name, f"takes a date, not {shown(value)}")
    return value


def _shifted(day: dt.date, days: int) -> dt.date:
    try:
        return day + days * _DAY
    except OverflowError:
        raise ArgumentError("day", f"the week of {day} leaves the calendar (years 1 to 9999)") from None


def __dir__() -> list[str]:
    """Names only what users write, as completion offers it, and nothing that this module imports."""
    return __all__
