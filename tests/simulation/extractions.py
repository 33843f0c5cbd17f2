"""Extractions: a run may die at any await or around any commit; the next goes on, and the table equals the server's.

Each run that may die is a process of its own, forked, so that dying is dying: no cleanup, no closing, locks dropped by
the system. Those that live do without, which saves a fork and the pages that DuckDB needs again in each process.
The server's rows are in a file, which is what outlives it. Runs before the last meet faults and changing rows.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random
from typing import Any

import attrs

from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.extract import extract, targets
from asyncsdk.extract import run as running
from asyncsdk.extract.target import Place
from asyncsdk.sandbox.drift import mutate
from asyncsdk.sandbox.tables import tables
from asyncsdk.testing.simulation import Conditions, Simulation
from asyncsdk.testing.simulation.run import BEGINNING
from tests.extract.stored import place_of, rows_of
from tests.simulation.dying import Forgetful, Mortal, in_a_process, in_memory, leave
from tests.simulation.outcome import READS, Outcome, bounded, weather

LISTS = (
    "production_plan_streams",
    "timesheets",
    "budget_days",
    "timesheet_areas",
    "projects",
    "streams",
    "clients",
    "persons",
)
MOST_RUNS = 12


@attrs.frozen
class Night:
    """One run: which of its seed's runs, the wall clock when it begins, and where it dies (None: it lives).

    `good` runs meet no fault and no change while they run; the `last` one is the second, and reads whole lists anew.
    """

    number: int
    beginning: datetime
    step: int | None = None
    commit: int | None = None
    after: bool = False
    good: bool = False
    last: bool = False


@attrs.frozen
class World:
    """What all runs of a seed share."""

    seed: int
    folder: Path
    place: Place
    lists: tuple[str, ...]
    rows: int
    conditions: Conditions

    def simulation(self, night: Night) -> Simulation:
        """The server as it stands when a run begins."""
        return Simulation(
            self.seed * 100 + night.number,
            Conditions() if night.good else self.conditions,
            rows=self.rows,
            data_seed=1,
            database=str(self.folder / "server.sqlite"),
            beginning=night.beginning,
        )


@cache
def load() -> None:
    """Loads and compiles what every run needs, once, before processes are forked."""
    for name in ("duckdb", "pyarrow.parquet", "anyio._backends._asyncio"):
        import_module(name)
    for found in iter_modules(targets.__path__, f"{targets.__name__}."):
        import_module(found.name)
    simulation = Simulation(0, rows=10)
    module: Any = running
    made = module.make_target
    with in_memory() as folder:

        async def main() -> None:
            async with simulation.client() as wethod:
                await extract(wethod, LISTS, f"duckdb:{folder / 'rows.duckdb'}")

        module.make_target = lambda _: Forgetful(folder)
        try:
            simulation.run(main)
        finally:
            module.make_target = made


def extraction(seed: int) -> Outcome:
    """Runs one world."""
    load()
    draw = Random(f"{seed} extraction")
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    hours = 0.0
    with in_memory() as folder:
        kind = draw.choice(("duckdb", "duckdb", "parquet", "jsonl", "csv"))
        world = World(
            seed=seed,
            folder=folder,
            place=place_of(kind, folder),
            lists=tuple(draw.sample(LISTS, draw.randint(1, 2))),
            rows=draw.choice((60, 300, 600)),
            conditions=weather(draw, READS, drift=draw.choice((0, 1)), share=draw.choice((0.0, 0.05))),
        )
        moment, traces = BEGINNING, ""
        deaths = draw.randint(0, 3)
        goes_on = draw.random() < 0.5  # by a night like others, before all lists are read whole
        for number in range(MOST_RUNS):
            good = number >= deaths
            dies = {} if good else draw.choice(({"step": draw.randint(5, 150)}, _commit(draw)))
            night = Night(number=number, beginning=moment, good=good, last=number >= deaths + goes_on, **dies)
            work = partial(_night, world, night, draw.random() < 0.5)
            answer = work() if good else in_a_process(work)
            counts.update(answer["counts"])
            traces += answer["trace"]
            hours += answer["seconds"] / 3600
            moment += timedelta(seconds=answer["seconds"] + 3600)
            if answer["died"]:
                counts["runs that died"] += 1
            elif good:
                wrong += [f"run {number}: {found}" for found in answer["wrong"]]
                if wrong or night.last:
                    break
    counts["extractions"] = 1
    counts[kind] += 1
    return Outcome(
        world="extractions",
        seed=seed,
        wrong=wrong,
        counts=counts,
        seconds=hours * 3600,
        trace=traces,
        rows=counts["rows"],
    )


def _commit(draw: Random) -> dict[str, Any]:
    return {"commit": draw.randint(1, 8), "after": draw.random() < 0.5}


def _night(world: World, night: Night, changes: bool) -> dict[str, Any]:
    """One run of an extraction, in a process of its own where it may die."""
    simulation = world.simulation(night)

    def tell(**more: Any) -> dict[str, Any]:
        facts = {
            "counts": dict(simulation.counts),
            "seconds": simulation.seconds,
            "trace": simulation.trace[:12],
            "died": False,
            "complete": False,
            "wrong": [],
        }
        return facts | more

    def die() -> None:
        leave(tell(died=True))

    if changes:
        change = Random(f"{world.seed} {night.number}")
        for name in world.lists:
            for _ in range(change.randint(0, 12)):
                soft = tables()[name].soft
                kinds = ("insert", "update", "soft_delete") if soft else ("insert", "update", "hard_delete")
                mutate(simulation.store, name, change.choice(kinds), change)

    async def main() -> Any:
        async with simulation.client(retry=RetryPolicy(max_wait=1e6)) as wethod:
            return await extract(wethod, world.lists, world.place.text, reconcile=night.last, allow_shrink=True)

    def prepare() -> None:
        bounded(simulation)
        if night.step is not None and simulation.loop is not None:
            simulation.loop.at_step(night.step, die)

    module: Any = running
    made = module.make_target
    module.make_target = lambda place: Mortal(made(place), die, at=night.commit, after=night.after)
    try:
        report = simulation.run(main, prepare=prepare)
    finally:
        module.make_target = made
    complete = all(table.outcome == "complete" for table in report.tables)
    wrong = [f"{table.table}: {table.error}" for table in report.tables if table.outcome != "complete"]
    if complete and night.good:
        wrong += _differences(world, simulation)
    facts = tell(complete=complete, wrong=wrong)
    facts["counts"]["rows"] = report.rows
    return facts


def _differences(world: World, simulation: Simulation) -> list[str]:
    """Returns where a table is not as the server's list, rows that were deleted without a word included."""
    wrong = []
    for name in world.lists:
        stored = rows_of(world.place, name)
        if len({row["id"] for row in stored}) != len(stored):
            wrong.append(f"{name}: rows are there twice")
        live = {int(row["id"]): row for row in stored if not row.get("deleted_at") and not row.get("_vanished_at")}
        there = simulation.store.ids(name, "live")
        if live.keys() != there:
            missing, more = sorted(there - live.keys())[:5], sorted(live.keys() - there)[:5]
            wrong.append(f"{name}: missing {missing}, too many {more}")
        for id in sorted(live.keys() & there):
            row = simulation.store.row(name, id)
            stamp = text_of(live[id]["updated_at"])
            if row is None or row["updated_at"] != stamp:
                wrong.append(f"{name}: row {id} is of {stamp}, the server's of {row and row['updated_at']}")
                break
    return wrong


def text_of(stamp: object) -> str:
    """A moment as the API writes it, whatever a reader of a target makes of it."""
    moment = stamp if isinstance(stamp, datetime) else datetime.fromisoformat(str(stamp))
    return moment.astimezone(BEGINNING.tzinfo).isoformat(timespec="milliseconds").replace("+00:00", "Z")
