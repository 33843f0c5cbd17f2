"""A run that is killed: what it writes is a matter of its seed, so that any other process knows what must be there.

    python -m tests.extract.killed PLACE SCHEMA SEED LINE

prints the number of each batch once it is committed, and kills itself with SIGKILL when it comes to execute the given
line of the code that commits, counted from 1 on; with 0 it runs to its end and prints `lines N`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from asyncsdk.extract.target import Batch, Place, Target
from tests.extract.stored import NIGHT, THINGS, Person, Thing, opened

BATCHES: Final = 12
ROWS: Final = 30
KEY: Final = "things"
DONE: Final = "things?done"
COMMITTING: Final = {
    *("folder.py", "locks.py", "duckdb.py", "duckdb_store.py", "duckdb_file.py", "published_files.py"),
    *("postgres.py", "postgres_blocks.py", "postgres_session.py"),
}
"""Modules of `targets` in which it matters what is on disk when they stop."""


def ids_of(seed: int, number: int) -> list[int]:
    """The ids of a batch: new ones at first, then more and more that were there before."""
    chance = random.Random(f"{seed} {number}")
    new = ROWS if number < 3 else chance.randrange(ROWS)
    first = number * ROWS
    known = chance.sample(range(first), ROWS - new) if first else []
    ids = known + list(range(first, first + new))
    if chance.random() < 0.5:
        chance.shuffle(ids)
    return ids


def pass_of(number: int) -> dt.datetime:
    """The beginning of the pass that a batch belongs to: three batches are one."""
    return NIGHT + dt.timedelta(hours=number // 3)


def expected(seed: int, last: int) -> dict[int, int]:
    """The batch that wrote each id last, once batch `last` is committed."""
    return {id: number for number in range(last + 1) for id in ids_of(seed, number)}


def expected_vanished(seed: int) -> set[int]:
    """Which rows are marked when all is done."""
    gone: set[int] = set()
    for number in range(BATCHES):
        gone.difference_update(ids_of(seed, number))
        if _marks(number):
            gone.update(id for id, last in expected(seed, number).items() if last < number - 2)
    return gone


def is_published(number: int) -> bool:
    """Whether a folder shows what it holds behind a batch."""
    return _marks(number)


def announce(number: int) -> None:
    print(number, flush=True)  # noqa: T201


def work(target: Target, seed: int, committed: int, said: Callable[[int], object] = announce) -> None:
    """Writes what is not yet written. `committed` is the last batch that is; -1: none. Each further one is `said`."""
    if committed >= 0:
        _after(target, committed)
    for number in range(committed + 1, BATCHES):
        rows = [
            Thing(id=id, value=number, name=f"{id} of {number}", people=(Person(id=number),))
            for id in ids_of(seed, number)
        ]
        target.write(THINGS, Batch(rows=rows, whole=pass_of(number)), KEY, str(number).encode())
        said(number)
        _after(target, number)
    target.finish(THINGS)


def _after(target: Target, number: int) -> None:
    if _marks(number):
        if target.state(THINGS, DONE) != str(number).encode():
            target.mark_vanished(THINGS, pass_of(number), pass_of(number), allow_shrink=True)
            target.save(THINGS, DONE, str(number).encode())
        target.finish(THINGS)


def _marks(number: int) -> bool:
    return number % 3 == 2


class Lines:
    """A tracer that calls `reached(file and line)` before each line of the code that commits is executed."""

    def __init__(self, reached: Callable[[str], object]) -> None:
        self.reached = reached

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        path = Path(frame.f_code.co_filename)
        return self._line if path.name in COMMITTING and path.parent.name == "targets" else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self.reached(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self._line


@contextmanager
def traced(reached: Callable[[str], object]) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(Lines(reached))
    try:
        yield
    finally:
        sys.settrace(before)


def main() -> None:
    text, schema, seed, last = sys.argv[1:]
    count = itertools.count(1)

    def reached(_: str) -> None:
        if next(count) == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    with traced(reached), opened(Place(text, schema or None)) as target:
        state = target.state(THINGS, KEY)
        work(target, int(seed), -1 if state is None else int(state))
    print("lines", next(count), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
