"""How things are compared in one process: many rounds, shuffled, and the quartiles of each contender."""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

Contender = Callable[[], Awaitable[object]]


@attrs.frozen
class Cost:
    """Lower quartile, median and upper quartile of what was measured."""

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Cost:
        """The quartiles of some measurements."""
        if len(figures) == 1:
            return cls(figures[0], figures[0], figures[0])
        lower, median, upper = statistics.quantiles(figures, n=4, method="inclusive")
        return cls(lower, median, upper)


@attrs.frozen
class Result:
    """CPU seconds of this process and wall seconds of one contender."""

    cpu: Cost
    wall: Cost


async def compare(contenders: Mapping[str, Contender], rounds: int, *, warm: bool = True) -> dict[str, Result]:
    """Runs every contender `rounds` times, each round in another order; with `warm`, after one that is not counted."""
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(-warm, rounds):
        for name in random.sample(list(contenders), len(contenders)):
            gc.collect()
            begun, spent = time.perf_counter(), time.process_time()
            await contenders[name]()
            if turn >= 0:
                cpu[name].append(time.process_time() - spent)
                wall[name].append(time.perf_counter() - begun)
            await asyncio.sleep(0)
    return {name: Result(Cost.of(cpu[name]), Cost.of(wall[name])) for name in contenders}
