"""What recipes draw from: a row's random numbers, days of the time the data covers, ids of rows that exist."""

from __future__ import annotations

import datetime as dt
import random

import attrs

from asyncsdk.sandbox.figures import Sums
from asyncsdk.sandbox.sizes import Sizes
from asyncsdk.sandbox.timeline import Timeline, share, worker_id
from asyncsdk.sandbox.timesheets import Timesheets


@attrs.frozen
class Scene:
    """What all rows of one filling share: the sizes of all lists, when projects run, what they cost, who logs.

    `workdays` are those people are planned for; the first `behind` of them are past or today.
    """

    sizes: Sizes
    timeline: Timeline
    ledger: Sums
    sheets: Timesheets
    workdays: list[dt.date]
    behind: int

    @property
    def today(self) -> dt.date:
        """The day the data end."""
        return self.timeline.period.today


def scene(timeline: Timeline) -> Scene:
    """Returns the scene of a timeline."""
    sizes = timeline.sizes
    ledger = Sums(sizes.seed, sizes.planned, sizes.counts["budgets"])
    sheets = Timesheets(timeline)
    days = (sizes.counts["people_allocations"] - 1) // sheets.workers + 1
    behind = min((days + 1) // 2, 60)
    back, ahead = timeline.period.workdays_back(behind), timeline.period.workdays_ahead(days - behind)
    return Scene(sizes, timeline, ledger, sheets, [*reversed(back), *ahead], behind)


@attrs.frozen
class Draw:
    """One row being drawn: its id, the table's random numbers, and the scene it is drawn in."""

    id: int
    random: random.Random
    scene: Scene

    @property
    def sizes(self) -> Sizes:
        """The sizes of all lists."""
        return self.scene.sizes

    @property
    def seed(self) -> int:
        """The seed of all rows."""
        return self.scene.sizes.seed

    def ref(self, table: str) -> int:
        """Returns the id of a row that exists and is not deleted."""
        last = self.sizes.planned if table == "projects" else self.sizes.counts[table]
        id = self.random.randint(1, last)
        return id - 1 if self.sizes.deleted(table, id) else id

    def worker(self) -> int:
        """Returns the id of a person who still works here."""
        return worker_id(self.random.randrange(self.scene.sheets.workers))

    def project(self, table: str) -> tuple[int, int, int]:
        """Returns the project of this row of a table, the row's place among the project's rows, and their number."""
        return share(self.id, self.sizes.counts[table], self.sizes.planned)

    def budget(self, project: int) -> int:
        """Returns the id of a project's first budget, of the nearest project's where it has none."""
        return -(-(project - 1) * self.sizes.counts["budgets"] // self.sizes.planned) + 1

    def within(self, project: int, part: float) -> dt.date:
        """Returns a day of a project, `part` of its time after its start."""
        timeline = self.scene.timeline
        first, last = timeline.first_day(project), timeline.last_day(project)
        return first + dt.timedelta(days=int((last - first).days * part))

    def stamp(self, day: dt.date, seconds: int) -> int:
        """Returns a moment of a day, the youngest there is where that has not come; `seconds` may go beyond the day."""
        midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
        return min(int(midnight.timestamp()) + seconds, self.scene.timeline.period.last_stamp)

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
        """Returns a working day of the last `days` days."""
        day = self.scene.today - dt.timedelta(days=self.random.randrange(days))
        return day - dt.timedelta(days=max(0, day.weekday() - 4))

    def month(self, number: int) -> str:
        """Returns the first day of a month of the period."""
        return self.scene.timeline.period.month(number)

    def money(self, low: int, high: int) -> int:
        """Returns a round amount."""
        return self.random.randrange(low, high, 50)
