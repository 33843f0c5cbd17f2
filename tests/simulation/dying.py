"""Processes that die in the middle of what they do: forked, so that dying is dying, with nothing cleaned up."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from asyncsdk.extract.target import Batch, Contents, Live, Owner, RunLine, Shrink, Table, Target, Written

__all__ = ["Forgetful", "Mortal", "in_a_process", "in_memory", "leave"]

COMMITS = ("write", "save", "mark_vanished", "mark_gone", "finish", "close")
DIED = 9
MEMORY = Path("/dev/shm")

_REPORT_FD = -1


class Mortal:
    """A target that ends the process before or after one of its commits.

    Args:
        target: does the work.
        die: ends the process.
        at: the number of the commit; None: of none.
        after: behind it, not before.
    """

    def __init__(self, target: Target, die: Callable[[], None], *, at: int | None, after: bool) -> None:
        self._target = target
        self._die = die
        self._at = at
        self._after = after
        self._commits = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        if name not in COMMITS:
            return method

        def commit(*args: Any, **options: Any) -> Any:
            self._commits += 1
            if self._commits == self._at and not self._after:
                self._die()
            result = method(*args, **options)
            if self._commits == self._at and self._after:
                self._die()
            return result

        return commit


def in_a_process(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Does work in a process forked for it, and returns what it told before it ended."""
    global _REPORT_FD  # of the child alone
    reading, writing = os.pipe()
    gc.collect()  # what is frozen is there for good, open files among it
    gc.freeze()  # so that the child does not copy what it only looks at
    child = os.fork()
    if child == 0:
        os.close(reading)
        _REPORT_FD = writing
        try:
            leave(work())
        except BaseException as error:  # whatever it is, the parent has to hear of it
            kind = f"raised {type(error).__name__}: {error}"
            leave({"counts": {}, "seconds": 0, "trace": "", "died": False, "complete": False, "wrong": [kind]})
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    answer: dict[str, Any] = json.loads(told)
    return answer


def leave(facts: dict[str, Any]) -> None:
    """Tells the parent and ends this process as a kill does: nothing is cleaned up."""
    sys.stderr.flush()
    with os.fdopen(_REPORT_FD, "wb", closefd=False) as pipe:
        pipe.write(json.dumps(facts).encode())
    os._exit(DIED)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for a world, in memory where there is such a place: processes die here, not the machine."""
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)


class Forgetful:
    """A target that keeps nothing but what does not fit: a run into it loads and compiles what every run needs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def peek(self, table: Table, key: str) -> bytes | None:
        return None

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        pass

    def state(self, table: Table, key: str) -> bytes | None:
        return None

    def contents(self, table: Table) -> Contents:
        return Contents(0)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        return Written(new=len(batch.rows))

    def save(self, table: Table, key: str, state: bytes) -> None:
        pass

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        return Shrink(0, 0, marked=False)

    def live(self, table: Table, *, times: bool) -> Live:
        return Live(array("q"))

    def mark_gone(self, table: Table, ids: Sequence[int], at: datetime) -> int:
        return 0

    def finish(self, table: Table) -> None:
        pass

    def drop(self, table: Table) -> None:
        pass

    def log_run(self, line: RunLine) -> None:
        pass

    def warnings(self, table: Table) -> Sequence[str]:
        return ()

    def rejects_path(self, table: Table) -> Path:
        return self._folder / f"{table.name}.rejects"

    def lost(self) -> bool:
        return False

    def stop(self, *, writes: bool = False) -> None:
        pass

    def close(self) -> None:
        pass
