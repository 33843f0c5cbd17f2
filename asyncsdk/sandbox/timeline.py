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
        self.sizes, self.period = sizes, period
        span, planned, shapes = sizes.span, sizes.planned, sizes.pattern.projects
        starts = [NOW - span + n * (span + AHEAD) // planned + shapes[n % PROJECTS].late for n in range(planned)]
        self._months = [(start, start + shapes[n % PROJECTS].duration) for n, start in enumerate(starts)]
        self._active: dict[int, list[int]] = {}
        self._mondays: dict[int, list[dt.date]] = {}

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

    @functools.cached_property
    def begun(self) -> int:
        """The number of projects, from the first on, that have all begun; at least one."""
        every = range(1, self.sizes.planned + 1)
        return max(next((project - 1 for project in every if self.start(project) > NOW), self.sizes.planned), 1)

    def active(self, month: int) -> list[int]:
        """Returns the projects that run in a month; in one without any, the project that is nearest to it."""
        found = self._active.get(month)
        if found is None:
            every = range(1, self.sizes.planned + 1)
            found = [project for project in every if self.start(project) <= month < self.over(project)]
            if not found:
                found = [min(every, key=lambda project: abs(self.start(project) - month))]
            self._active[month] = found
        return found

    def project(self, worker: int, day: dt.date, back: int, entry: int = 0) -> int:
        """Returns the project a worker is on, on a working day `back` days ago: the same for two weeks."""
        running = self.active(self.period.number(day))
        return running[(worker * 7 + entry + back // 10) % len(running)]

    def stream(self, project: int, place: int) -> int:
        """Returns the id of a project's stream; the first is at place 0."""
        return ((project - 1) * 5 + place * 7 + self.sizes.seed % STREAMS) % STREAMS + 1

    def week(self, number: int, count: int) -> tuple[int, dt.date, int]:
        """Returns one of `count` weeks of work, spread over all that are past: project, Monday, weeks between two."""
        total = self._weeks[-1] or 1
        place = (number - 1) * total // count
        project = min(bisect_right(self._weeks, place), len(self._weeks) - 1) + 1
        before = self._weeks[project - 2] if project > 1 else 0
        if project not in self._mondays:
            self._mondays[project] = self._worked(project)
        mondays = self._mondays[project] or [self.period.today - dt.timedelta(days=self.period.today.weekday())]
        return project, mondays[min(place - before, len(mondays) - 1)], max(total // count, 1)

    @functools.cached_property
    def _weeks(self) -> list[int]:
        return list(accumulate(len(self._worked(project)) for project in range(1, self.sizes.planned + 1)))

    def _worked(self, project: int) -> list[dt.date]:
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
