"""Where an extraction's rows go: the protocol every target keeps, and the values that pass between it and a run.

A target is blocking code. The run calls it from one thread at a time, never from the event loop. It knows nothing of
HTTP, walks or bookmarks: what a run must remember comes as opaque bytes, which a target commits together with the rows
they belong to. After a crash at any instant a target therefore holds rows and state that fit each other.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import attrs

from ..errors import WethodError

if TYPE_CHECKING:
    from .columns import Column

__all__ = [
    "Batch",
    "Owner",
    "Place",
    "RunLine",
    "Shrink",
    "Table",
    "Target",
    "TargetError",
    "TargetRefused",
    "TargetStopped",
]

LARGEST_SHRINK = 0.2
"""Share of a table's live rows that may vanish in one pass before it is taken for a lost permission."""


class TargetError(WethodError):
    """The target failed while it was used (disk full, connection lost ...). What was committed before is kept."""


class TargetStopped(TargetError):
    """What a target did was ended by `stop`. What was committed before is kept, and the next run goes on."""


class TargetRefused(TargetError):
    """The target must not be used as asked: locked by another run, another company's, of an unknown version, read-only.

    Nothing was changed. The message says what to do (`--schema`, `--prefix`, wait for the other run ...).
    """


@attrs.frozen
class Place:
    """A target as it is written on the command line, with where in it the rows go.

    Args:
        text: `parquet:DIR`, `duckdb:FILE`, `postgresql://...`, `csv:DIR` or `jsonl:DIR`.
        schema: a schema of the database, or a folder in DIR; None: its own default (`public`, `main`, DIR itself).
        prefix: what every table's and folder's name starts with.
    """

    text: str
    schema: str | None = None
    prefix: str = ""


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
        columns: of the model, by wire name. Besides them every table has `_seen_at` and `_vanished_at` (timestamps with
            zone), and `_raw` where `raw` is set.
        raw: rows come with their JSON text, for the column `_raw`. A table that has the column keeps it.
    """

    name: str
    model: type
    columns: tuple[Column, ...]
    raw: bool = False


@attrs.frozen
class Batch:
    """Rows to write, each id once.

    Args:
        rows: objects with the model's attributes.
        seen_at: when the pass that read them began (UTC): the value of `_seen_at` of all of them. Writing a row also
            empties its `_vanished_at`.
        raw: the JSON text of each row, in the order of rows; None where the table has no `_raw`.
    """

    rows: Sequence[object]
    seen_at: datetime
    raw: Sequence[bytes] | None = None


@attrs.frozen
class Shrink:
    """What a complete pass did not meet.

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
    """One line of the run log, `_asyncsdk_runs` or `_runs.jsonl`: what a run did to one table.

    Args:
        run: the same for all lines of a run.
        table: its name, without prefix.
        mode: `full` read the whole list, `incremental` what changed.
        started, finished: UTC.
        rows: rows written.
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

    `peek`, `warnings`, `rejects_path` and `stop` may be called at any time, the rest between `open` and `close`.
    Methods raise TargetError where the target fails, with a message for people, and let no exception of a driver out.
    """

    def peek(self, key: str) -> bytes | None:
        """The state of a key without locking, creating or changing anything; None where there is none to be read."""

    def open(self, owner: Owner, tables: Sequence[Table]) -> None:
        """Locks the target, checks its owner and version, makes or widens the tables, and repairs what a crash left.

        A column that the table has and the model lacks stays; one that it lacks is added, nullable.
        The view `<table>_live` (databases) shows rows with neither `deleted_at` nor `_vanished_at`.

        Raises:
            TargetRefused: another run holds it, it is another company's, too new, or it cannot be written.
        """

    def state(self, key: str) -> bytes | None:
        """What was committed last for a key."""

    def write(self, table: Table, batch: Batch, key: str, state: bytes) -> None:
        """Commits rows and state together: rows upsert by `id`, state replaces that of the key."""

    def save(self, key: str, state: bytes) -> None:
        """Commits a state alone."""

    def mark_vanished(
        self, table: Table, before: datetime, at: datetime, spared: array[int], *, allow_shrink: bool
    ) -> Shrink:
        """Sets `_vanished_at` of rows that the pass which began at `before` did not meet; erases none.

        Those are the live rows with `_seen_at` before `before` whose id is not `spared` (rows that came but did not
        fit). Where they are more than LARGEST_SHRINK of the live rows and `allow_shrink` is false, nothing is marked.
        """

    def finish(self, table: Table) -> None:
        """After the last write of a table: file targets merge their parts, so that each id is there once."""

    def log_run(self, line: RunLine) -> None:
        """Adds a line to the run log."""

    def warnings(self, table: Table) -> Sequence[str]:
        """What somebody should know of the rows that were written to a table since `open`."""

    def rejects_path(self, table: Table) -> Path:
        """The file for rows of a table that do not fit: `<table>.rejects.jsonl` next to the target."""

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
