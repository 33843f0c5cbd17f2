"""What recipes draw from: a row's random numbers, days of the years the data covers, ids of rows that exist."""

from __future__ import annotations

import datetime as dt
import random

import attrs

from asyncsdk.sandbox.plans import FIRST_YEAR
from asyncsdk.sandbox.sizes import Sizes

START = dt.date(FIRST_YEAR, 1, 2)  # a Monday


@attrs.frozen
class Draw:
    """One row being drawn: its id, the table's random numbers and the sizes of all lists."""

    id: int
    random: random.Random
    sizes: Sizes

    def ref(self, table: str) -> int:
        """Returns the id of a row that exists and is not deleted."""
        last = self.sizes.planned if table == "projects" else self.sizes.counts[table]
        id = self.random.randint(1, last)
        return id - 1 if self.sizes.deleted(table, id) else id

    def pick(self, choices: tuple[str, ...] | list[str]) -> str:
        """Returns one of the words."""
        return self.random.choice(choices)

    def turn(self, choices: tuple[str, ...] | list[str]) -> str:
        """Returns the words one after the other, row by row."""
        return choices[(self.id - 1) % len(choices)]

    def chance(self, part: float) -> bool:
        """Whether something is so, for this part of the rows."""
        return self.random.random() < part

    def day(self, days: int = 1000) -> dt.date:
        """Returns a working day of the years the data covers."""
        day = START + dt.timedelta(days=self.random.randrange(days))
        return day - dt.timedelta(days=max(0, day.weekday() - 4))

    def monday(self) -> dt.date:
        """Returns a Monday."""
        return START + dt.timedelta(weeks=self.random.randrange(145))

    def money(self, low: int, high: int) -> int:
        """Returns a round amount."""
        return self.random.randrange(low, high, 50)


def month(number: int) -> str:
    """Returns the first day of a month counted from January of the first year."""
    return f"{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}-01"
