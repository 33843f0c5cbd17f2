"""Budget and pause over hours: never more than the limit in any window, nobody starved, every storm ridden out.

Once a 429 told how long to wait, nothing else is sent in that time but what was on its way.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import attrs

from asyncsdk import RetryPolicy, Wethod
from asyncsdk.errors import WethodError
from asyncsdk.sandbox.service import ReceivedRequest, ServedAnswer, Service
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.simulation.outcome import Outcome, bounded
from tests.simulation.walks import held

HOUR = 3600.0
ON_ITS_WAY = 5.0
"""Seconds, more than the slowest request needs to arrive over a new connection."""


@attrs.frozen
class _Watched:
    """A service whose refusals by its limit are noted: when, and for how long nothing may be sent."""

    service: Service
    now: Callable[[], float]
    refusals: list[tuple[float, float]] = attrs.field(factory=list)

    def answer(self, asked: ReceivedRequest) -> ServedAnswer:
        answer = self.service.answer(asked)
        if answer.status == 429:
            self.refusals.append((self.now(), float(dict(answer.headers)["x-ratelimit-retry-after"])))
        return answer


def budget(seed: int) -> Outcome:
    """Runs one world: tasks of one token, some of them bulk work, with a small budget or a strict server."""
    draw = Random(f"{seed} budget")
    limit = draw.choice((10, 25, 60))
    own = draw.random() < 0.6  # keeps a budget of its own; otherwise only the server's limit holds it back
    window = HOUR if own else draw.choice((10.0, 60.0, 600.0))
    simulation = Simulation(
        seed,
        Conditions(
            round_trip=draw.choice((0.02, 0.2)),
            jitter=draw.choice(((1.0, 1.0), (0.2, 4.0))),
            faults={"503": draw.choice((0.0, 0.05)), "429": 0.0 if own else draw.choice((0.0, 0.02))},
        ),
        rows=50,
        rate_limit=limit,
        rate_window=window,
    )
    watched = _Watched(simulation.server.service, simulation.clock)
    service: Any = watched
    simulation.server.service = service
    counts: Counter[str] = Counter()
    found: list[str] = []
    latest: list[float] = []
    workers, calls = draw.randint(1, 12), draw.randint(1, 3 * limit // 2)
    pace = draw.choice((0.0, 0.0, 10.0))

    async def work(wethod: Wethod) -> None:
        for _ in range(calls // workers + 1):
            try:
                await wethod.streams.get(draw.randint(1, 5))
            except WethodError as error:
                counts[f"told {type(error).__name__}"] += 1
            await asyncio.sleep(draw.expovariate(1 / pace) if pace else 0)
        latest.append(simulation.seconds)

    async def main() -> None:
        # One attempt more than a storm has turns: patience is not what is tested.
        retry = RetryPolicy(max_wait=1e7, attempts=4)
        async with simulation.client(budget=limit if own else None, retry=retry, max_in_flight=8) as wethod:
            bulk = wethod.with_options(priority="bulk")
            working = [asyncio.create_task(work(bulk if draw.random() < 0.3 else wethod)) for _ in range(workers)]
            await asyncio.sleep(draw.expovariate(1 / 30))
            if draw.random() < 0.3:
                working[0].cancel()
                counts["cancelled"] += 1
            await asyncio.gather(*working, return_exceptions=True)
            found.extend(held(wethod))

    simulation.run(main, prepare=partial(bounded, simulation))
    wrong = list(found)
    answered = simulation.counts["requests"]
    if early := _early(simulation.server.arrivals, watched.refusals):
        wrong.append(f"{early} requests were sent while the server had asked for quiet")
    if own and (refused := _over(simulation, limit)):
        wrong.append(f"{refused} requests beyond {limit} an hour")
    # Work for n windows is done after n windows, their waits, and what faults cost.
    paces = 3 * (calls // workers + 1) + 15  # what the sum of so many waits of random length does not reach
    most = (answered / limit + 2) * (window + 40) + 60 * counts["told ServerError"] + paces * pace + 300
    if latest and max(latest) > most + _ordered(simulation):
        wrong.append(f"starved: the last worker ended after {max(latest):.0f} s, not {most:.0f}")
    if told := sum(times for name, times in counts.items() if name.startswith("told") and "ServerError" not in name):
        wrong.append(f"{told} calls failed for nothing but the limit: {dict(counts)}")
    if simulation.left:
        wrong.append(f"tasks left: {simulation.left}")
    counts["budgets"] = 1
    return Outcome(
        world="budgets",
        seed=seed,
        wrong=wrong,
        counts=counts + simulation.counts,
        seconds=simulation.seconds,
        trace=simulation.trace,
    )


def _over(simulation: Simulation, limit: int) -> int:
    """Returns how many requests the server counted beyond the limit, in any hour."""
    times = simulation.server.arrivals
    return sum(at - bisect_left(times, moment - HOUR) >= limit for at, moment in enumerate(times))


def _early(arrivals: list[float], refusals: list[tuple[float, float]]) -> int:
    """Returns how many requests came while a refusal held, but for those that were on their way."""
    return sum(
        bisect_left(arrivals, at + wait - 0.5) - bisect_left(arrivals, at + ON_ITS_WAY)
        for at, wait in refusals
        if wait > ON_ITS_WAY + 0.5
    )


def _ordered(simulation: Simulation) -> float:
    """Returns the longest that ordered waits can have taken: each of the faults' is 30 s at the most."""
    return 30.0 * simulation.counts["429"]
