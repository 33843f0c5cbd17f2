"""Where an extraction's rows go: the protocol every target keeps, and the values that pass between it and a run.

A target is blocking code. The run calls it from one thread at a time, never from the event loop. It knows nothing of
HTTP, walks or bookmarks: what a run must remember comes as JSON text that is opaque to it, which it commits together
with the rows they belong to. After a crash at any instant a target therefore holds rows and state that fit each other.

Words: a *pass* is one walk over a list; a *whole pass* reads all of it, and only such a pass tells what has vanished.
The ids that a whole pass met are stored (`_asyncsdk_seen`), so that a pass which was interrupted goes on. A *state* is
what is remembered for one list and one set of filters, its *key*.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import attrs

from ..errors import WethodError

if TYPE_CHECKING:
    import pyarrow as pa

    from .._codec.arrow.columns import Column

__all__ = [
    "RIVAL",
    "STATES_KEPT",
    "Batch",
    "Contents",
    "Live",
    "Owner",
    "Place",
    "RunLine",
    "Shrink",
    "Table",
    "Target",
    "TargetError",
    "TargetLocked",
    "TargetRefused",
    "TargetStopped",
    "Written",
    "shrinks_too_much",
]

LARGEST_SHRINK: Final = 0.2
"""Share of a table's live rows that may vanish in one pass before it is taken for a lost permission."""

SMALLEST_GUARDED: Final = 20
"""Live rows from which on that share counts: of a few rows one is soon a fifth."""

STATES_KEPT: Final = 32
"""States of one table that are remembered, the newest ones: filters that move (`today-30`) leave one each night."""

RIVAL: Final = "another run has written to"
"""What is said where a commit finds that another run has moved the state it began from, and gives up."""


def shrinks_too_much(live: int, absent: int) -> bool:
    """Whether so many of a table's live rows are absent that a lost permission is likelier than deletions.

    >>> shrinks_too_much(100, 20), shrinks_too_much(100, 21), shrinks_too_much(4, 1)
    (False, True, False)
    """
    return live >= SMALLEST_GUARDED and absent > LARGEST_SHRINK * live


class TargetError(WethodError):
    """The target failed while it was used (disk full, connection lost ...). What was committed before is kept."""


class TargetStopped(TargetError):
    """What a target did was ended by `stop`. What was committed before is kept, and the next run goes on."""


class TargetRefused(TargetError):
    """The target must not be used as asked: locked by another run, another company's, of an unknown version, read-only.

    Nothing was changed. The message says what to do (`--schema`, `--prefix`, wait for the other run ...).
    """


class TargetLocked(TargetRefused):
    """Another run writes to the target; once that has ended, this one may."""


@attrs.frozen
class Place:
    """A target as it is written on the command line, with where in it the rows go.

    Args:
        text: `parquet:DIR`, `duckdb:FILE`, `postgresql://...`, `delta:DIR`, `delta:s3://bucket/prefix`, `csv:DIR` or
            `jsonl:DIR`.
        schema: a schema of the database, or a folder in DIR; None: its own default (`public`, `main`, DIR itself).
        prefix: what every table's and folder's name starts with.
        state: for folders, another folder for the file that holds rows and states, as it is; None: `DIR/.asyncsdk`.
        patience: seconds for which a connection that was lost is opened again.
    """

    text: str
    schema: str | None = None
    prefix: str = ""
    state: Path | None = None
    patience: float = 0.0


@attrs.frozen
class Owner:
    """Whose rows a target holds. A target remembers its first owner and refuses any other."""

    base_url: str
    company: str


@attrs.frozen
class Table:
    """What one list becomes. Every row has an integer `id`, which no other row of the table has.

    Args:
        name: as the attribute (`production_plan_streams`), for nested lists with its name (`streams_leaders`). The
            target adds the prefix.
        model: the attrs class of the contract. Rows may be of a twin class with the same attributes, of which all but
            `id` may be None (a field that vanished from the API): read attributes by name, do not check the class.
        columns: of the model, by wire name, less those that shall be stored nowhere. Besides them every table has
            `_vanished_at` (timestamp with zone), and `_raw` where `raw` is set.
        raw: rows come with their JSON text, for the column `_raw`. A table that has the column keeps it.
        without: names of columns that must not be stored. `open` removes them from a table that has them.
    """

    name: str
    model: type
    columns: tuple[Column, ...]
    raw: bool = False
    without: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Batch:
    """Rows to write, each id once (the last one that came), each of values that every engine can hold.

    Args:
        rows: objects with the model's attributes.
        raw: the JSON text of each row, in the order of rows; None where the run does not keep it.
        whole: the beginning (UTC) of the whole pass that the batch belongs to: the ids of its rows, and those of
            `spared`, are stored as met by it. None: of no such pass.
        spared: ids of rows that came but cannot be stored: they have not vanished.
        kept: names of columns that these rows have no value for, since the API does not send them any more. They
            decide nothing, rows that are there keep their values, new ones get null.
        arrays: columns of the rows that are Arrow arrays already, by name.
    """

    rows: Sequence[object]
    raw: Sequence[bytes] | None = None
    whole: datetime | None = None
    spared: Sequence[int] = ()
    kept: frozenset[str] = frozenset()
    arrays: Mapping[str, pa.Array[Any]] | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class Written:
    """What a batch came to: rows that were not there, and rows that were and differ. Equal rows were not written."""

    new: int = 0
    changed: int = 0

    @property
    def rows(self) -> int:
        """Rows written."""
        return self.new + self.changed


@attrs.frozen
class Contents:
    """What a table holds, and what it should.

    Args:
        rows: rows that are there now, deleted and vanished ones included.
        committed: rows that were there after the last commit of a run, counted in its transaction; None: no run has
            written to the table yet.
    """

    rows: int
    committed: int | None = None

    @property
    def lost(self) -> bool:
        """Whether somebody dropped or emptied the table, or took rows away: nothing that is remembered of it holds."""
        return self.committed is not None and self.rows < self.committed


@attrs.frozen
class Live:
    """The rows of a table that are neither deleted nor vanished, in arrays of 8 bytes a row.

    Args:
        ids: rising.
        seconds: the second in which each row was last updated, since 1970; -1 where that is not stored. Empty where
            nobody asked.
    """

    ids: array[int]
    seconds: array[int] = attrs.field(factory=lambda: array("q"))


@attrs.frozen
class Shrink:
    """What a whole pass did not meet.

    Args:
        live: rows that were neither deleted nor vanished before.
        absent: of these, rows that the pass did not meet.
        marked: whether they got their `_vanished_at`; False where they were too many.
    """

    live: int
    absent: int
    marked: bool


@attrs.frozen(kw_only=True)
class RunLine:
    """One line of the run log, `_asyncsdk_runs`: what a run did to one table.

    Args:
        run: the same for all lines of a run.
        table: its name, without prefix.
        mode: `full` read the whole list, `incremental` what changed.
        started, finished: UTC.
        rows: rows written: new and changed ones.
        rejected: rows that did not fit.
        vanished: rows marked as vanished.
        requests: requests sent for it.
        complete: all rows were delivered. False: the next run goes on.
        error: why it is not complete.
    """

    run: str
    table: str
    mode: Literal["full", "incremental"]
    started: datetime
    finished: datetime
    rows: int
    rejected: int = 0
    vanished: int = 0
    requests: int = 0
    complete: bool = True
    error: str | None = None


class Target(Protocol):
    """A place for rows that is safe against a crash at any instant.

    `peek`, `warnings`, `rejects_path`, `lost` and `stop` may be called at any time, the rest between `open` and
    `close`. Methods raise TargetError where the target fails, with a message for people, and let no exception of a
    driver out.

    For each table a run calls `state` and `contents`, then `write` and `save` as it reads, `mark_vanished` after a
    whole pass, `save` with the state that ends it, and `finish` where all went well.
    """

    def peek(self, table: Table, key: str) -> bytes | None:
        """The state of a key without locking, creating or changing anything; None where there is none to be read."""

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """Locks the target, checks its owner and version, makes or widens the tables, and repairs what a crash left.

        A column that the table has and the model lacks stays, unless it is one of `Table.without`; one that it lacks
        is added, nullable. The view `<table>_live` (databases) shows rows with neither `deleted_at` nor `_vanished_at`.
        Where a table has lost rows (`Contents.lost`) its states are forgotten, for every set of filters, so that its
        list is read whole, and `warnings` tells why.

        Raises:
            TargetRefused: another run holds it, it is another company's, too new, or it cannot be written.
        """

    def state(self, table: Table, key: str) -> bytes | None:
        """What was committed last for a key."""

    def contents(self, table: Table) -> Contents:
        """What the table held when the target was opened, counted in the table itself, and what it should have held."""

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> Written:
        """Commits rows and state together: rows upsert by `id`, state replaces that of the key.

        The batch is compared with the table first. Only rows that are new, that differ in a column the batch has a
        value for, or that had vanished, are written, and these lose their `_vanished_at`. Equal rows are not touched.
        With `Batch.whole` the ids are stored as met by that pass, and those of an earlier pass of the table go.
        """

    def save(self, table: Table, key: str, state: bytes) -> None:
        """Commits a state alone, and forgets all but the newest `STATES_KEPT` of the table."""

    def mark_vanished(self, table: Table, whole: datetime, at: datetime, *, allow_shrink: bool) -> Shrink:
        """Sets `_vanished_at` of live rows that the whole pass which began at `whole` did not meet; erases none.

        Where there are too many of them (`shrinks_too_much`) and `allow_shrink` is false, nothing is marked. What the
        pass met stays stored until `finish`: a run that dies behind this asks again, and gets the same.
        """

    def live(self, table: Table, *, times: bool) -> Live:
        """The ids of the rows that are neither deleted nor vanished; with `times` also when each was updated."""

    def mark_gone(self, table: Table, ids: Sequence[int], at: datetime) -> int:
        """Sets `_vanished_at` of the live rows among these, each known to be gone from its list; returns how many."""

    def finish(self, table: Table) -> None:
        """After the last write of a table that was brought up to date, once its state is saved.

        Forgets what the whole pass met. Folders publish the table, where it changed.
        """

    def drop(self, table: Table) -> None:
        """Removes a table with all that is remembered of it: rows, states, rejects, what readers see."""

    def log_run(self, line: RunLine) -> None:
        """Adds a line to the run log."""

    def warnings(self, table: Table) -> Sequence[str]:
        """What somebody should know of the rows that were written to a table since `open`."""

    def rejects_path(self, table: Table) -> Path:
        """The file for rows of a table that do not fit, `<table>.rejects`: JSON lines no reader takes for a table."""

    def lost(self) -> bool:
        """Whether the connection to it is known to be gone, at once and without asking it.

        Any call that needs one opens it again, or raises; so a run makes one before it reads on.
        """

    def stop(self, *, writes: bool = False) -> None:
        """Ends long work soon, from any thread: `finish`, `mark_vanished` and `open` raise TargetStopped.

        What they did not commit is as it was before. Writing rows and states, logging and closing go on as usual, so
        that an interrupted run can still commit what it holds. Returns at once; safe at any time, and again. A
        target that was stopped stays so.

        Args:
            writes: end these as well, as far as the target can: for one that does not answer.
        """

    def close(self) -> None:
        """Releases the lock. Safe to call twice, and after any error."""
