"""Walks over a list that changes between any two answers, which come in any order: no row lost, none twice.

The list is a model in memory. Every page shows the list as it was at some moment between being asked for and answered.
"""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from statistics import median
from typing import Any, Literal

import attrs
import pytest

from asyncsdk._lists.bookmarks import read, source_of
from asyncsdk._lists.ending import Ending, Verdict
from asyncsdk._lists.frontier import Frontier
from asyncsdk._lists.identity import RowIdentity, identity_of
from asyncsdk._lists.plan import Plan
from asyncsdk._lists.report import Report
from asyncsdk._lists.sweeping import moment_before
from asyncsdk._lists.window import PlannedPage
from asyncsdk.errors import ArgumentError, WalkError

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


@pytest.mark.parametrize("concurrency", [1, 2, 8, 16])
@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_every_row_comes_out_exactly_once_while_the_list_changes(order: Order, concurrency: int) -> None:
    """Up to one change a request in small pages, up to five in large ones; answers of any age, in any order."""
    for seed in range(12):
        limit = (100, 50, 20, 10)[seed % 4]
        drift = Drift(
            order,
            rows=limit * (8 + seed % 17),
            rate=(0.33, 1.0, 3.0, 5.0)[seed % 3] if limit > 20 else 0.5,
            ties=(1, 3, 20, 1000)[seed // 4 % 4],
        )
        outcome = simulate(drift, seed, concurrency, limit)
        assert not outcome.lost, (drift, seed)
        assert not outcome.doubles, (drift, seed)


@pytest.mark.parametrize("concurrency", [2, 8, 16])
@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_pages_that_are_sent_late_and_lengths_that_are_wrong_lose_nothing(order: Order, concurrency: int) -> None:
    """Pages wait for connections, and what was known of the list no longer holds."""
    for seed in range(12):
        limit = (100, 50, 20)[seed % 3]
        rows = limit * (8 + seed % 17)
        drift = Drift(order, rows=rows, rate=(0.0, 0.33, 1.0)[seed % 3], ties=(1, 20)[seed % 2], bulk=0.02)
        expected = (None, rows, rows // 2, rows * 2, rows + 7, 0)[seed % 6]
        outcome = simulate(drift, seed, concurrency, limit, few=seed % 4 > 0, expected=expected)
        assert not outcome.lost, (drift, seed)
        assert not outcome.doubles, (drift, seed)


@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_nothing_is_lost_when_three_hundred_rows_vanish_at_once(order: Order) -> None:
    """Whole pages are gone, often with the row the next page was to join."""
    for seed in range(40):
        limit = (100, 30, 10)[seed % 3]
        outcome = simulate(Drift(order, rows=2000, rate=0.3, bulk=0.1), seed, (1, 4, 16)[seed // 3 % 3], limit)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("limit", [2, 3, 5])
def test_tiny_pages_join_as_well(limit: int) -> None:
    """Pages of two rows share one of them: every step is one row."""
    for seed in range(40):
        outcome = simulate(Drift(rows=limit * 20, rate=0.05, ties=3), seed, 1 + seed % 8, limit)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("order", ["updated falling", "name"])
def test_a_sweep_finds_what_moved_in_any_order(order: Order) -> None:
    """Rows that jump to the front, or anywhere, are delivered by the sweep, and none a second time."""
    for seed in range(60):
        drift = Drift(order, rows=1500, rate=(0.3, 1.0)[seed % 2], ties=(1, 20)[seed // 2 % 2])
        outcome = simulate(drift, seed, (1, 8)[seed // 4 % 2], sweep=True)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_a_bookmark_is_exact_to_the_row_while_the_list_changes(order: Order) -> None:
    """Left at any row, resumed after more changes: only rows that changed meanwhile may come again."""
    for seed in range(60):
        drift = Drift(order, rows=1500, rate=(0.3, 1.0)[seed % 2], ties=3)
        outcome = simulate(drift, seed, (1, 3, 8)[seed % 3], stop_after=1 + seed * 24)
        assert not outcome.lost
        assert not outcome.doubles


@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_a_resumed_walk_repeats_nothing_when_hundreds_of_rows_vanish(order: Order) -> None:
    """The list is much shorter than it was: what stands before the bookmark must not be taken for new."""
    finished = 0
    for seed in range(60):
        drift = Drift(order, rows=1500, rate=(0.3, 3.0)[seed % 2], ties=3, bulk=0.05)
        try:
            outcome = simulate(drift, seed, (1, 3, 8)[seed % 3], stop_after=1 + seed * 6)
        except (WalkError, ArgumentError):
            continue  # every remembered row is gone, or rows further on were delivered: it says so instead of guessing
        finished += 1
        assert not outcome.lost
        assert not outcome.doubles
    assert finished > 30


@pytest.mark.parametrize(
    ("concurrency", "rate", "most"),
    [(1, 1 / 3, 52), (1, 1.0, 68), (8, 1 / 3, 66), (8, 1.0, 76)],
)
@pytest.mark.parametrize("order", ["id", "created falling", "updated"])
def test_joins_cost_few_requests(order: Order, concurrency: int, rate: float, most: int) -> None:
    """The median over 40 pages of a list of which inserts, deletes and updates are a third each."""
    requests = [simulate(Drift(order, rate=rate), seed, concurrency).report.requests for seed in range(9)]
    assert median(requests) <= most


@pytest.mark.parametrize("concurrency", [1, 8, 16])
@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 199, 4000, 9901])
def test_a_list_at_rest_costs_one_percent_more(rows: int, concurrency: int) -> None:
    """One request below a page; else one row of every page twice, pages beyond the end and one proof of the end."""
    outcome = simulate(Drift(rows=rows, rate=0), 1, concurrency)
    assert outcome.delivered == list(range(1, rows + 1))
    needed = 1 + (rows - 1) // 99  # the last of them is short
    assert outcome.report.requests <= (1 if rows < 100 else needed + concurrency - 1 + (concurrency > 1))


def test_the_simulation_loses_rows_of_plain_walks() -> None:
    """A simulator that no walk fails proves nothing."""
    lost = 0
    for seed in range(5):
        outcome = simulate(Drift(rate=1.0), seed, stable=False)
        lost += len(outcome.lost)
    assert lost


def test_the_simulation_loses_rows_when_joins_ignore_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that moved is no join."""
    monkeypatch.setattr(RowIdentity, "versions", lambda self, rows: [0] * len(rows))
    monkeypatch.setattr(RowIdentity, "unchanged", lambda self, row, since: True)
    assert any(simulate(Drift("updated", rows=1000, rate=1.0), seed).lost for seed in range(60))


def test_the_simulation_loses_rows_when_any_short_page_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short page that is older than what was read before it lacks what moved to the end meanwhile."""
    judge = Ending.judge

    def hasty(*given: Any, **more: Any) -> Verdict:
        verdict = judge(*given, **more)
        return "end" if verdict == "ask" else verdict

    monkeypatch.setattr(Ending, "judge", hasty)
    assert any(simulate(Drift("updated", rows=300, rate=1.0), seed, limit=50).lost for seed in range(400))


def test_the_simulation_loses_rows_when_the_last_second_of_an_older_page_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With `updated_at` in whole seconds a row can move to before the end of a page that was made earlier."""
    monkeypatch.setattr(Frontier, "settled", lambda self, page, rows: len(rows))
    drift = Drift("updated", rows=500, rate=2.0, ties=20)
    assert any(simulate(drift, seed).lost for seed in range(400))
