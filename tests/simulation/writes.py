"""Writes: none is carried out twice by us, and no outcome lies, whatever becomes of the answer.

Every create has a name of its own, so the server's deeds tell what became of it. A caller may be cancelled or have a
deadline; some deeds come late, long after their caller was told that nobody knows.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from functools import partial
from random import Random

import attrs

from asyncsdk import RetryPolicy, Wethod
from asyncsdk.errors import DecodeError, NotFoundError, OutcomeUnknownError, WethodError
from asyncsdk.sandbox.store import Where
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.simulation.outcome import LOSSES, Outcome, bounded, weather
from tests.simulation.walks import held

CALLS = 24


@attrs.define
class Call:
    """One write: what was asked, and what its caller was told."""

    kind: str
    name: str
    told: str = "nothing"  # yet


async def _create(wethod: Wethod, call: Call) -> None:
    await wethod.streams.create(name=call.name)


async def _enter(wethod: Wethod, call: Call) -> None:
    await wethod.request("POST", "/api/streams", json={"name": call.name})


async def _rename(wethod: Wethod, call: Call) -> None:
    await wethod.streams.update(2, name=call.name)


async def _remove(wethod: Wethod, call: Call) -> None:
    await wethod.timesheets.delete(int(call.name))


async def _archive(wethod: Wethod, call: Call) -> None:
    await wethod.streams.archive(int(call.name), settle=True)


MIX = ("create", "create", "enter", "rename", "remove", "archive")
KINDS = {"archive": _archive, "create": _create, "enter": _enter, "rename": _rename, "remove": _remove}


def write(seed: int, conditions: Conditions | None = None) -> Outcome:
    """Runs one world of some twenty writes."""
    draw = Random(f"{seed} write")
    simulation = Simulation(seed, conditions or weather(draw, LOSSES, share=draw.choice((0.0, 0.1, 0.3, 0.6))), rows=50)
    counts: Counter[str] = Counter()
    calls: list[Call] = []
    found: list[str] = []
    open_streams = [int(id or 0) for id in simulation.store.column("streams", "id", Where("archived_at IS NULL"))]
    repeated = draw.choice((frozenset[str](), frozenset[str](), frozenset({"PATCH"})))
    ids = {"remove": sorted(simulation.store.ids("timesheets", "live")), "archive": open_streams}

    async def one(wethod: Wethod, call: Call) -> None:
        try:
            await KINDS[call.kind](wethod, call)
        except OutcomeUnknownError:
            call.told = "unknown"
        except DecodeError as error:
            call.told = "carried out, unreadable" if error.carried_out else "unreadable"
        except NotFoundError:
            call.told = "not found"
        except WethodError as error:
            call.told = "not done"
            counts[f"told {type(error).__name__}"] += 1
        except asyncio.CancelledError:
            call.told = "cancelled"
            raise
        else:
            call.told = "done"

    async def main() -> None:
        # A name may be given twice: who knows that of his own calls can let them be repeated.
        retry = RetryPolicy(max_wait=1e6, attempts=draw.choice((1, 2, 4)), repeat=repeated)
        deadline = draw.choice((None, None, 5.0, 0.3))
        async with simulation.client(
            budget=draw.choice((None, 5000)), retry=retry, deadline=deadline, read_timeout=10.0, max_in_flight=4
        ) as wethod:
            await _give_up(simulation, wethod)
            running = []
            for number in range(draw.randint(1, CALLS)):
                kind = draw.choice((*MIX, *(("rename",) * 6 if repeated else ())))
                name = f"stream {seed} {number}"
                if kind in ids:
                    if not ids[kind]:
                        continue
                    name = str(ids[kind].pop())
                calls.append(Call(kind, name))
                running.append(asyncio.create_task(one(wethod, calls[-1])))
                await asyncio.sleep(draw.choice((0.0, 0.0, 0.05, 2.0)))
                if draw.random() < 0.1:
                    draw.choice(running).cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await asyncio.sleep(0)
            found.extend(held(wethod))
            quota, stats = wethod.quota, wethod.stats
            if quota.limit is not None and quota.limit - (quota.remaining or 0) != stats.requests:
                found.append(f"{quota.limit - (quota.remaining or 0)} grants spent for {stats.requests} requests")
        await asyncio.sleep(simulation.server.conditions.late_seconds + 30)  # late deeds are done by now

    simulation.run(main, prepare=partial(bounded, simulation))
    wrong = [*found, *_lies(simulation, calls, repeated)]
    if simulation.left:
        wrong.append(f"tasks left: {simulation.left}")
    counts.update(f"{call.kind} {call.told}" for call in calls)
    counts["writes"] = len(calls)
    counts["write worlds"] = 1
    return Outcome(
        world="writes",
        seed=seed,
        wrong=wrong,
        counts=counts + simulation.counts,
        seconds=simulation.seconds,
        trace=simulation.trace,
    )


async def _give_up(simulation: Simulation, wethod: Wethod) -> None:
    """Lets the client open a connection before anything goes wrong: an application rarely begins with a write."""
    fair, simulation.server.conditions = simulation.server.conditions, Conditions()
    await wethod.streams.get(1)
    simulation.server.conditions = fair


def _lies(simulation: Simulation, calls: list[Call], repeated: frozenset[str]) -> list[str]:
    """Returns what the callers were told that the server's deeds belie."""
    made = Counter[str]()
    tried = Counter[str]()
    gone = Counter[str]()
    for deed in simulation.server.writes:
        name = json.loads(deed.asked.body or b"{}").get("name", "")
        if deed.asked.method == "DELETE":
            name = deed.asked.path.rpartition("/")[2]
            gone[name] += deed.status < 300
        elif deed.asked.path.endswith(":archive"):
            name = deed.asked.path.rpartition("/")[2].removesuffix(":archive")
        tried[name] += 1
        made[name] += deed.status < 300
    wrong = []
    for call in calls:
        times = made[call.name]
        if call.told == "nothing":
            wrong.append(f"{call}: its caller was told nothing")
        if call.kind == "remove":
            if call.told == "done" and not gone[call.name]:
                wrong.append(f"{call}: told done, and the row is there")
            if call.told == "not found" and not gone[call.name]:
                wrong.append(f"{call}: told not found, and the row is there")
            continue
        once = not (call.kind == "rename" and "PATCH" in repeated)
        if tried[call.name] > 1 and once:
            wrong.append(f"{call}: carried out {tried[call.name]} times")
        if call.told == "done" and (times != 1 if once else not times):
            wrong.append(f"{call}: told done, carried out {times} times")
        if call.told == "unreadable" or (call.told == "carried out, unreadable" and not times):
            wrong.append(f"{call}: carried out {times} times")
        if call.told == "not done" and times:
            wrong.append(f"{call}: told not done, carried out {times} times")
    return wrong
