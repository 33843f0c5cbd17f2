"""All worlds by name, and runs of many seeds."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import attrs

from tests.simulation.budgets import budget
from tests.simulation.creates import create, twin
from tests.simulation.followers import follower
from tests.simulation.importing import import_
from tests.simulation.mirrors import mirror
from tests.simulation.outcome import Outcome
from tests.simulation.walks import walk
from tests.simulation.writes import write

__all__ = ["WORLDS", "Sum", "run", "run_many"]


def _extraction(seed: int) -> Outcome:
    from tests.simulation.extractions import extraction  # it needs databases, and forks: only where it is asked for

    return extraction(seed)


def _history(seed: int) -> Outcome:
    from tests.simulation.histories import history  # as above

    return history(seed)


WORLDS: Final[Mapping[str, Callable[[int], Outcome]]] = MappingProxyType(
    {
        "walks": walk,
        "writes": write,
        "creates": create,
        "twins": twin,
        "imports": import_,
        "budgets": budget,
        "mirrors": mirror,
        "followers": follower,
        "extractions": _extraction,
        "histories": _history,
    }
)


@attrs.define
class Sum:
    """What many seeds of one world came to."""

    world: str
    seeds: int = 0
    rows: int = 0
    seconds: float = 0.0
    counts: Counter[str] = attrs.field(factory=Counter)
    wrong: list[str] = attrs.field(factory=list)

    def add(self, outcome: Outcome) -> None:
        """Adds one seed."""
        self.seeds += 1
        self.rows += outcome.rows
        self.seconds += outcome.seconds
        self.counts.update(outcome.counts)
        if outcome.wrong:
            self.wrong.append(f"{outcome.command}: {'; '.join(outcome.wrong)}")


def run(world: str, seed: int) -> Outcome:
    """Runs one seed. What it raises is wrong as well, and names the seed."""
    try:
        with _quiet():
            return WORLDS[world](seed)
    except Exception as error:
        outcome = Outcome(world=world, seed=seed)
        outcome.wrong.append(f"raised {type(error).__name__}: {error}")
        return outcome


def run_many(world: str, seeds: Iterable[int], *, first: bool = False) -> Sum:
    """Runs many seeds; with `first`, until one goes wrong."""
    total = Sum(world)
    for seed in seeds:
        total.add(run(world, seed))
        if first and total.wrong:
            break
    return total


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps warnings of waits to itself: a world waits a thousand times."""
    log = logging.getLogger("asyncsdk")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)
