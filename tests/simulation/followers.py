"""Following: a copy made by nothing but changes is the list, once that is calm; and nothing was deleted falsely.

Whoever follows is interrupted at any moment, by failures, time-outs and restarts from a bookmark.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from random import Random
from typing import Any

from asyncsdk import Changes, RetryPolicy, Wethod
from asyncsdk.errors import WethodError
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.simulation.listed import Listing, Server
from tests.simulation.outcome import READS, Outcome, bounded, weather
from tests.simulation.walks import held

__all__ = ["follower"]

EVERY = 60.0
CALM = 900.0
LONGEST_CALM = 20
LENGTHS = (0, 3, 60, 98, 99, 100, 101, 180, 350)


class _Copy:
    """An application that keeps a copy of a list, as it is told."""

    def __init__(self, server: Server, draw: Random, counts: Counter[str]) -> None:
        self.server = server
        self.draw = draw
        self.counts = counts
        self.rows: dict[int, object] = {}
        self.wrong: list[str] = []
        self.bookmark = "beginning"
        self._changes: Changes[dict[str, Any]] | None = None
        self._told = 0  # when all that it knew was last known to be true

    async def look(self, wethod: Wethod, *, patient: bool = False) -> None:
        """Takes the changes of one round, or of a part of it; goes on from the bookmark as often as not."""
        changes = self._changes
        if changes is None or self.draw.random() < 0.3:
            self.counts["restarts"] += self.bookmark != "beginning"
            changes = wethod.list(self.server.listing.path).changes(since=self.bookmark, every=None)
        self._changes = None
        began = self.server.stamp()
        taken, most = 0, self.draw.randint(0, 120) if not patient and self.draw.random() < 0.25 else 10**6
        try:
            seconds = None if patient or self.draw.random() < 0.8 else self.draw.expovariate(2)
            async with asyncio.timeout(seconds):
                async for change in changes:
                    self._take(change.kind, change.id, change.row)
                    taken += 1
                    if taken > most:
                        self.counts["left"] += 1
                        break
                else:
                    self._told = began
                self.bookmark = changes.bookmark
        except TimeoutError:
            self.counts["time-outs"] += 1
            self.bookmark, self._changes = changes.bookmark, changes
        except WethodError as error:
            self.counts["failures"] += 1
            self.bookmark = error.bookmark or "none"
            self._changes = changes
        if self._changes is None:
            await changes.aclose()

    def _take(self, kind: str, id: int, row: dict[str, Any] | None) -> None:
        self.counts[kind] += 1
        if kind == "changed":
            self.rows[id] = None if row is None else row["value"]
            return
        if id in self.server.live and self.server.died.get(id, -1) < self._told - 1000:
            self.wrong.append(f"row {id} is there and was told as deleted")
        self.rows.pop(id, None)

    def differences(self) -> list[str]:
        """Returns where the copy is not as the list."""
        live = {id: row.value for id, row in self.server.live.items()}
        if live == self.rows:
            return []
        lacks, more = sorted(live.keys() - self.rows.keys())[:5], sorted(self.rows.keys() - live.keys())[:5]
        old = [id for id in live.keys() & self.rows.keys() if live[id] != self.rows[id]][:5]
        return [f"missing {lacks}, too many {more}, old {old} of {len(live)}"]


def follower(seed: int) -> Outcome:
    """Runs one history: moving rounds, then calm ones."""
    draw = Random(f"{seed} follower")
    conditions = weather(draw, READS, share=draw.choice((0.0, 0.0, 0.1)))
    simulation = Simulation(seed, conditions, rows=0)
    server = Server(Listing.drawn(draw), Random(f"{seed} list"), simulation.now)
    simulation.server.service = server  # type: ignore[assignment]  # it answers, which is all that is asked of it
    counts: Counter[str] = Counter(followers=1)
    copy = _Copy(server, draw, counts)
    found: list[str] = []

    async def main() -> None:
        # An order that only seems to be that of ids betrays itself where many rows have moved, or on each page.
        treacherous = not server.listing.by_id and draw.random() < 0.7
        for _ in range(draw.choice((350, 900)) if treacherous else draw.choice(LENGTHS)):
            server.insert()
        rates = [0.0 if treacherous else draw.choice((0.0, 0.3, 0.6, 0.8)) for _ in range(draw.randint(1, 5))]
        async with simulation.client(retry=RetryPolicy(max_wait=1e6, attempts=draw.choice((1, 4)))) as wethod:
            for rate in rates:
                server.rate = rate
                for _ in range(draw.choice((0, 1, 2) if treacherous else (0, 1, 5, 30))):
                    server.change()
                await copy.look(wethod)
                await asyncio.sleep(draw.choice((0.0, 1.0, EVERY, 400.0, 3600.0)))
            server.rate, simulation.server.conditions = 0.0, Conditions()
            server.commit(all=True)
            for number in range(LONGEST_CALM):
                before = len(server.requests)
                await copy.look(wethod, patient=True)
                if number and not copy.differences() and len(server.requests) - before <= 2:
                    break
                await asyncio.sleep(CALM)
            else:
                found.append(f"a calm round costs {len(server.requests) - before}, and {copy.differences()}")
            counts["calm rounds"] += number + 1
            found.extend(held(wethod))

    simulation.run(main, prepare=partial(bounded, simulation))
    found.extend(copy.wrong)
    if simulation.left:
        found.append(f"tasks left: {simulation.left}")
    return Outcome(
        world="followers",
        seed=seed,
        wrong=found,
        counts=counts + simulation.counts,
        rows=len(copy.rows),
        seconds=simulation.seconds,
        trace=simulation.trace,
    )
