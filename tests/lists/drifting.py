"""Lists that change between one page and the next, and walks through them, drawn from a seed."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

import attrs

from asyncsdk._lists.bookmarks import read, source_of
from asyncsdk._lists.identity import identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.report import Report
from asyncsdk._lists.sweeping import moment_before
from asyncsdk._lists.window import PlannedPage

Order = Literal["id", "created falling", "updated", "updated falling", "name"]


@attrs.frozen
class Row:
    id: int
    updated_at: datetime
    name: int


IDENTITY = identity_of(Row)

SOURCE = source_of("/api/rows")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@attrs.frozen
class Drift:
    """How the list changes: `rate` changes an event, by kind; `ties` of them share one `updated_at`, to the second."""

    order: Order = "id"
    rows: int = 4000
    rate: float = 1.0
    kinds: tuple[str, ...] = ("insert", "update", "delete")
    ties: int = 1
    bulk: float = 0.0  # chance an event of 300 deletes at once, half of them around the frontier


class World:
    """The list: rows in the order of their keys, and what was there during the whole walk."""

    def __init__(self, drift: Drift, rng: random.Random) -> None:
        self.drift = drift
        self.rng = rng
        self.now = 0  # changes so far
        self.rows: dict[int, Row] = {}
        self.keys: list[tuple[float, int]] = []
        for id in range(1, drift.rows + 1):
            self._put(Row(id, NOON - timedelta(seconds=60 + rng.randrange(1 + drift.rows)), rng.randrange(10**6)))
        self.next_id = drift.rows + 1
        self.last_delivered = 0

    def _key(self, row: Row) -> tuple[float, int]:
        match self.drift.order:
            case "id":
                return (row.id, row.id)
            case "created falling":
                return (-row.id, row.id)
            case "updated":
                return (row.updated_at.timestamp(), row.id)
            case "updated falling":
                return (-row.updated_at.timestamp(), row.id)
            case "name":
                return (row.name, row.id)

    def _put(self, row: Row) -> None:
        self.rows[row.id] = row
        insort(self.keys, self._key(row))

    def _drop(self, id: int) -> None:
        key = self._key(self.rows.pop(id))
        del self.keys[bisect_left(self.keys, key)]

    def clock(self) -> datetime:
        """To the second, as `updated_at` and `Date` are."""
        return NOON + timedelta(seconds=self.now // self.drift.ties)

    def _victim(self) -> int:
        if self.rng.random() < 0.3 and self.last_delivered in self.rows:
            around = bisect_left(self.keys, self._key(self.rows[self.last_delivered])) + self.rng.randrange(-3, 4)
            return self.keys[min(max(around, 0), len(self.keys) - 1)][1]
        return self.rng.choice(self.keys)[1]

    def change(self) -> None:
        """One change, or none if there is nothing to change."""
        self.now += 1
        kind = self.rng.choice(self.drift.kinds)
        if kind == "insert":
            self._put(Row(self.next_id, self.clock(), self.rng.randrange(10**6)))
            self.next_id += 1
        elif self.keys and kind == "update":
            id = self._victim()
            self._drop(id)
            self._put(Row(id, self.clock(), self.rng.randrange(10**6)))
        elif self.keys:
            self._drop(self._victim())

    def delete_many(self) -> None:
        """300 rows at once: those around the one delivered last, or anywhere."""
        self.now += 1
        at = self.rng.randrange(max(1, len(self.keys)))
        if self.rng.random() < 0.5 and self.last_delivered in self.rows:
            at = max(0, bisect_left(self.keys, self._key(self.rows[self.last_delivered])) - self.rng.randrange(300))
        for _, id in self.keys[at : at + 300]:
            self._drop(id)

    def event(self) -> None:
        """What happens between two answers."""
        rate = self.drift.rate
        for _ in range(int(rate) + (self.rng.random() < rate % 1)):
            self.change()
        if self.rng.random() < self.drift.bulk:
            self.delete_many()

    def page(self, ask: PlannedPage[Row], since: datetime | None = None) -> tuple[list[Row], str]:
        """The rows as they stand now, and the `Date` header."""
        date = format_datetime(self.clock(), usegmt=True)
        if since is None:
            return [self.rows[id] for _, id in self.keys[ask.offset : ask.offset + ask.limit]], date
        changed = [self.rows[id] for _, id in self.keys if self.rows[id].updated_at >= since]
        return changed[ask.offset : ask.offset + ask.limit], date


@attrs.define
class Outcome:
    delivered: list[int]
    lost: set[int]
    report: Report
    rows_at_start: int

    @property
    def doubles(self) -> int:
        return len(self.delivered) - len(set(self.delivered))


def run(
    world: World,
    plan: Plan[Row],
    concurrency: int,
    out: list[Row],
    always: set[int],
    since: datetime | None = None,
    stop_after: int | None = None,
    ready: random.Random | None = None,
) -> str | None:
    """Drive a plan to its end, or to the bookmark after `stop_after` rows; `ready` draws how many pages can be sent."""
    rng = world.rng
    flying: list[PlannedPage[Row]] = []
    answers: dict[PlannedPage[Row], tuple[list[Row], str]] = {}
    slow = rng.random() < 0.3
    while not plan.done:
        if ready is None:
            flying += plan.due()
        else:
            flying += plan.due(ready.choice((0, 0, 1, 1, 2, 3)) or int(not flying))
        assert len(flying) <= plan.occupied <= concurrency
        world.event()
        always.intersection_update(world.rows)
        for ask in flying:
            if ask not in answers and rng.random() < 0.3:
                answers[ask] = world.page(ask, since)
        if flying:
            ask = flying.pop(rng.randrange(len(flying)))
            rows, date = answers.pop(ask) if ask in answers else world.page(ask, since)
            plan.answered(ask, rows, date)
        while not slow or not flying or rng.random() < 0.5:
            delivery = plan.take()
            if delivery is None:
                break
            out += delivery.rows
            world.last_delivered = delivery.rows[-1].id
            if stop_after is not None and len(out) >= stop_after:
                taken = len(delivery.rows) - (len(out) - stop_after)
                del out[stop_after:]
                return delivery.bookmark(taken)
    return None


def simulate(
    drift: Drift,
    seed: int,
    concurrency: int = 8,
    limit: int = 100,
    stable: bool = True,
    sweep: bool = False,
    stop_after: int | None = None,
    few: bool = False,
    expected: int | None = None,
) -> Outcome:
    """One walk over a changing list; with `stop_after` it is left there and resumed by its bookmark.

    `few`: often only some of the pages that are due can be sent. `expected` is the length that is believed in.
    """
    rng = random.Random(seed)
    world = World(drift, rng)
    before = len(world.rows)
    always = set(world.rows)
    out: list[Row] = []
    plan = Plan(IDENTITY, limit=limit, concurrency=concurrency, stable=stable, source=SOURCE, expected=expected)
    since = world.clock()
    ready = random.Random(seed) if few else None
    mark = run(world, plan, concurrency, out, always, stop_after=stop_after, ready=ready)
    report, seen = plan.report, plan.seen
    if mark is not None:
        for _ in range(rng.randrange(20)):
            world.event()
        always.intersection_update(world.rows)
        rest: list[Row] = []
        plan = Plan(IDENTITY, limit=limit, concurrency=concurrency, resume=read(mark, SOURCE), source=SOURCE)
        run(world, plan, concurrency, rest, always, ready=ready)
        moved = {row.id for row in rest if row.updated_at >= since}  # what changed since may come again
        out = [row for row in out if row.id not in moved] + rest
    # What moved while a sweep read several pages needs another one; one of a single page is exact.
    sweeps = 0
    while sweep and sweeps < 8:
        date = plan.since
        assert date is not None
        changed_since = moment_before(date)
        plan = Plan(IDENTITY, concurrency=concurrency, excluded=seen)
        run(world, plan, concurrency, out, always, since=changed_since)
        report = report.with_sweep(plan.report)
        sweep = plan.report.requests > 1
        sweeps += 1
    ids = [row.id for row in out]
    return Outcome(ids, always.difference(ids), report, before)
