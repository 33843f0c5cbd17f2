"""When each project runs, and who works on what on a given day: what plans, hours and allocations agree on."""

from __future__ import annotations

import datetime as dt
import functools
from bisect import bisect_right
from itertools import accumulate

from asyncsdk.sandbox.period import NOW, Period
from asyncsdk.sandbox.sizes import AHEAD, PROJECTS, STREAMS, Sizes


class Timeline:
    """The projects of one size and seed, laid over a period. Projects count from 1, as their ids do."""

    def __init__(self, sizes: Sizes, period: Period) -> None:
        self.sizes: Sizes = sizes
        self.period: Period = period
        span, planned, shapes = sizes.span, sizes.planned, sizes.pattern.projects
        starts = [NOW - span + n * (span + AHEAD) // planned + shapes[n % PROJECTS].late for n in range(planned)]
        self._months = [(start, start + shapes[n % PROJECTS].duration) for n, start in enumerate(starts)]
        self._active: dict[int, list[int]] = {}
        self._schedules: dict[int, list[tuple[dt.date, int]]] = {}

    def start(self, project: int) -> int:
        """Returns the number of the month a project starts in: the later its id, the later."""
        return self._months[project - 1][0]

    def over(self, project: int) -> int:
        """Returns the number of the first month after a project."""
        return self._months[project - 1][1]

    def first_day(self, project: int) -> dt.date:
        """Returns a project's first day."""
        return dt.date.fromisoformat(self.period.month(self.start(project)))

    def last_day(self, project: int) -> dt.date:
        """Returns a project's last day."""
        return dt.date.fromisoformat(self.period.month(self.over(project))) - dt.timedelta(days=1)

    def active(self, month: int) -> list[int]:
        """Returns the projects that run in a month; in one without any, the project that is nearest to it."""
        every = range(1, self.sizes.planned + 1)
        return self._running(month) or [min(every, key=lambda project: abs(self.start(project) - month))]

    def _running(self, month: int) -> list[int]:
        found = self._active.get(month)
        if found is None:
            every = range(1, self.sizes.planned + 1)
            found = self._active[month] = [n for n in every if self.start(n) <= month < self.over(n)]
        return found

    def project(self, worker: int, day: dt.date, back: int, entry: int = 0) -> int:
        """Returns the project a worker is on, on a working day `back` days ago: the same for two weeks."""
        running = self.active(self.period.number(day))
        return running[(worker * 7 + entry + back // 10) % len(running)]

    def stream(self, project: int, place: int) -> int:
        """Returns the id of a project's stream; the first is at place 0."""
        return ((project - 1) * 5 + place * 7 + self.sizes.seed % STREAMS) % STREAMS + 1

    def week(self, number: int, count: int) -> tuple[int, dt.date, int]:
        """Returns one of `count` weeks of work, the earliest first: the project, its Monday, weeks between two.

        They are spread evenly over each project's weeks that are past.
        """
        if count not in self._schedules:
            self._schedules[count] = self._schedule(count)
        day, project = self._schedules[count][number - 1]
        return project, day, max(self._weeks[-1] // count, 1)

    @functools.cached_property
    def _weeks(self) -> list[int]:
        return list(accumulate(len(self._mondays(project)) for project in range(1, self.sizes.planned + 1)))

    def _schedule(self, count: int) -> list[tuple[dt.date, int]]:
        total, found = self._weeks[-1], list[tuple[dt.date, int]]()
        if not total:  # no project has had a Monday yet
            return [(self.period.today - dt.timedelta(days=self.period.today.weekday()), 1)] * count
        mondays: dict[int, list[dt.date]] = {}
        for number in range(count):
            place = number * total // count
            project = bisect_right(self._weeks, place) + 1
            if project not in mondays:
                mondays[project] = self._mondays(project)
            before = self._weeks[project - 2] if project > 1 else 0
            found.append((mondays[project][place - before], project))
        return sorted(found)

    def _mondays(self, project: int) -> list[dt.date]:
        first, last = self.first_day(project), min(self.last_day(project), self.period.today)
        monday = first + dt.timedelta(days=-first.weekday() % 7)
        return [monday + dt.timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]


def share(id: int, count: int, planned: int) -> tuple[int, int, int]:
    """Returns the project that a row of a list belongs to, its place among the project's rows, and their number."""
    project = (id - 1) * planned // count
    first = -(-project * count // planned)
    return project + 1, id - 1 - first, -(-(project + 1) * count // planned) - first


def worker_id(worker: int) -> int:
    """Returns the person of a worker; workers count from 0, and every thirteenth person works here no more."""
    return worker + 1 + (worker + 1) // 12


def works_here(person: int) -> bool:
    """Whether a person still works here."""
    return person % 13 != 12
