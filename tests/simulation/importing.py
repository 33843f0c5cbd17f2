"""Imports that die at any await and go on with the same journal: each row is written once, and what is said is true.

A process is a task here. It dies between two turns of the loop: nothing that its journal has not committed gets there,
and what it has sent is carried out, now or up to 25 s later. Between its starts the file may be corrected, and somebody
else may change rows. The last start is a quiet one, and lives.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import attrs

from asyncsdk import WethodError, bulk
from asyncsdk.bulk import journal as journals
from asyncsdk.filters import between
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.simulation.creates import LOST, by_another_client, hide_what_is_new, set_clocks
from tests.simulation.dying import in_memory
from tests.simulation.outcome import Outcome, bounded

__all__ = ["import_"]

MATCH: Final = ("person_id", "project_id", "date")
FIRST: Final = dt.date(2026, 8, 1)
SCOPE: Final = {"date": between(FIRST, FIRST + dt.timedelta(days=90))}
OTHERS: Final = {"429": 0.01, "503": 0.01, "500": 0.01}
MOST_STARTS: Final = 20
Row = dict[str, Any]


@attrs.define
class _World:
    """One import: its rows as the file has them, the starts that died, and what is counted."""

    simulation: Simulation
    draw: Random
    journal: Path
    rows: list[Row]
    delete: bool
    dead: bool = False
    dropped: list[Row] = attrs.field(factory=list)
    counts: Counter[str] = attrs.field(factory=Counter)
    wrong: list[str] = attrs.field(factory=list)

    async def start(self, *, last: bool) -> bulk.BulkReport | None:
        """One start of the import; None where it died, was refused or failed."""
        process = asyncio.create_task(self._process())
        if not last:
            loop = self.simulation.loop
            assert loop is not None
            loop.at_step(loop.steps + int(10 ** self.draw.uniform(0.3, 3.2)), partial(self._kill, process))
        self.counts["starts"] += 1
        asked = len(self.simulation.server.requests)
        try:
            report = await process
            if last:
                self._count_looks(asked)
            self.counts["starts that stopped"] += bool(report.stopped)
            return report
        except asyncio.CancelledError:
            self.counts["starts that died"] += 1
        except bulk.StalePlan:
            self.counts["stale plans"] += 1
        except WethodError as error:
            self.counts[f"starts that failed: {type(error).__name__}"] += 1
        finally:
            self.dead = False
        return None

    async def _process(self) -> bulk.BulkReport:
        async with self.simulation.client(read_timeout=5.0) as wethod:
            plan = await bulk.plan(wethod.timesheets, self.rows, match=MATCH, scope=SCOPE, delete=self.delete)
            return await plan.apply(journal=self.journal, concurrency=self.draw.choice((1, 4, 8)))

    def _count_looks(self, asked: int) -> None:
        """Looks of a start that lost no answer: one walk of the scope, and two looks at what changed."""
        begun = [each.query for each in self.simulation.server.requests[asked:] if "offset=0" in each.query]
        looks = sum("updated_at" in query for query in begun)
        if looks > 2 or len(begun) - looks > 1:
            self.wrong.append(f"{looks} looks and {len(begun) - looks} walks in a start")

    def _kill(self, process: asyncio.Task[Any]) -> None:
        if not process.done():
            self.dead = True
            process.cancel()

    def correct(self) -> None:
        """Changes the file: some hours, now and then a row more or less."""
        for row in self.rows:
            if self.draw.random() < 0.2:
                row["hours"] = self.draw.choice((1, 2, 4, 7.5))
        for _ in range(self.draw.choice((0, 0, 1, 5))):
            if len(self.rows) > 1:
                self.dropped.append(self.rows.pop(self.draw.randrange(len(self.rows))))
        while self.dropped and self.draw.random() < 0.5:
            self.rows.append(self.dropped.pop())
        if self.draw.random() < 0.3:
            self.draw.shuffle(self.rows)
        self.counts["corrections"] += 1

    def meddle(self) -> None:
        """Somebody else changes a row that was imported, behind our back."""
        there = [row for row in self.simulation.sandbox.rows_of("timesheets") if str(row["date"]) >= str(FIRST)]
        if there:
            row = self.draw.choice(there)
            path = f"/api/timesheets/{row['id']}"
            by_another_client(self.simulation, "PATCH", path, {"notes": "by somebody else"})
            self.counts["changes by others"] += 1

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """Lets journals of the dead keep what they have committed, and nothing else."""
        kept: Any = journals.Journal
        commit = kept._commit

        def committed(journal: Any, lines: Sequence[object]) -> None:
            if not self.dead:
                commit(journal, lines)

        kept._commit = committed
        try:
            yield
        finally:
            kept._commit = commit


def import_(seed: int) -> Outcome:
    """Runs one import to its end."""
    draw = Random(f"{seed} import")
    share = draw.choice((0.0, 0.5, 1.0, 2.0))
    faults = {name: each * share for name, each in LOST.items()} | (OTHERS if share else {})
    if draw.random() < 0.3:  # nothing but what comes late
        faults = {"504 before a late deed": 0.1 * share, "hung before a late deed": 0.2 * share}
    storm = Conditions(faults=faults, think_seconds=draw.choice((0.0, 0.05, 0.5)))
    simulation = Simulation(seed, storm, rows=30)
    service: Any = simulation.server.service
    service._tidy = True
    one_clock = set_clocks(simulation, draw)
    visible = draw.random() < 0.8
    known = simulation.sandbox.rows_of("timesheets")[0]
    rows: list[Row] = [
        {
            "person_id": known["person_id"],
            "project_id": known["project_id"],
            "date": str(FIRST + dt.timedelta(days=day)),
            "hours": 8,
            "notes": f" day {day}",
        }
        for day in range(draw.randint(1, 40))
    ]
    if not visible:
        hide_what_is_new(simulation, "timesheets")
    with in_memory() as folder:
        world = _World(simulation, draw, folder / "journal", rows, delete=draw.random() < 0.3)
        found = world.wrong

        async def main() -> None:
            for _ in range(draw.randint(0, 6)):
                await world.start(last=False)
                await asyncio.sleep(draw.choice((0.0, 0.0, 1.0, 20.0, 60.0)))
                if draw.random() < 0.5:
                    world.correct()
                if draw.random() < 0.2:
                    world.meddle()
            simulation.server.conditions = Conditions()
            await asyncio.sleep(1)  # what the dead have asked for is on its way no more
            report = None
            while report is None or report.stopped:
                report = await world.start(last=True)
                if world.counts["starts"] > MOST_STARTS:
                    raise AssertionError(f"no end: {report}")
            await asyncio.sleep(60)
            found.extend(_wrong(world, report, visible=visible))
            async with simulation.client() as wethod:
                if world.journal.exists() and visible and (proof := await _proof(wethod, world)):
                    found.append(proof)

        with world.mortal():
            simulation.run(main, prepare=partial(bounded, simulation))
    if simulation.left:
        found.append(f"tasks left: {simulation.left}")
    world.counts.update({"imports": 1, f"imports {'seen' if visible else 'hidden'}": 1})
    world.counts["imports of two clocks"] += not one_clock
    return Outcome(
        world="imports",
        seed=seed,
        wrong=found,
        counts=world.counts + simulation.counts,
        rows=len(world.rows),
        seconds=simulation.seconds,
        trace=simulation.trace,
    )


async def _proof(wethod: Any, world: _World) -> str:
    proof = await bulk.verify(wethod.timesheets, journal=world.journal)
    wanted = {_key(row) for row in world.rows}
    odd = [each for each in (*proof.missing, *proof.left) if each in wanted]
    return f"the proof says {proof}" if odd or proof.twice else ""


def _key(row: Row) -> str:
    return json.dumps([str(row[name]) for name in MATCH], separators=(",", ":"))


def _wrong(world: _World, report: bulk.BulkReport, *, visible: bool) -> list[str]:
    """Compares what the last start said with the rows that are there and the deeds that were done."""
    sandbox = world.simulation.sandbox
    there = defaultdict[str, list[Row]](list)
    for stored in sandbox.rows_of("timesheets"):
        if str(stored["date"]) >= str(FIRST):
            there[_key(stored)].append(stored)
    wrong = [f"{key} is there {len(found)} times" for key, found in there.items() if len(found) > 1]
    told = [each.number for each in report.rows if each.number is not None]
    if told != list(range(1, len(world.rows) + 1)):
        wrong.append(f"rows told of: {told}")
    for each in report.rows:
        world.counts[f"rows {each.outcome}"] += 1
        if each.number is None:
            continue
        row = world.rows[each.number - 1]
        found = there[_key(row)]
        if each.outcome in {"created", "updated", "unchanged"}:
            unread = each.id is None and not visible  # its answer was garbage, and no list shows it
            if [one["id"] for one in found] != [each.id] and not (unread and len(found) == 1):
                wrong.append(f"row {each.number} {each.outcome} as {each.id}: there are {[one['id'] for one in found]}")
            elif found[0]["hours"] != row["hours"] and visible:
                wrong.append(f"row {each.number} {each.outcome}: hours {found[0]['hours']}, not {row['hours']}")
        elif visible and each.outcome != "unknown":
            wrong.append(f"row {each.number} {each.outcome}: {each.reason}")
    if world.delete and visible:
        wanted = {_key(row) for row in world.rows}
        wrong += [f"{key} should be gone" for key, found in there.items() if found and key not in wanted]
    return wrong
