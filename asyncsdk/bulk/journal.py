"""Keeps on disk what is about to be sent and what came of it: SQLite, written by a thread of its own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

import attrs

from .refusals import JournalRefused

if TYPE_CHECKING:
    from .._codec.values import Json
    from .comparing import PlannedWrite

__all__ = ["Binding", "Journal", "JournalRow", "State"]

State: TypeAlias = Literal["sending", "unknown", "created", "updated", "deleted", "refused", "not sent"]
"""Of a row. `sending` and `unknown` are in doubt: it may have been written."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS binding (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rows (
    key TEXT NOT NULL, digest TEXT NOT NULL, verb TEXT NOT NULL, state TEXT NOT NULL, id INTEGER,
    reason TEXT NOT NULL, held TEXT NOT NULL, sent REAL NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (key, digest)
);
"""
_WRITE: Final = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
CLOSING_SECONDS: Final = 0.5
"""What the last commit may take."""


@attrs.frozen
class Binding:
    """What a journal belongs to. `scope` is written as the API has it."""

    company: str
    resource: str
    match: tuple[str, ...]
    scope: Mapping[str, str]

    def texts(self) -> dict[str, str]:
        """Each part as text."""
        return {
            "company": self.company,
            "resource": self.resource,
            "match": json.dumps(self.match),
            "scope": json.dumps(dict(self.scope), sort_keys=True),
        }


@attrs.frozen
class JournalRow:
    """One row of a journal: its key and content, what was sent, when (seconds of the epoch), and what came of it."""

    key: str
    digest: str
    verb: str
    state: State
    id: int | None
    reason: str
    held: Mapping[str, Json]
    sent: float
    place: int

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows if it was written."""
        return self.state in {"sending", "unknown"}


_Line: TypeAlias = tuple[object, ...]
_Waiting: TypeAlias = "tuple[_Line, asyncio.Future[None] | None]"


def _own_thread() -> Executor:
    return ThreadPoolExecutor(1, thread_name_prefix="asyncsdk journal")


@attrs.define(eq=False)
class Journal:
    """An open journal. One process has it at a time.

    Args:
        binding: what it belongs to.
        rows: as they are, by key and digest.
    """

    binding: Binding
    rows: dict[tuple[str, str], JournalRow]
    _connection: sqlite3.Connection
    _next: int
    _thread: Executor = attrs.field(factory=_own_thread)
    _waiting: list[_Waiting] = attrs.field(factory=list)
    _committing: asyncio.Future[None] | None = None
    _problem: BaseException | None = None

    @classmethod
    def open(cls, path: str | PathLike[str], binding: Binding | None) -> Journal:
        """Opens a journal; makes it where there is none.

        Args:
            path: of the file.
            binding: what it is to belong to; None: it has to be there, and says so itself.

        Raises:
            JournalRefused: another process has it, it belongs to another import, or it is no journal.
        """
        name = fspath(path)
        try:
            connection = sqlite3.connect(
                name if binding is not None else f"{Path(name).absolute().as_uri()}?mode=rw",
                uri=binding is None,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise JournalRefused(f"journal {name}: {error}") from None
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            kept = dict(connection.execute("SELECT name, value FROM binding").fetchall())
            if binding is not None and not kept:
                connection.executemany("INSERT INTO binding VALUES (?, ?)", binding.texts().items())
            connection.execute("COMMIT")
            if kept:
                binding = _agreed(name, kept, binding)
            if binding is None:
                raise JournalRefused(f"journal {name}: nothing was written with it yet")
            found = [_row(line) for line in connection.execute("SELECT * FROM rows ORDER BY place")]
        except sqlite3.OperationalError as error:
            connection.close()
            held = "another process has it; wait for its end" if "locked" in str(error) else str(error)
            raise JournalRefused(f"journal {name}: {held}") from None
        except sqlite3.DatabaseError as error:
            connection.close()
            raise JournalRefused(f"journal {name}: it is no journal of a bulk write ({error})") from None
        except BaseException:
            connection.close()
            raise
        rows = {(row.key, row.digest): row for row in found}
        return cls(binding, rows, connection, next=max((row.place for row in found), default=0) + 1)

    def latest(self) -> dict[str, JournalRow]:
        """The last write of each key that was or may have been carried out."""
        rows = sorted(self.rows.values(), key=lambda row: row.place)
        return {row.key: row for row in rows if row.state not in {"refused", "not sent"}}

    async def intend(self, write: PlannedWrite, *, sent: float) -> None:
        """Puts on disk that a row is about to be sent; returns once it is there.

        Raises:
            OSError, sqlite3.Error: it could not be written, so nothing must be sent.
        """
        self._next += 1
        held = write.held
        row = JournalRow(write.key, write.digest, write.verb, "sending", write.id, "", held, sent, self._next)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keep(row, done)
        await done

    def settle(self, row: JournalRow, state: State, id: int | None, reason: str = "") -> None:
        """Notes what came of a row; it is on disk with the next commit, at the latest when the journal is closed."""
        self._keep(attrs.evolve(row, state=state, id=id, reason=reason), None)

    def _keep(self, row: JournalRow, done: asyncio.Future[None] | None) -> None:
        self.rows[row.key, row.digest] = row
        line = (row.key, row.digest, row.verb, row.state, row.id, row.reason, json.dumps(dict(row.held)), row.sent)
        self._waiting.append(((*line, row.place), done))
        if self._committing is None:
            self._begin()

    def _begin(self) -> None:
        """Commits what waits. What comes meanwhile waits for the next commit, and shares it."""
        given, self._waiting = self._waiting, []
        loop = asyncio.get_running_loop()
        committing = loop.run_in_executor(self._thread, self._commit, [line for line, _ in given])
        self._committing = committing
        committing.add_done_callback(partial(self._committed, given))

    def _committed(self, given: Sequence[_Waiting], committing: asyncio.Future[None]) -> None:
        self._committing = None
        self._problem = self._problem or committing.exception()
        for _, done in given:
            if done is None or done.done():
                continue
            if self._problem is None:
                done.set_result(None)
            else:
                done.set_exception(self._problem)
        if self._waiting:
            self._begin()

    def _commit(self, lines: Sequence[_Line]) -> None:
        """Puts lines on disk, in the thread. After a failure nothing more is written: what is there is true."""
        if self._problem is not None:
            raise self._problem
        if lines:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_WRITE, lines)
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Puts what was noted on disk, and lets the journal go. It does not wait for more than half a second.

        Raises:
            OSError, sqlite3.Error: outcomes could not be written; the next run settles them.
        """
        given, self._waiting = self._waiting, []
        # Who waits for an intent now was cancelled: it was not sent, so it stays out.
        last = self._thread.submit(self._end, [line for line, done in given if done is None])
        self._thread.shutdown(wait=False)
        try:
            last.result(CLOSING_SECONDS)
        except TimeoutError:  # the thread lets the file go once it is through, or with the process
            return

    def _end(self, lines: Sequence[_Line]) -> None:
        try:
            self._commit(lines)
        finally:
            self._connection.close()


def _agreed(name: str, kept: Mapping[str, str], binding: Binding | None) -> Binding:
    if binding is not None:
        asked = binding.texts()
        differ = [f"{part} {kept.get(part)}, not {text}" for part, text in asked.items() if kept.get(part) != text]
        if differ:
            raise JournalRefused(f"journal {name}: it belongs to another import: {'; '.join(differ)}")
        return binding
    match, scope = json.loads(kept["match"]), json.loads(kept["scope"])
    return Binding(kept["company"], kept["resource"], tuple(match), scope)


def _row(line: Sequence[object]) -> JournalRow:
    key, digest, verb, state, id, reason, held, sent, place = line
    return JournalRow(
        cast("str", key),
        cast("str", digest),
        cast("str", verb),
        cast("State", state),
        cast("int | None", id),
        cast("str", reason),
        json.loads(cast("str", held)),
        cast("float", sent),
        cast("int", place),
    )
