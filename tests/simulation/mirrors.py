"""Mirrors and shared requests: after every storm a mirror shows the server's rows, and equal GETs cost one request."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from random import Random

from asyncsdk import Mirror, RetryPolicy, Wethod
from asyncsdk.errors import NotFoundError, WethodError
from asyncsdk.models import Stream
from asyncsdk.sandbox.drift import mutate
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.simulation.outcome import READS, Outcome, bounded, weather
from tests.simulation.walks import held

LISTS = ("projects", "streams", "timesheets", "clients", "persons")
REFRESH, WHOLE = 60.0, 600.0
KINDS = ("insert", "update", "soft_delete", "hard_delete")


def mirror(seed: int) -> Outcome:
    """Runs one world: an hour or two of a mirror, rows that change, and callers that ask for the same."""
    draw = Random(f"{seed} mirror")
    lists = draw.sample(LISTS, draw.randint(1, 3))
    simulation = Simulation(seed, weather(draw, READS, share=draw.choice((0.0, 0.1))), rows=draw.choice((50, 300)))
    counts: Counter[str] = Counter()
    found: list[str] = []
    changes = Random(f"{seed} changes")

    async def change() -> None:
        for _ in range(draw.randint(0, 30)):
            await asyncio.sleep(draw.expovariate(1 / 90))
            name = draw.choice(lists)
            mutate(simulation.store, name, draw.choice(KINDS), changes)
            counts["changes behind a mirror"] += 1

    async def main() -> None:
        retry = RetryPolicy(max_wait=1e6)
        async with simulation.client(retry=retry) as wethod:
            mirrored = Mirror(wethod, lists, refresh=REFRESH, whole=WHOLE)
            while True:
                try:
                    await mirrored.start()
                    break
                except WethodError:
                    counts["mirrors that could not begin"] += 1
                    await asyncio.sleep(30)
            changing = asyncio.create_task(change())
            found.extend(await _ask_together(simulation, wethod, draw))
            await changing
            simulation.server.conditions = Conditions()
            await asyncio.sleep(2 * (WHOLE + REFRESH) + 60)
            found.extend(_differences(simulation, mirrored, lists))
            if mirrored.age > 1.1 * REFRESH + 30:
                found.append(f"the mirror is {mirrored.age:.0f} s old, and {mirrored.failure!r}")
            await mirrored.aclose()
            found.extend(held(wethod))

    simulation.run(main, prepare=partial(bounded, simulation))
    if simulation.left:
        found.append(f"tasks left: {simulation.left}")
    counts["mirrors"] = 1
    return Outcome(
        world="mirrors",
        seed=seed,
        wrong=found,
        counts=counts + simulation.counts,
        seconds=simulation.seconds,
        trace=simulation.trace,
    )


def _differences(simulation: Simulation, mirrored: Mirror, lists: list[str]) -> list[str]:
    """Returns where the mirror is not as the server."""
    wrong = []
    for name in lists:
        live = simulation.store.ids(name, "live")
        rows = dict(getattr(mirrored, name))
        if live != rows.keys():
            missing, more = sorted(live - rows.keys())[:5], sorted(rows.keys() - live)[:5]
            wrong.append(f"{name}: missing {missing}, too many {more}")
        for id in sorted(live & rows.keys()):
            stored = simulation.store.row(name, id)
            stamp = rows[id].updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            if stored is not None and stored["updated_at"] != stamp:
                wrong.append(f"{name}: row {id} is of {stamp}, the server's of {stored['updated_at']}")
                break
    return wrong


async def _ask_together(simulation: Simulation, wethod: Wethod, draw: Random) -> list[str]:
    """Asks for one row several times at once; some callers leave. Each of the others gets a row of its own.

    Where a change has deleted the row, each of them gets an error of its own.
    """
    shared = wethod.with_options(single_flight=True)
    fair, simulation.server.conditions = simulation.server.conditions, Conditions()
    await asyncio.sleep(5)  # what a refresh has in the air comes home
    before = simulation.server.counts["requests"]
    lived = 3 in simulation.store.ids("streams", "live")
    asking = [asyncio.create_task(shared.streams.get(3)) for _ in range(draw.randint(2, 12))]
    await asyncio.sleep(0)
    leaving = draw.sample(asking, draw.randint(0, len(asking) - 1))
    for task in leaving:
        task.cancel()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    sent = simulation.server.counts["requests"] - before
    simulation.server.conditions = fair
    lives = 3 in simulation.store.ids("streams", "live")
    rows = [answer for answer in answers if isinstance(answer, Stream)]
    gone = [answer for answer in answers if isinstance(answer, NotFoundError)]
    wrong = []
    told = rows if lived and lives else gone if not lived and not lives else rows + gone
    if len(told) != len(asking) - len(leaving) or any(row.id != 3 for row in rows):
        wrong.append(f"{len(asking)} asked together, {len(leaving)} left: {answers}")
    if len({id(answer) for answer in told}) != len(told):
        wrong.append("two callers got the same object")
    if sent != 1:
        wrong.append(f"{len(asking)} equal GETs cost {sent} requests")
    return wrong
