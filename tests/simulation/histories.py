"""Histories: nights of changes and runs, of which each that says complete leaves what the server had while it ran.

Rows are inserted, updated, deleted softly and for good, and taken back, between runs and during them; fields are
renamed and come back; permissions are lost and come back; runs are killed at any step and around any commit. A row may
be in a table as it was when the run began, or as any change during the run left it; one that was erased before must not
be shown, whether its list marks deleted rows or not.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import attrs

from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.extract import extract, pass_reader
from asyncsdk.extract import run as running
from asyncsdk.extract.target import Place
from asyncsdk.sandbox.drift import mutate
from asyncsdk.sandbox.service import ReceivedRequest, ServedAnswer, Service
from asyncsdk.sandbox.store import Mutation, Store
from asyncsdk.sandbox.tables import tables
from asyncsdk.testing.simulation import Conditions, Simulation
from asyncsdk.testing.simulation.run import BEGINNING
from tests.extract.stored import committed_in, place_of
from tests.simulation.dying import Mortal, in_a_process, in_memory, leave
from tests.simulation.extractions import load
from tests.simulation.outcome import READS, Outcome, bounded, weather
from tests.simulation.versions import ABSENT, FIELDS, Version, differences, version_of, versions_in

__all__ = ["history"]

REFUSED: Final = json.dumps({"key": "forbidden", "message": "a permission is missing"})


@attrs.frozen
class Night:
    """One run: when it begins, what is odd about it, and where it dies.

    Args:
        number: of the run.
        beginning: the wall clock.
        changes: rows that change before it, at the most.
        renamed, refused: lists whose field is gone, or that may not be read.
        step, commit, after: where it dies; None: it lives.
        mode: "full", "reconcile", or as it comes.
        conditions: of the network and the server.
    """

    number: int
    beginning: datetime
    changes: int
    renamed: frozenset[str]
    refused: frozenset[str]
    mode: str
    conditions: Conditions
    step: int | None = None
    commit: int | None = None
    after: bool = False


@attrs.frozen
class World:
    """What all nights of a history share."""

    seed: int
    folder: Path
    place: Place
    lists: tuple[str, ...]
    rows: int
    batch_rows: int


class _Odd:
    """A service some of whose lists lack a field, or are refused."""

    def __init__(self, service: Service, night: Night) -> None:
        self._service = service
        self._night = night

    def answer(self, asked: ReceivedRequest) -> ServedAnswer:
        answer = self._service.answer(asked)
        name = asked.path.removeprefix("/api/").replace("-", "_")
        if name in self._night.refused:
            return attrs.evolve(answer, status=403, text=REFUSED)
        if name in self._night.renamed and answer.status == 200 and answer.text:
            rows = json.loads(answer.text)
            field = FIELDS[name]
            renamed = [{f"{key}_2" if key == field else key: value for key, value in row.items()} for row in rows]
            return attrs.evolve(answer, text=json.dumps(renamed))
        return answer


class _Watch(list[Mutation]):
    """A store's history that notes what each change made of its row."""

    def __init__(self, store: Store, lists: tuple[str, ...]) -> None:
        super().__init__()
        self._store = store
        self.versions: dict[str, dict[int, list[Version]]] = {
            name: {id: [version_of(name, text)] for id, text in store.page(name, "all", 1_000_000, 0)} for name in lists
        }

    def append(self, change: Mutation) -> None:
        super().append(change)
        if change.table in self.versions:
            versions = self.versions[change.table].setdefault(change.id, [ABSENT])
            versions.append(version_of(change.table, self._store.text(change.table, change.id)))


def history(seed: int) -> Outcome:
    """Runs one history."""
    load()
    draw = Random(f"{seed} history")
    counts: Counter[str] = Counter(histories=1)
    wrong: list[str] = []
    traces, hours, moment = "", 0.0, BEGINNING
    with in_memory() as folder:
        kind = draw.choice(("duckdb", "duckdb", "parquet", "jsonl", "csv"))
        world = World(
            seed=seed,
            folder=folder,
            place=place_of(kind, folder),
            lists=tuple(draw.sample(list(FIELDS), draw.choice((1, 1, 2)))),
            rows=draw.choice((60, 300, 400)),
            batch_rows=draw.choice((70, 150, 5000)),
        )
        counts[kind] += 1
        renamed: frozenset[str] = frozenset()
        nights = draw.randint(3, 6)
        for number in range(nights + 1):
            renamed, night = _drawn(draw, world, number, moment, renamed, last=number == nights)
            told = in_a_process(partial(_run, world, night))
            counts.update(told["counts"])
            traces += told["trace"]
            hours += told["seconds"] / 3600
            moment += timedelta(seconds=told["seconds"] + draw.choice((60, 3600, 86_400)))
            wrong += [f"run {number}: {found}" for found in told["wrong"]]
            if wrong:
                break
    return Outcome(
        world="histories",
        seed=seed,
        wrong=wrong,
        counts=counts,
        seconds=hours * 3600,
        trace=traces,
        rows=counts["rows"],
    )


def _drawn(
    draw: Random,
    world: World,
    number: int,
    moment: datetime,
    renamed: frozenset[str],
    *,
    last: bool,
) -> tuple[frozenset[str], Night]:
    """Draws a night, and the lists whose field is gone from then on."""
    lists = frozenset(world.lists)
    if last:
        good = Night(number, moment, 0, frozenset(), frozenset(), "full", Conditions())
        return frozenset(), good
    if draw.random() < 0.25:
        renamed = frozenset() if renamed or not number else frozenset({draw.choice(world.lists)})
    dies = draw.random() < 0.3
    step = {"step": draw.randint(5, 120)}
    commit = {"commit": draw.randint(1, 9), "after": draw.random() < 0.5}
    deadly: dict[str, Any] = draw.choice((step, commit))
    night = Night(
        number=number,
        beginning=moment,
        changes=draw.choice((0, 3, 12)),
        renamed=renamed,
        refused=lists if number and draw.random() < 0.04 else frozenset(),
        mode=draw.choice(("", "", "", "", "", "", "reconcile", "full")),
        conditions=weather(draw, READS, drift=draw.choice((0, 1, 2)), share=draw.choice((0.0, 0.0, 0.05))),
    )
    return renamed, attrs.evolve(night, **deadly) if dies else night


def _run(world: World, night: Night) -> dict[str, Any]:
    """One night, in the process that may die."""
    simulation = Simulation(
        world.seed * 100 + night.number,
        night.conditions,
        rows=world.rows,
        data_seed=1,
        database=str(world.folder / "server.sqlite"),
        beginning=night.beginning,
    )
    store, draw = simulation.store, Random(f"{world.seed} {night.number} changes")
    for name in world.lists:
        for _ in range(draw.randint(0, night.changes)):
            _change(store, name, draw)
    service: Any = _Odd(simulation.server.service, night)
    simulation.server.service = service
    watch: Any = _Watch(store, world.lists)
    store.history = watch
    # What a run that died has committed but not published counts: a column keeps that once its field is gone.
    before = {name: versions_in(world.place, name, committed_in) for name in world.lists}

    def tell(**more: Any) -> dict[str, Any]:
        facts = {
            "counts": {**simulation.counts, "runs": 1},
            "seconds": simulation.seconds,
            "trace": simulation.trace[:12],
            "complete": False,
            "wrong": [],
        }
        return facts | more

    def die() -> None:
        facts = tell()
        facts["counts"]["runs that died"] = 1
        leave(facts)

    async def main() -> Any:
        async with simulation.client(retry=RetryPolicy(max_wait=1e6)) as wethod:
            return await extract(
                wethod,
                world.lists,
                world.place.text,
                full=night.mode == "full",
                reconcile=night.mode == "reconcile",
                allow_shrink=True,
            )

    def prepare() -> None:
        bounded(simulation)
        if night.step is not None and simulation.loop is not None:
            simulation.loop.at_step(night.step, die)

    module: Any = running
    made = module.make_target
    module.make_target = lambda place: Mortal(made(place), die, at=night.commit, after=night.after)
    reading: Any = pass_reader
    reading.BATCH_ROWS = world.batch_rows
    report = simulation.run(main, prepare=prepare)
    wrong: list[str] = []
    for table in report.tables:
        name = table.table
        if table.outcome == "complete":
            gone, lacking = FIELDS[name] in table.gone, name in night.renamed
            if gone and not lacking:
                wrong.append(f"{name}: its field is not gone")
            wrong += differences(name, versions_in(world.place, name), before[name], watch.versions[name], lacking)
            # A pass over what changed that had nothing to write has nothing to tell it by; no value is wiped by it.
            # And of a list without rows nobody can tell what it lacks.
            listed = any(versions[-1] != ABSENT for versions in watch.versions[name].values())
            looked = (table.mode == "full" and listed) or table.rows
            told = gone or any(f"{name}.{FIELDS[name]}" in warning for warning in table.warnings)
            if lacking and looked and not told and any(value is not None for _, value in before[name].values()):
                wrong.append(f"{name}: nobody is told that its field is gone")
        if table.outcome == "skipped" and before[name]:
            wrong.append(f"{name}: it had been delivered, and is refused: {table.error}")
    complete = all(table.outcome == "complete" for table in report.tables)
    if not complete and not night.refused:
        wrong += [f"{table.table} {table.outcome}: {table.error}" for table in report.failed]
    facts = tell(complete=complete, wrong=wrong)
    facts["counts"] |= {
        "rows": report.rows,
        "runs that lived": 1,
        "complete": int(complete),
        "whole": sum(table.mode == "full" for table in report.tables),
        "incremental": sum(table.mode == "incremental" for table in report.tables),
        "found": sum(table.vanished for table in report.tables if table.mode == "incremental"),
        "fields gone": sum(bool(table.gone) for table in report.tables),
        "refused lists": sum(table.outcome != "complete" for table in report.tables),
    }
    return facts


def _change(store: Store, name: str, draw: Random) -> None:
    """Changes a row in one of the ways there are."""
    soft = tables()[name].soft
    kind = draw.choice(("insert", "update", "update", "soft_delete", "hard_delete", *(("restore",) if soft else ())))
    deleted = sorted(store.ids(name, "all") - store.ids(name, "live")) if kind == "restore" else []
    if deleted:
        store.restore(name, draw.choice(deleted), {})
    elif kind != "restore":
        mutate(store, name, kind, draw)
