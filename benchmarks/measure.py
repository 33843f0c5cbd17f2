"""How things are compared: many rounds, shuffled, and the quartiles of each contender against a reference."""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

import attrs

Contender = Callable[[], Awaitable[object]]


@attrs.frozen
class Cost:
    """Lower quartile, median and upper quartile of seconds."""

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, seconds: list[float]) -> Cost:
        """The quartiles of some measurements."""
        lower, median, upper = statistics.quantiles(seconds, n=4, method="inclusive")
        return cls(lower, median, upper)


@attrs.frozen
class Result:
    """CPU seconds of this process and wall seconds of one contender."""

    cpu: Cost
    wall: Cost


async def compare(contenders: Mapping[str, Contender], rounds: int) -> dict[str, Result]:
    """Runs every contender `rounds` times, each round in another order, after one round that is not counted."""
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name in random.sample(list(contenders), len(contenders)):
            gc.collect()
            begun, spent = time.perf_counter(), time.process_time()
            await contenders[name]()
            if turn:
                cpu[name].append(time.process_time() - spent)
                wall[name].append(time.perf_counter() - begun)
            await asyncio.sleep(0)
    return {name: Result(Cost.of(cpu[name]), Cost.of(wall[name])) for name in contenders}
