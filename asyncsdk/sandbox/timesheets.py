"""Timesheets: people who log their days, 0.5 to 8 hours each, on projects that run; written by SQLite alone.

A pattern of days is repeated over people and working days, back from today, so the person, the day, the project and
the hours of the n-th row follow from n alone: other lists tell of the same hours without reading them.
"""

# ruff: noqa: S608  # names in SQL are the contract's own; what callers send is always bound
from __future__ import annotations

import datetime as dt
import random
import sqlite3

import attrs

from asyncsdk.sandbox.timeline import Timeline, worker_id
from asyncsdk.sandbox.words import NOTES

_DAYS = 97  # people's days in the pattern; a prime, so that it falls otherwise on every week and person
_MORNING, _SPAN = 15 * 3600, 3 * 3600  # when people write their hours down, in seconds of the day


@attrs.frozen
class Sheet:
    """One timesheet: who worked when, on what and how long, and when it was written down (seconds since 1970)."""

    person: int
    day: dt.date
    project: int
    hours: float
    stamp: int


class Timesheets:
    """All timesheets of one size, seed and day. Rows count from 1, as their ids do."""

    def __init__(self, timeline: Timeline) -> None:
        sizes = timeline.sizes
        self._timeline = timeline
        self.count: int = sizes.counts["timesheets"]
        self.workers: int = sizes.counts["persons"] - (sizes.counts["persons"] + 1) // 13
        most = 3
        while True:
            self._entries = _pattern(sizes.seed, most)
            cycle, entry = divmod(self.count - 1, len(self._entries))
            self._days = cycle * _DAYS + self._entries[entry][0] + 1
            self.workdays: list[dt.date] = timeline.period.workdays_back((self._days - 1) // self.workers + 1)
            months = {timeline.period.number(day) for day in self.workdays}
            # Somebody who logs more projects than there are would log one of them twice.
            running = min(len(timeline.active(month)) for month in months)
            if running >= most:
                return
            most = running

    def row(self, id: int) -> Sheet:
        """Returns the timesheet of an id."""
        cycle, number = divmod(id - 1, len(self._entries))
        day_of_person, entry, hours = self._entries[number]
        back, worker = divmod(self._days - 1 - cycle * _DAYS - day_of_person, self.workers)
        day = self.workdays[back]
        project = self._timeline.project(worker, day, back, entry)
        return Sheet(worker_id(worker), day, project, hours, self._stamp(day, worker, entry))

    def fill(self, connection: sqlite3.Connection) -> None:
        """Writes the rows."""
        self._tables(connection)
        length, last = len(self._entries), self._timeline.period.last_stamp
        seed = self._timeline.sizes.seed
        noise = f"((id + {seed * 7919 % 65536}) * 2654435761 >> 13 & 1048575)"
        written = f"min(midnight + {_MORNING} + ({self.workers} - worker) * {_SPAN} / {self.workers} + entry, {last})"
        changed = f"min({written} + {noise} % 864000, {last})"
        connection.execute(
            f"""
            INSERT INTO timesheets
            (id, created_at, updated_at, date, hours, notes, mode, project_id, person_id, deleted_at)
            WITH RECURSIVE cycle(n) AS (
                SELECT 0 UNION ALL SELECT n + 1 FROM cycle WHERE n < {(self.count - 1) // length}),
            entries AS (
                SELECT cycle.n * {length} + slot.number + 1 AS id, slot.entry, slot.hours,
                       ({self._days - 1} - cycle.n * {_DAYS} - slot.day) / {self.workers} AS back,
                       ({self._days - 1} - cycle.n * {_DAYS} - slot.day) % {self.workers} AS worker
                FROM cycle CROSS JOIN slot WHERE cycle.n * {length} + slot.number < {self.count}),
            dated AS (
                SELECT id, entry, hours, worker, day, midnight, month,
                       (worker * 7 + entry + back / 10) % running AS place, id % 23 = 11 AS gone
                FROM entries CROSS JOIN workday ON workday.number = entries.back)
            SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', {written}, 'unixepoch'),
                   strftime('%Y-%m-%dT%H:%M:%fZ', iif(gone OR {noise} % 4 = 0, {changed}, {written}), 'unixepoch'),
                   day, hours, note.text, iif(worker % 3 = 0, 'weekly', 'daily'), project,
                   worker + 1 + (worker + 1) / 12,
                   iif(gone, strftime('%Y-%m-%dT%H:%M:%fZ', {changed}, 'unixepoch'), NULL)
            FROM dated CROSS JOIN running ON running.month = dated.month AND running.place = dated.place
            LEFT JOIN note ON note.number = {noise} % 35
            """
        )
        for name in ("slot", "workday", "running", "note"):
            connection.execute(f"DROP TABLE temp.{name}")

    def _tables(self, connection: sqlite3.Connection) -> None:
        timeline = self._timeline
        connection.execute("CREATE TEMP TABLE slot (number INTEGER PRIMARY KEY, day INT, entry INT, hours)")
        connection.executemany(
            "INSERT INTO slot VALUES (?, ?, ?, ?)", [(n, *entry) for n, entry in enumerate(self._entries)]
        )
        connection.execute(
            "CREATE TEMP TABLE workday (number INTEGER PRIMARY KEY, day TEXT, midnight INT, month INT, running INT)"
        )
        months = [timeline.period.number(day) for day in self.workdays]
        connection.executemany(
            "INSERT INTO workday VALUES (?, ?, ?, ?, ?)",
            [
                (number, day.isoformat(), _midnight(day), month, len(timeline.active(month)))
                for number, (day, month) in enumerate(zip(self.workdays, months, strict=True))
            ],
        )
        connection.execute(
            "CREATE TEMP TABLE running (month INT, place INT, project INT, PRIMARY KEY (month, place)) WITHOUT ROWID"
        )
        for month in set(months):
            connection.executemany(
                "INSERT INTO running VALUES (?, ?, ?)",
                [(month, place, project) for place, project in enumerate(timeline.active(month))],
            )
        connection.execute("CREATE TEMP TABLE note (number INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO note VALUES (?, ?)", list(enumerate(NOTES)))

    def _stamp(self, day: dt.date, worker: int, entry: int) -> int:
        written = _midnight(day) + _MORNING + (self.workers - worker) * _SPAN // self.workers + entry
        return min(written, self._timeline.period.last_stamp)


def _midnight(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


def _pattern(seed: int, most: int) -> list[tuple[int, int, float]]:
    """Returns (person's day, entry of the day, hours) of the pattern; at most `most` entries a day, some days none."""
    draw = random.Random(f"{seed} timesheets")
    found: list[tuple[int, int, float]] = []
    for day in range(_DAYS):
        if day and draw.random() < 0.08:
            continue
        halves = draw.choice((16, 16, 16, 16, 16, 16, 15, 14, 12, 8, 8, 4, 1))
        entries = min(draw.choice((1, 1, 2, 2, 3)), most, halves)
        cuts = sorted(draw.sample(range(1, halves), entries - 1)) if entries > 1 else []
        parts = [end - start for start, end in zip([0, *cuts], [*cuts, halves], strict=True)]
        found.extend((day, entry, part / 2) for entry, part in enumerate(parts))
    return found
