"""The time the first rows cover: three years up to a day, which is today where nobody says otherwise.

Everything here follows from that day alone, so the same seed and the same day give the same rows at any hour.
"""

from __future__ import annotations

import datetime as dt

import attrs

from asyncsdk.sandbox.words import HOLIDAYS

NOW = 36  # the number of the month that holds today, counted from the first month
_FREE = frozenset((month, day) for _, day, month in HOLIDAYS)


@attrs.frozen
class Period:
    """The months and working days up to `today`. Months are numbered from the first one, three years back."""

    today: dt.date

    @property
    def last_stamp(self) -> int:
        """The moment of the youngest row, in seconds since 1970: the evening before, so it has always passed."""
        midnight = dt.datetime(self.today.year, self.today.month, self.today.day, tzinfo=dt.UTC)
        return int(midnight.timestamp()) - 60

    def first_stamp(self, span: int) -> int:
        """Returns the moment of the oldest row where projects began to start `span` months ago."""
        day = dt.date.fromisoformat(self.month(NOW - span - 1))
        return int(dt.datetime(day.year, day.month, day.day, 8, tzinfo=dt.UTC).timestamp())

    def month(self, number: int) -> str:
        """Returns the first day of a month."""
        count = self.today.year * 12 + self.today.month - 1 - NOW + number
        return f"{count // 12:04d}-{count % 12 + 1:02d}-01"

    def number(self, day: dt.date) -> int:
        """Returns the number of the month that holds a day."""
        return (day.year - self.today.year) * 12 + day.month - self.today.month + NOW

    def workdays_back(self, count: int) -> list[dt.date]:
        """Returns `count` working days from today or the last one before it, the latest first."""
        return _workdays(self.today, count, -1)

    def workdays_ahead(self, count: int) -> list[dt.date]:
        """Returns the `count` working days after today, the nearest first."""
        return _workdays(self.today + dt.timedelta(days=1), count, 1)


def _workdays(start: dt.date, count: int, step: int) -> list[dt.date]:
    found: list[dt.date] = []
    day = start
    while len(found) < count:
        if day.weekday() < 5 and (day.month, day.day) not in _FREE:
            found.append(day)
        day += dt.timedelta(days=step)
    return found
