"""One table brought up to date: its passes, their batches, and the checkpoint that is committed with each batch.

While one batch is being written the next is collected, never more: so at most twice `BATCH_ROWS` rows have to be asked
for again after a crash, and a target that is slower than the API holds the walk back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs

from .. import clock
from ..errors import ArgumentError, WalkError, WethodError
from . import rejects
from .incremental import OVERLAP, Pass, Progress, State, passes
from .lane import heard, outlast
from .ledger import Ledger
from .reading import Source
from .report import TableReport
from .shape import compare
from .standing import Standing
from .target import Batch, Shrink, Target, TargetError
from .writing import BatchWriter

if TYPE_CHECKING:
    from ..client import Wethod
    from ..throttling import Slots
    from .job import Job, Options
    from .lane import Lane
    from .progress import Tally

__all__ = ["BATCH_ROWS", "LEAVING_SECONDS", "concurrency_for", "load"]

logger = logging.getLogger("asyncsdk")

BATCH_ROWS: Final = 5_000
BATCH_SECONDS: Final = 20.0
LAST_WORDS_SECONDS: Final = 0.35
"""What a cancelled run may still take to commit the rows it holds."""

LOG_SECONDS: Final = 0.2
"""And to say in the run log that it was interrupted. Later it is said by the target's thread alone."""

LEAVING_SECONDS: Final = LAST_WORDS_SECONDS + LOG_SECONDS
"""So a table that is cancelled is left alone after this at the latest."""


class _Defect(WethodError):
    """Something broke that is not the API's nor the target's doing."""


class _Stopped(WethodError):
    """The table was left as it was, for a reason that the message gives."""


def concurrency_for(rows: int | None, most: int) -> int:
    """Pages in flight for a list of so many rows (None: nobody knows): a quarter of its pages at the most.

    What is in flight when the end shows was asked for in vain, and requests are scarcer than seconds.

    >>> [concurrency_for(rows, 8) for rows in (None, 0, 800, 100_000)]
    [8, 1, 2, 8]
    """
    return most if rows is None else min(most, max(1, rows // 400))


async def load(
    job: Job, *, wethod: Wethod, target: Target, lane: Lane, window: Slots, options: Options, tally: Tally
) -> tuple[TableReport, WethodError | None]:
    """Brings one table up to date.

    Every failure ends in the report, and is given beside it, defects among them: whatever it is, the others go on.
    Only being cancelled raises.
    """
    writer = BatchWriter(job, target, lane)
    ledger = Ledger(job=job, options=options, target=target, writer=writer, tally=tally)
    loading = _Loading(
        job=job,
        wethod=wethod,
        target=target,
        lane=lane,
        writer=writer,
        window=window,
        options=options,
        tally=tally,
        ledger=ledger,
    )
    tally.started, tally.stage = asyncio.get_running_loop().time(), "reading"
    try:
        return await loading.load()
    except asyncio.CancelledError:
        # Also while the table is finished: a merge that is stopped is for the next run.
        target.stop()
        if not await outlast(loading.interrupted(), LOG_SECONDS):
            target.stop(writes=True)
        raise


@attrs.define(eq=False, kw_only=True)
class _Loading:
    job: Job
    wethod: Wethod
    target: Target
    lane: Lane
    writer: BatchWriter
    window: Slots
    options: Options
    tally: Tally
    ledger: Ledger
    state: State = attrs.field(factory=State)
    compared: bool = False
    server_time: datetime | None = None

    async def load(self) -> tuple[TableReport, WethodError | None]:
        error: WethodError | None = None
        try:
            await self.run()
        except WethodError as problem:
            error = problem
        except Exception as defect:
            logger.exception("%s broke off", self.job.table.name)
            error = _Defect(f"{type(defect).__name__}: {defect} (a defect of asyncsdk; the log has its traceback)")
        report = self.ledger.report(error)
        self.tally.stage = report.outcome
        try:
            await self.lane(partial(self.close, report))
        except TargetError as problem:
            report = attrs.evolve(report, outcome="failed", error=report.error or str(problem))
            self.tally.stage = "failed"
        return report, error

    async def interrupted(self) -> None:
        """Says in the run log that the run was cancelled."""
        report = attrs.evolve(self.ledger.report(None), outcome="failed", error="interrupted")
        saying = asyncio.ensure_future(self.lane(partial(self.ledger.log, report)))
        saying.add_done_callback(heard)
        with suppress(WethodError):
            await asyncio.shield(saying)

    async def run(self) -> None:
        job, options = self.job, self.options
        self.wethod = self.wethod.with_options(hooks=self.ledger.counting(self.wethod.settings.hooks))
        self.state = State.read(await self.lane(partial(self.target.state, job.table, job.key)))
        self.ledger.delivered_before = self.state != State()
        todo = passes(
            job.listing,
            self.state,
            now=self.ledger.started,
            filters=job.filters,
            since=job.since,
            full=options.full,
            reconcile=options.reconcile,
        )
        self.ledger.mode = "full" if todo[0].kind == "whole" else "incremental"
        if self.ledger.mode == "full" and self.state.rows is not None:
            self.tally.expected = max(0, self.state.rows - (todo[0].resume.rows if todo[0].resume else 0))
        if todo[0].resume is None:
            await self.lane(partial(rejects.begin, self.target.rejects_path(job.table)))
        done = await self._bring_up(todo)
        # An earlier run began it, perhaps long ago: what has changed since belongs into the table as well. Nested lists
        # would be asked for parent by parent once more.
        if todo[0].resume is not None and job.listing.parent is None:
            self.server_time = None
            since = job.since
            if since is not None and done.watermark is not None:
                since = max(since, done.watermark - OVERLAP)  # what lies before, the pass has read
            await self._bring_up(passes(job.listing, done, now=self.ledger.started, filters=job.filters, since=since))

    async def _bring_up(self, todo: Sequence[Pass]) -> State:
        """Makes passes and saves what the next run begins from."""
        done = self.state
        for each in todo:
            done = await self._walk(each, done)
        begun = todo[0].resume.began if todo[0].resume is not None else self.ledger.started
        self.state = attrs.evolve(
            done,
            # Without the server's clock the overlap has to make up for ours.
            watermark=self.server_time or begun,
            requests=self.ledger.requests,
            seconds=self.ledger.seconds,
            progress=None,
        )
        await self._save(self.state)
        return self.state

    async def _save(self, state: State) -> None:
        await self.lane(partial(self.target.save, self.job.table, self.job.key, state.write()))

    async def _walk(self, each: Pass, before: State) -> State:
        """One pass. Returns the state after it."""
        source = Source(
            wethod=self.wethod,
            listing=self.job.listing,
            query={**self.job.filters, **each.query},
            concurrency=concurrency_for(self.state.rows if each.kind == "whole" else None, self.options.concurrency),
            window=self.window,
            raw=self.options.raw,
        )
        progress = each.resume or Progress(kind=each.kind, place="", began=clock.utc_now())
        self.server_time = self.server_time or progress.server_time
        met = self.ledger.rows + self.ledger.rejected
        try:
            progress = await self._read(source, progress)
        except (ArgumentError, WalkError) as error:
            lost = isinstance(error, WalkError) or error.argument == "resume"
            if each.resume is None or not lost or self.ledger.rows + self.ledger.rejected > met:
                raise
            # The place is one of another version, or the rows around it are gone: the pass begins anew.
            progress = await self._read(source, Progress(kind=each.kind, place="", began=clock.utc_now()))
        if each.kind != "whole":
            return before
        if source.left_out:
            self.ledger.left_out = source.left_out
            self.ledger.warnings.append(
                f"{self.job.table.name}: {source.left_out} parents were refused (403 or 412), so their rows are not up "
                "to date, and vanished rows were not marked"
            )
        else:
            await self._mark_vanished(progress)
        return attrs.evolve(before, whole_at=progress.began, rows=progress.rows)

    async def _read(self, source: Source, begun: Progress) -> Progress:
        """Reads a pass to its end, committing as it goes."""
        standing = Standing(begun)
        last = clock.monotonic()
        try:
            sweep = begun.kind == "whole"
            async with aclosing(source.chunks(resume=begun.place or None, sweep=sweep)) as chunks:
                async for chunk in chunks:
                    standing.add(chunk)
                    self.ledger.add(chunk)
                    self.server_time = self.server_time or source.server_time
                    if source.left_out:
                        standing.anonymous = True  # also where the pass is resumed: what was left out has not vanished
                    if self.writer.failed:
                        await self.writer.written()  # why; nothing that is read from now on could be written
                    if self.target.lost():  # opened again, or known to be gone, before more is read for it
                        await self.lane(partial(self.target.state, self.job.table, self.job.key))
                    now = clock.monotonic()
                    if len(standing.waiting) >= BATCH_ROWS or (now - last > BATCH_SECONDS and standing.has_news):
                        await self._commit(standing, source)
                        last = now
                    if not self.compared and chunk.rows:
                        await self._compare(source)
            # The answer that ended the list may have come after the last chunk.
            self.server_time = self.server_time or source.server_time
            await self._commit(standing, source)
            await self.writer.written()
        except asyncio.CancelledError:
            self.target.stop()  # what another table still merges must not keep this one from committing
            if not await outlast(self._last_words(standing, source), LAST_WORDS_SECONDS):
                self.target.stop(writes=True)
            raise
        except (_Stopped, TargetError):
            raise
        except WethodError:
            # What was delivered before the failure is good: the next run goes on behind it.
            await self._commit(standing, source)
            await self.writer.written()
            raise
        finally:
            self.ledger.misfits.update(source.misfits.counts)
        return standing.progress(source.place, self.server_time)

    async def _last_words(self, standing: Standing, source: Source) -> None:
        with suppress(WethodError):
            await self._commit(standing, source)
            await self.writer.written()

    async def _commit(self, standing: Standing, source: Source) -> None:
        """Hands what was collected to the target, once the batch before is written."""
        await self.writer.written()
        if not standing.has_news:
            return
        if rejects.too_many(standing.rows, standing.rejected):
            # The state from before this run: the next one reads the same rows again, by the same way.
            await self._save(attrs.evolve(self.state, progress=None))
            await self.lane(partial(self.writer.put_aside, standing.refused))
            raise _Stopped(
                f"{standing.rejected} of {standing.rows + standing.rejected} rows do not fit their model: the API has "
                f"changed; the table keeps what it had. See {self.target.rejects_path(self.job.table)}"
            )
        progress = standing.progress(source.place, self.server_time)
        state = attrs.evolve(self.state, progress=progress).write()
        whole = progress.kind == "whole" and not self.job.partial
        batch = Batch(
            rows=standing.waiting,
            raw=standing.raw,
            whole=progress.began if whole else None,
            spared=[id_ for id_ in map(rejects.id_of, standing.refused) if rejects.is_storable(id_)],
        )
        self.writer.begin(batch, standing.refused, state)
        standing.clear()

    async def _compare(self, source: Source) -> None:
        """Looks at one row as it came, for fields that are gone or new."""
        self.compared = True
        row = await source.sample()
        if row is None:
            return
        drift = compare(self.job.listing.model, row)
        name = self.job.table.name
        for field in drift.vanished:
            self.ledger.warnings.append(f"{name}.{field} is gone from the API; its column is null")
        for field in drift.new:
            kept = "it is kept in _raw" if self.options.raw else "--raw keeps it"
            self.ledger.warnings.append(f"{name}.{field} is new in the API and unknown to this version; {kept}")

    async def _mark_vanished(self, progress: Progress) -> None:
        if self.job.partial:
            return
        if progress.anonymous:
            self.ledger.warnings.append(
                f"{self.job.table.name}: a rejected row has no id, so vanished rows were not marked"
            )
            return
        shrink: Shrink = await self.lane(
            partial(
                self.target.mark_vanished,
                self.job.table,
                progress.began,
                clock.utc_now(),
                allow_shrink=self.options.allow_shrink,
            )
        )
        if shrink.absent and not shrink.marked:
            await self._save(attrs.evolve(self.state, progress=None))
            raise _Stopped(
                f"{shrink.absent} of {shrink.live} rows are not in the list any more, and none was marked: a lost "
                "permission narrows lists in silence (*.view without *.view_other). Where they are really gone, run "
                "with --allow-shrink"
            )
        self.ledger.vanished = shrink.absent

    def close(self, report: TableReport) -> None:
        """Ends the work of the target on this table. In its thread."""
        if report.outcome == "complete":
            self.target.finish(self.job.table)
        self.ledger.log(report)
