"""Batches on their way into one table: one is written while the next is collected.

Before a batch reaches the target each id is in it once, and rows with a value that no table can hold are put aside with
the others that do not fit, so that every engine gets the same rows and none of them is kept out by a neighbour.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, cast

import attrs
import msgspec

from .._codec.decode import Reject
from ..errors import DecodeError
from . import rejects
from .bounds import OutOfBounds, misfits
from .target import Batch, Target
from .worker_thread import noticed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._codec.arrow.columns import Column
    from .job import Job
    from .worker_thread import WorkerThread

__all__ = ["BatchWriter", "fitting", "unique"]

_id_of = cast("attrgetter[int]", attrgetter("id"))


@attrs.define(eq=False)
class BatchWriter:
    """Writes the batches of a table, each together with the state it leads to.

    Args:
        job, target, worker: of the run.
        rows: rows that were committed, new and changed ones.
        unwritable: ids of rows with a value that no table can hold.
        unstored: ids of live rows that the list has and the table does not, as they do not fit.
        new: rows that were not there before.
        repeated: rows that were left out because a later one of their batch had their id.
    """

    job: Job
    target: Target
    worker: WorkerThread
    rows: int = 0
    unwritable: list[int] = attrs.field(factory=list)
    unstored: set[int] = attrs.field(factory=set)
    new: int = 0
    repeated: int = 0
    _writing: asyncio.Future[None] | None = None

    def begin(self, batch: Batch, refused: Sequence[Reject], state: bytes) -> None:
        """Begins to write a batch, and the rows that were refused with it. The one before is written."""
        self._writing = asyncio.ensure_future(self.worker(partial(self._write, batch, refused, state)))
        self._writing.add_done_callback(noticed)

    @property
    def failed(self) -> bool:
        """Whether the last batch is known not to be written: `written` will say why, and no more need be read."""
        writing = self._writing
        return writing is not None and writing.done() and (writing.cancelled() or writing.exception() is not None)

    @property
    def busy(self) -> bool:
        """Whether a batch is still being written."""
        return self._writing is not None and not self._writing.done()

    async def written(self) -> None:
        """Waits until the last batch is.

        Raises:
            TargetError: it is not.
        """
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                self._writing = writing  # a thread cannot be cancelled: whoever cleans up waits for it
                raise

    def put_aside(self, refused: Sequence[Reject]) -> None:
        """Writes rows that do not fit beside the table. In the target's thread."""
        if refused:
            rejects.append(self.target.rejects_path(self.job.table), refused, self.job.hidden)

    def _write(self, given: Batch, refused: Sequence[Reject], state: bytes) -> None:
        """In the target's thread."""
        once = unique(given)
        batch, unfit = fitting(once, self.job.table.columns)
        self.put_aside([*refused, *unfit])
        if batch.rows or (batch.whole is not None and batch.spared):
            written = self.target.write(self.job.table, batch, self.job.key, state)
            self.rows, self.new = self.rows + written.rows, self.new + written.new
        else:
            self.target.save(self.job.table, self.job.key, state)
        self.unstored.update(id_ for id_ in map(rejects.live_id_of, [*refused, *unfit]) if id_ is not None)
        self.repeated += len(given.rows) - len(once.rows)
        self.unwritable += [id_ for reject in unfit if (id_ := rejects.id_of(reject)) is not None]


def unique(batch: Batch) -> Batch:
    """The batch with each id once: of several rows the last, in the place where it stands."""
    if len(set(map(_id_of, batch.rows))) == len(batch.rows):
        return batch
    last = {id_: at for at, id_ in enumerate(map(_id_of, batch.rows))}
    return _picked(batch, sorted(last.values()))


def fitting(batch: Batch, columns: Sequence[Column]) -> tuple[Batch, list[Reject]]:
    """The batch without rows that no table can hold, whose ids are spared, and those rows."""
    from .packed_columns import packed_columns  # needs Arrow, which whoever imports this may never come to need

    if (arrays := packed_columns(batch.rows, columns)) is not None:
        return attrs.evolve(batch, arrays=arrays), []
    unfit = misfits(batch.rows, columns)
    if not unfit:
        return batch, []
    out = {misfit.index for misfit in unfit}
    ids = [_id_of(batch.rows[at]) for at in sorted(out)]
    rest = _picked(batch, [at for at in range(len(batch.rows)) if at not in out])
    spared = (*batch.spared, *(id_ for id_ in ids if rejects.is_storable(id_)))
    return attrs.evolve(rest, spared=spared), [_reject(batch, misfit) for misfit in unfit]


def _picked(batch: Batch, places: Sequence[int]) -> Batch:
    raw = None if batch.raw is None else [batch.raw[at] for at in places]
    return attrs.evolve(batch, rows=[batch.rows[at] for at in places], raw=raw)


def _reject(batch: Batch, misfit: OutOfBounds) -> Reject:
    row = batch.rows[misfit.index]
    text = json.dumps(_plain(row), default=_plain).encode() if batch.raw is None else batch.raw[misfit.index]
    reason = DecodeError(f"{misfit.reason} (row id {_id_of(row)})", path=f"$[{misfit.index}]{misfit.path[1:]}")
    return Reject(misfit.index, text, reason, id=_id_of(row))


def _plain(value: object) -> object:
    """A row, or a value inside that JSON has no word for, as one that it has."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.asdict(value)
    kind: type[object] = type(value)
    if attrs.has(kind):
        return {field.name: getattr(value, field.name) for field in attrs.fields(kind)}
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else str(value)
