"""Loaded by workers under test: each request says which process sent it, and each commit is written down, twice.

Before it is made, and once it is: of what a process that dies in between has begun nobody knows whether it was made.

Batches are small, so that most tables take several commits, and a worker may die between any two of them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

from asyncsdk._sending import authorization
from asyncsdk.extract import pass_reader, run
from asyncsdk.extract.states import State
from asyncsdk.extract.target import Batch, Owner, Place, Table, Target, Written
from asyncsdk.extract.targets import make_target

FOLDER: Final = "ASYNCSDK_TEST_NOTES"
SENT_BY: Final = "sent by"
BATCH_ROWS: Final = 100


@attrs.frozen
class Commit:
    """What one commit of a worker held.

    Args:
        process: that made it.
        at: when it was known to be made, or was begun, in seconds since 1970.
        company, table: whose.
        ids: of the rows.
        ends: whether the state that went with them is that of a table that is read to its end.
        made: whether it is known to be made.
    """

    process: int
    at: float
    company: str
    table: str
    ids: frozenset[int]
    ends: bool
    made: bool


def commits(folder: Path) -> list[Commit]:
    """What all workers wrote down, the earliest first. A last line that its writer did not live to end says nothing."""
    found: list[Commit] = []
    for file in folder.glob("commits-*.jsonl"):
        begun: list[Commit] = []
        for line in file.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                facts: dict[str, Any] = json.loads(line)
                commit = Commit(**{**facts, "ids": frozenset(facts["ids"])})
                if commit.made:
                    begun.pop()  # a process makes one after the other
                    found.append(commit)
                else:
                    begun.append(commit)
        found += begun
    return sorted(found, key=lambda commit: commit.at)


def sender(user_agent: str) -> int:
    """The process that sent a request with this header."""
    return int(user_agent.rpartition(SENT_BY)[2])


class Noting:
    """A target that writes each of its commits down, before it and behind it."""

    def __init__(self, target: Target, note: Callable[[Commit], object]) -> None:
        self._target = target
        self._note = note
        self._company = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        self._company = owner.company
        self._target.open(owner, tables)

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        with self._noted(table, batch.rows, state):
            return self._target.write(table, batch, key, state)

    def save(self, table: Table, key: str, state: bytes) -> None:
        with self._noted(table, (), state):
            self._target.save(table, key, state)

    @contextmanager
    def _noted(self, table: Table, rows: Sequence[Any], state: bytes) -> Iterator[None]:
        ids, ends = frozenset(int(row.id) for row in rows), State.read(state).progress is None
        begun = Commit(os.getpid(), time.time(), self._company, table.name, ids, ends, made=False)
        self._note(begun)
        yield
        self._note(attrs.evolve(begun, at=time.time(), made=True))


def _install(folder: Path) -> None:
    authorization.USER_AGENT = f"asyncsdk {SENT_BY} {os.getpid()}"  # type: ignore[attr-defined]
    pass_reader.BATCH_ROWS = BATCH_ROWS  # type: ignore[misc]
    file = os.open(folder / f"commits-{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(commit: Commit) -> None:
        facts = attrs.asdict(commit, value_serializer=lambda _, __, value: _plain(value))
        os.write(file, json.dumps(facts).encode() + b"\n")

    def noting(place: Place) -> Any:
        return Noting(make_target(place), note)

    run.make_target = noting  # type: ignore[attr-defined]


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


if FOLDER in os.environ:
    _install(Path(os.environ[FOLDER]))
