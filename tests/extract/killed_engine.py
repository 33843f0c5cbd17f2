"""A run of a target that is killed from outside: each batch is a matter of its number, so anybody knows what is due.

    python -m tests.extract.killed_engine PLACE SCHEMA

prints `ready`, then the number of each batch once it is committed, and goes on until it is killed. Batches are part of
whole passes, three a pass, at the end of which rows that it did not meet are marked.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from typing import Final

from asyncsdk.extract.target import Batch, Place, Target
from tests.extract.stored import NIGHT, THINGS, Person, Thing, opened

ROWS: Final = 40
KEY: Final = "things"
LAST: Final = 10_000


def ids_of(number: int) -> list[int]:
    """The ids of a batch: some of the older ones, none twice, and some new ones."""
    chance = random.Random(number)
    new = list(range(number * ROWS // 2, (number + 1) * ROWS // 2))
    known = range(new[0])
    return chance.sample(known, min(len(known), ROWS // 2)) + new


def expected(last: int) -> dict[int, int]:
    """The batch that wrote each id last, once batch `last` is committed."""
    return {id_: number for number in range(last + 1) for id_ in ids_of(number)}


def expected_vanished(last: int) -> set[int]:
    """The rows that are marked once the passes up to batch `last` are over."""
    gone: set[int] = set()
    met: set[int] = set()
    for number in range(last + 1):
        ids = set(ids_of(number))
        gone -= ids
        met = ids if number % 3 == 0 else met | ids
        if number % 3 == 2:
            gone |= set(expected(number)) - met
    return gone


def began(number: int) -> dt.datetime:
    """When the pass of a batch began."""
    return NIGHT + dt.timedelta(hours=number // 3)


def step(target: Target, number: int) -> None:
    """Commits a batch, and ends its pass where it is the last one."""
    rows = [Thing(id=id_, value=number, people=(Person(id=number),)) for id_ in ids_of(number)]
    target.write(THINGS, Batch(rows=rows, whole=began(number)), KEY, str(number).encode())
    print(number, flush=True)  # noqa: T201
    end(target, number)


def end(target: Target, number: int) -> None:
    """Ends the pass of a batch, again where it was ended already."""
    if number % 3 == 2:
        target.mark_vanished(THINGS, began(number), began(number), allow_shrink=True)
        target.save(THINGS, KEY, str(number).encode())
        target.finish(THINGS)


def main() -> None:
    text, schema = sys.argv[1:]
    with opened(Place(text, schema or None)) as target:
        print("ready", flush=True)  # noqa: T201
        for number in range(LAST):
            step(target, number)


if __name__ == "__main__":
    main()
