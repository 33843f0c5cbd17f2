"""Batches on their way into one table: one is written while the next is collected.

A row that no column can hold is put aside with the others that do not fit, so that it does not keep its batch out.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import attrs
import msgspec

from ..codec import Reject
from ..errors import DecodeError
from . import rejects
from .lane import heard
from .target import Batch, Target, TargetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .job import Job
    from .lane import Lane

__all__ = ["BatchWriter"]


@attrs.define(eq=False)
class BatchWriter:
    """Writes the batches of a table, each together with the state it leads to.

    `rows` counts those that were committed. `unwritable` has the ids of rows that no column could hold; None: of a row
    that tells no id.
    """

    job: Job
    target: Target
    lane: Lane
    rows: int = 0
    unwritable: list[int | None] = attrs.field(factory=list)
    _writing: asyncio.Future[None] | None = None

    def begin(self, batch: Batch, refused: Sequence[Reject], state: bytes) -> None:
        """Begins to write a batch, and the rows that were refused with it. The one before is written."""
        self._writing = asyncio.ensure_future(self.lane(partial(self._write, batch, refused, state)))
        self._writing.add_done_callback(heard)

    @property
    def failed(self) -> bool:
        """Whether the last batch is known not to be written: `written` will say why, and no more need be read."""
        writing = self._writing
        return writing is not None and writing.done() and (writing.cancelled() or writing.exception() is not None)

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
            rejects.append(self.target.rejects_path(self.job.table), refused)

    def _write(self, batch: Batch, refused: Sequence[Reject], state: bytes) -> None:
        """In the target's thread."""
        self.put_aside(refused)
        while batch.rows:
            try:
                self.target.write(self.job.table, batch, self.job.key, state)
            except TargetError as error:
                parted = _without(batch, error)
                if parted is None:
                    raise
                batch, misfit = parted
                self.put_aside([misfit])
                self.unwritable.append(rejects.id_of(misfit))
            else:
                self.rows += len(batch.rows)
                return
        self.target.save(self.job.key, state)


def _without(batch: Batch, error: TargetError) -> tuple[Batch, Reject] | None:
    """A batch less the row that no column can hold, and that row; None where the target failed for another reason."""
    at, path = getattr(error, "index", None), getattr(error, "path", "$")
    if not isinstance(at, int) or not 0 <= at < len(batch.rows):
        return None
    row = batch.rows[at]
    facts = {field.name: getattr(row, field.name) for field in attrs.fields(type(row))}  # type: ignore[arg-type]
    text = batch.raw[at] if batch.raw is not None else msgspec.json.encode(facts, enc_hook=str)
    reason = DecodeError(str(error), path=f"$[{at}]{path.removeprefix('$')}")
    raw = None if batch.raw is None else [*batch.raw[:at], *batch.raw[at + 1 :]]
    rest = Batch([*batch.rows[:at], *batch.rows[at + 1 :]], batch.seen_at, raw)
    return rest, Reject(at, text, reason)
