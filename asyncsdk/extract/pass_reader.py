"""One pass over a list, read to its end: rows are collected into batches, and each is committed with its place.

While one batch is being written the next is collected, and grows up to `LARGEST` batches where the target is slower
than the API; then the walk is held back. So at most four times `BATCH_ROWS` rows have to be asked for again after a
crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs

from .._limits import clock
from ..errors import WethodError
from . import rejects
from .collected import Collected
from .fields_seen import ENOUGH_ROWS
from .target import Batch, TargetError
from .watermark import said
from .worker_thread import outlast

if TYPE_CHECKING:
    from .fields_seen import FieldsSeen
    from .job import Job
    from .ledger import Ledger
    from .reading import Source
    from .states import Progress, State
    from .target import Target
    from .worker_thread import WorkerThread
    from .writing import BatchWriter

__all__ = ["BATCH_ROWS", "LAST_COMMIT_SECONDS", "PassReader", "TableStopped"]

BATCH_ROWS: Final = 5_000
LARGEST: Final = 2
"""Batches that may become one while another is being written: each costs the target a commit."""

BATCH_SECONDS: Final = 20.0

LAST_COMMIT_SECONDS: Final = 0.35
"""What a cancelled run may still take to commit the rows it holds."""


class TableStopped(WethodError):
    """The table was left as it was, for a reason that the message gives."""


@attrs.define(eq=False, kw_only=True)
class PassReader:
    """Reads passes of one table.

    Args:
        job, target, worker, writer, ledger: of the table.
        fields: the keys of its rows, of all passes of the run.
        state: what the last complete run left; commits carry it, with the progress of the pass.
        known: columns whose keys the list ever sent; None: nobody knows.
        server_time: the server's clock at the first answer.
        server_ahead: seconds by which it was ahead of ours then.
        newest: the latest `updated_at` that came.
        proved: whether enough rows came to tell which fields are gone.
    """

    job: Job
    target: Target
    worker: WorkerThread
    writer: BatchWriter
    ledger: Ledger
    fields: FieldsSeen
    state: State
    known: frozenset[str] | None = None
    server_time: datetime | None = None
    server_ahead: float | None = None
    newest: datetime | None = None
    proved: bool = False
    _looked: bool = False

    async def look(self, source: Source, unchanged: Mapping[str, object] | None) -> None:
        """Looks at one page of the rows that did not change, once: they show whether a key is still sent."""
        if not self._looked and unchanged is not None:
            self._looked = True
            await source.look({**self.job.filters, **unchanged})

    async def read(self, source: Source, begun: Progress, unchanged: Mapping[str, object] | None) -> Progress:
        """Reads a pass to its end, committing as it goes.

        Args:
            source: the rows.
            begun: where it stands.
            unchanged: the query of the rows that it does not read.

        Raises:
            TableStopped: too many rows do not fit.
            TargetError: a batch could not be written.
            WethodError: the list could not be read; what came before is committed.
        """
        collected = Collected(begun)
        last = clock.monotonic()
        try:
            async with aclosing(source.chunks(begun.place or None)) as chunks:
                async for chunk in chunks:
                    collected.add(chunk)
                    self.ledger.add(chunk)
                    self._note_clock(source)
                    collected.left_out = begun.left_out + source.left_out
                    if self.writer.failed:
                        await self.writer.written()  # why; nothing that is read from now on could be written
                    if self.target.lost():  # opened again, or known to be gone, before more is read for it
                        await self.worker(partial(self.target.state, self.job.table, self.job.key))
                    now, full = clock.monotonic(), self._is_full(len(collected.waiting))
                    if full or (now - last > BATCH_SECONDS and collected.has_news):
                        if full:
                            await self._stop_if_unfit(collected)
                        await self._look_if_few(collected, source, unchanged)
                        await self._commit(collected, source)
                        last = now
            # The answer that ended the list may have come after the last chunk.
            self._note_clock(source)
            await self._stop_if_unfit(collected)
            await self._look_if_few(collected, source, unchanged)
            await self._commit(collected, source)
            await self.writer.written()
        except asyncio.CancelledError:
            self.target.stop()  # what another table still merges must not keep this one from committing
            if not await outlast(self._commit_last(collected, source), LAST_COMMIT_SECONDS):
                self.target.stop(writes=True)
            raise
        except (TableStopped, TargetError):
            raise
        except WethodError:
            # What was delivered before the failure is good: the next run goes on behind it.
            await self._commit(collected, source)
            await self.writer.written()
            raise
        finally:
            self.ledger.misfits.update(source.misfits.counts)
        enough = (begun.kind == "whole" and not begun.place) or collected.came >= ENOUGH_ROWS or self._looked
        self.proved = self.proved or (collected.came > 0 and enough)
        return self._progress(collected, source)

    def _progress(self, collected: Collected, source: Source) -> Progress:
        return collected.progress(source.place, self.server_time, self.server_ahead, self.fields.met)

    def _is_full(self, rows: int) -> bool:
        """Whether so many rows that wait are a batch: more while another one is being written, which costs less."""
        return rows >= BATCH_ROWS * (LARGEST if self.writer.busy else 1)

    def _note_clock(self, source: Source) -> None:
        if self.server_time is None:
            self.server_time = source.server_time
        if self.server_ahead is None:
            self.server_ahead = source.server_ahead
        if (ahead := source.clock_ahead) is not None:
            source.clock_ahead = None
            side = "ahead of" if ahead.total_seconds() > 0 else "behind"
            self.ledger.warn(
                f"this machine's clock is {said(ahead)} {side} the server's: what changes is asked for from the "
                "earlier of the two, which costs requests; one of them should be set"
            )

    async def _commit_last(self, collected: Collected, source: Source) -> None:
        with suppress(WethodError):
            await self._commit(collected, source)
            await self.writer.written()

    async def _stop_if_unfit(self, collected: Collected) -> None:
        """Raises TableStopped where too many rows do not fit."""
        if not rejects.too_many(collected.rows, collected.rejected):
            return
        await self.writer.written()
        # The state from before this run: the next one reads the same rows again, by the same way.
        await self.save(attrs.evolve(self.state, progress=None))
        await self.worker(partial(self.writer.put_aside, collected.refused))
        raise TableStopped(
            f"{collected.rejected} of {collected.met} rows do not fit their model: the API has "
            f"changed; the table keeps what it had. See {self.target.rejects_path(self.job.table)}"
        )

    async def _look_if_few(self, collected: Collected, source: Source, unchanged: Mapping[str, object] | None) -> None:
        """Looks at rows that did not change, where those that did are too few to tell whether a key is gone."""
        missing = self.fields.missing
        if self.known is not None and not self.job.partial:
            missing &= self.known  # of what was never sent no column holds anything
        if missing and collected.has_news and collected.begun.kind != "whole" and collected.came < ENOUGH_ROWS:
            await self.look(source, unchanged)

    async def _commit(self, collected: Collected, source: Source) -> None:
        """Hands what was collected to the target, once the batch before is written."""
        await self.writer.written()
        if not collected.has_news:
            return
        if self.server_time is None:
            collected.note_newest()
            self.newest = collected.newest
        kept = self.fields.missing & {column.name for column in self.job.table.columns} if collected.waiting else ()
        collected.kept.update(kept)
        progress = self._progress(collected, source)
        whole = progress.kind == "whole" and not self.job.partial
        batch = Batch(
            rows=collected.waiting,
            raw=collected.raw,
            whole=progress.began if whole else None,
            spared=[
                id_ for id_ in map(rejects.id_of, collected.refused) if id_ is not None and rejects.is_storable(id_)
            ],
            kept=frozenset(kept),
        )
        self.writer.begin(batch, collected.refused, attrs.evolve(self.state, progress=progress).write())
        collected.clear()

    async def save(self, state: State) -> None:
        """Saves a state without rows."""
        await self.worker(partial(self.target.save, self.job.table, self.job.key, state.write()))
