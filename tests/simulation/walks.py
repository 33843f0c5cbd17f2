"""Walks: whatever the network, the server and the data do, no row is lost and none comes twice.

A walk is left at any row, or fails, and goes on from its bookmark. The oracle is the store's own history.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from random import Random

import attrs

from asyncsdk import RetryPolicy, Wethod
from asyncsdk._lists.pager import Pager
from asyncsdk.errors import ArgumentError, WalkError, WethodError
from asyncsdk.models import ProductionPlanStream
from asyncsdk.sandbox.drift import mutate
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.simulation.outcome import READS, Outcome, bounded, weather

TABLE = "production_plan_streams"
KINDS = ("insert", "update", "soft_delete", "hard_delete")
MOST_CHANGES = 200
"""That come at any moment: budgets hold walks back for hours, and lists must not grow meanwhile for ever."""

MOST_PARTS = 60
"""How often one walk may be left and gone on with."""


@attrs.frozen
class Plan:
    """What is walked, and how: all of it drawn from the seed."""

    rows: int
    limit: int
    order: str
    deleted: str
    window: int
    door: str
    leaves: float
    slow: float
    budget: int | None

    @classmethod
    def drawn(cls, draw: Random) -> Plan:
        """Draws a plan: lists of no row, of a page's border, of many pages."""
        limit = draw.choice((10, 20, 20, 50, 100))
        return cls(
            rows=draw.choice(
                (0, 1, limit - 1, limit, limit + 1, 3 * limit, 150, 300, 600, 3000 if limit > 20 else 400)
            ),
            limit=limit,
            order=draw.choice(("id", "updated_at", "id", "updated_at", "-id")),
            deleted=draw.choice(("exclude", "exclude", "include")),
            window=draw.randint(1, 16),
            door=draw.choice(("items", "items", "pages", "all")),
            leaves=draw.choice((0.0, 0.0, 0.005)),
            slow=draw.choice((0.0, 0.0, 0.05)),
            budget=draw.choice((None, 5000, 60)),
        )


class _Reader:
    """One application that reads a list to its end, whatever comes between."""

    def __init__(self, plan: Plan, draw: Random, counts: Counter[str]) -> None:
        self.plan = plan
        self.draw = draw
        self.counts = counts
        self.bookmark: str | None = None
        self.got: list[tuple[int, str]] = []
        self.left_at = 0  # rows that were taken when the walk was last left

    async def read(self, wethod: Wethod) -> None:
        """Reads to the end."""
        pager: Pager[ProductionPlanStream] = wethod.production_plan_streams.list(
            deleted=self.plan.deleted,  # type: ignore[arg-type]  # drawn from its values
            limit=self.plan.limit,
        )
        for _ in range(MOST_PARTS):
            try:
                if await self._part(pager):
                    return
            except WalkError:
                self.counts["walks given up"] += 1
                self._begin_anew()
            except ArgumentError as refusal:
                if refusal.argument != "resume":
                    raise
                self.counts["bookmarks refused"] += 1
                self._begin_anew()
            except WethodError as error:
                self.counts["walks resumed after a failure"] += 1
                if self.plan.door == "all":
                    self._begin_anew()
                else:
                    self.bookmark = error.bookmark or self.bookmark
                await asyncio.sleep(self.draw.expovariate(0.05))
        self.counts["walks given up"] += 1
        self.got.clear()

    def _begin_anew(self) -> None:
        self.bookmark = None
        self.got.clear()

    async def _part(self, pager: Pager[ProductionPlanStream]) -> bool:
        """Reads on; False where it left early."""
        plan, draw = self.plan, self.draw
        if plan.door == "all":
            self._take(await pager.all(concurrency=plan.window))
            return True
        if plan.door == "pages":
            async with pager.pages(concurrency=plan.window, resume=self.bookmark) as pages:
                async for page in pages:
                    self._take(page.items)
                    self.bookmark = page.bookmark
                    if draw.random() < plan.leaves * plan.limit:
                        self.counts["walks left early"] += 1
                        return False
            return True
        async with pager.items(concurrency=plan.window, resume=self.bookmark) as walk:
            async for row in walk:
                self._take((row,))
                if plan.slow and draw.random() < plan.slow:
                    await asyncio.sleep(draw.expovariate(5))
                if plan.leaves and draw.random() < plan.leaves:
                    self.counts["walks left early"] += 1
                    self.bookmark = walk.bookmark
                    return False
        return True

    def _take(self, rows: tuple[ProductionPlanStream, ...] | list[ProductionPlanStream]) -> None:
        self.got += [(row.id, row.updated_at.isoformat()) for row in rows]


def walk(seed: int, conditions: Conditions | None = None) -> Outcome:
    """Runs one world."""
    draw = Random(f"{seed} walk")
    plan = Plan.drawn(draw)
    drift = draw.choice((0, 0, 1, 2, 5)) if plan.limit > 20 else draw.choice((0, 1, 2 if plan.limit > 10 else 1))
    simulation = Simulation(
        seed,
        conditions
        or attrs.evolve(weather(draw, READS, drift=drift), drift_kinds=draw.choice((KINDS, ("update",), KINDS[::3]))),
        rows=plan.rows,
        order=plan.order,
    )
    counts: Counter[str] = Counter()
    reader = _Reader(plan, draw, counts)
    store = simulation.store
    store.ready(TABLE)
    view = "all" if plan.deleted == "include" else "live"
    before = store.ids(TABLE, view)  # type: ignore[arg-type]  # one of its views
    mark = len(store.history)
    free: list[str] = []

    pace = draw.choice((0.1, 1.0, 10.0)) if drift else None
    bulk = draw.choice((0.0, 0.0, 0.05))
    kinds = simulation.server.conditions.drift_kinds
    behind = Random(f"{seed} behind")

    async def change() -> None:
        """Changes rows at any moment, not only behind an answer: while one is late, the others go on."""
        for _ in range(0 if pace is None else MOST_CHANGES):
            await asyncio.sleep(behind.expovariate(1 / (pace or 1.0)))
            mutate(store, TABLE, behind.choice(kinds), behind)
            counts["changes"] += 1
            if bulk and behind.random() < bulk:
                for _ in range(behind.randint(20, 120)):
                    mutate(store, TABLE, "hard_delete", behind)
                counts["changes in bulk"] += 1

    async def main() -> None:
        retry = RetryPolicy(max_wait=1e6, attempts=draw.choice((1, 2, 4)))
        async with simulation.client(budget=plan.budget, retry=retry) as wethod:
            changing = asyncio.create_task(change())
            await reader.read(wethod)
            changing.cancel()
            await asyncio.sleep(0)
            free.extend(held(wethod))
            if seed % 4 == 0:
                simulation.server.conditions = Conditions()
                await asyncio.sleep(3700)  # whatever holds requests back is over
                free.extend(await _at_rest(simulation, wethod, plan))

    simulation.run(main, prepare=partial(bounded, simulation))
    changes = [change for change in store.history[mark:] if change.table == TABLE]
    gone_by = {"hard_delete"} if view == "all" else {"hard_delete", "soft_delete"}
    gone = {change.id for change in changes if change.kind in gone_by}
    versions = Counter(change.id for change in changes)
    wrong = list(free)
    if counts["walks given up"] == 0:
        seen = Counter(id for id, _ in reader.got)
        if lost := sorted(before - gone - seen.keys()):
            wrong.append(f"lost {lost[:5]} of {len(before)}")
        resumed = counts["walks left early"] + counts["walks resumed after a failure"]
        most = versions if resumed else Counter[int]()
        if twice := [id for id, times in seen.items() if times > 1 + most[id]]:
            wrong.append(f"twice {twice[:5]}")
        if foreign := sorted(seen.keys() - before - versions.keys()):
            wrong.append(f"rows that never were: {foreign[:5]}")
        ids = [id for id, _ in reader.got]
        if not changes and plan.order == "id" and ids != sorted(ids):
            wrong.append("out of order")
    if simulation.left:
        wrong.append(f"tasks left: {simulation.left}")
    counts["walks"] = 1
    return Outcome(
        world="walks",
        seed=seed,
        wrong=wrong,
        counts=counts + simulation.counts,
        rows=len(reader.got),
        seconds=simulation.seconds,
        trace=simulation.trace,
    )


async def _at_rest(simulation: Simulation, wethod: Wethod, plan: Plan) -> list[str]:
    """Asks once more, of a list that does not change: what walks cost, what they say of themselves, and counts."""
    pager = wethod.production_plan_streams.list(deleted=plan.deleted, limit=plan.limit)  # type: ignore[arg-type]
    there = len(simulation.store.ids(TABLE, "all" if plan.deleted == "include" else "live"))
    wrong = []
    before = simulation.server.counts["requests"]
    async with pager.pages(concurrency=plan.window) as pages:
        said = [(page.is_last, len(page)) async for page in pages]
        report = pages.report
    spent = simulation.server.counts["requests"] - before
    alone = 1 if there < plan.limit else 1 + -(-(there - plan.limit + 1) // (plan.limit - 1))  # the last one is short
    if spent > alone + 2 + alone // 8:
        wrong.append(f"{spent} requests where {alone} would do")
    # What is in flight when the end shows is given up, and may not have left.
    if (
        not spent <= report.requests <= spent + plan.window
        or report.rows != there
        or sum(rows for _, rows in said) != there
    ):
        wrong.append(f"{spent} requests and {there} rows, but {report}")
    if said and [last for last, _ in said] != [False] * (len(said) - 1) + [True]:
        wrong.append(f"the last page is not the last: {said}")
    before = simulation.server.counts["requests"]
    if (count := await pager.count()) != there or simulation.server.counts["requests"] - before > 17:
        wrong.append(f"counted {count} of {there} in {simulation.server.counts['requests'] - before} requests")
    first = await pager.first()
    if (first is None) != (there == 0):
        wrong.append(f"the first of {there} rows is {first}")
    most = there // 2
    if most and len(await pager.all(max_items=most)) != most:
        wrong.append(f"not {most} rows where {most} were asked for")
    return wrong


def held(wethod: Wethod) -> list[str]:
    """Returns what a client still holds though nothing is under way: slots, places in the line of a pause."""
    session = wethod._sender
    pool, account = session.transport.pool(), session.account
    found = []
    if pool.slots.free != pool.slots.size or pool.slots.waiting:
        found.append(f"slots held: {pool.slots.size - pool.slots.free}, waiting {pool.slots.waiting}")
    if account.pause.waiting and account.pause.remaining() > 0:
        found.append(f"places held in the pause: {account.pause.waiting}")
    if pool.sleepers:
        found.append(f"sleepers: {len(pool.sleepers)}")
    return found
