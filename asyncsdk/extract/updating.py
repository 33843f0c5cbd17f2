"""What a table has to read to be up to date, pass after pass, and what is remembered of it at the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import attrs

from .._codec import surprises
from .._limits import clock
from ..errors import ArgumentError, WalkError
from . import rejects
from .fields_seen import FieldsSeen, gone
from .incremental import Pass, passes
from .pass_reader import PassReader, TableStopped
from .reading import Source
from .states import Progress, State
from .target import Contents, Shrink, Target
from .watermark import earlier, went_back

if TYPE_CHECKING:
    from datetime import datetime

    from .._limits import Slots
    from ..client import Wethod
    from .job import Job, Options
    from .ledger import Ledger
    from .progress import Tally
    from .worker_thread import WorkerThread
    from .writing import BatchWriter

__all__ = ["TableUpdate", "concurrency_for"]


def concurrency_for(rows: int | None, most: int) -> int:
    """Pages in flight for a list of so many rows (None: nobody knows): a quarter of its pages at the most.

    What is in flight when the end shows was asked for in vain, and requests are scarcer than seconds.

    >>> [concurrency_for(rows, 8) for rows in (None, 0, 800, 100_000)]
    [8, 1, 2, 8]
    """
    return most if rows is None else min(most, max(1, rows // 400))


@attrs.define(eq=False, kw_only=True)
class TableUpdate:
    """Brings one table up to date.

    Args:
        job, target, worker, writer, ledger, tally: of the table.
        wethod: whose requests the ledger counts.
        window, options: of the run.
        state: what the last run left. held: rows that the table had when this one began.
    """

    job: Job
    wethod: Wethod
    target: Target
    worker: WorkerThread
    writer: BatchWriter
    window: Slots
    options: Options
    tally: Tally
    ledger: Ledger
    state: State = attrs.field(factory=State)
    held: int = 0
    fields: FieldsSeen = attrs.field(init=False)
    reader: PassReader = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.fields = FieldsSeen(self.job.model, self.job.hidden)

    async def run(self) -> None:
        """Reads what is due, and saves what the next run begins from."""
        job = self.job
        await self._remember()
        if job.table.without.difference(self.state.gone):
            # As if they were gone from the API: once they may be stored again, the list is read whole.
            self.state = attrs.evolve(self.state, gone=tuple(sorted({*self.state.gone, *job.table.without})))
            self.reader.state = self.state
            await self.reader.save(self.state)
        before = set(self.state.gone) - job.table.without
        todo = self._passes(self.state)
        if before and todo[0].unchanged is not None:
            await self.reader.look(self._source(todo[0]), todo[0].unchanged)
            if self.fields.met.intersection(before):
                todo = self._passes(self.state, whole=True)
        self.ledger.mode = "full" if todo[0].kind == "whole" else "incremental"
        if self.ledger.mode == "full" and self.state.rows is not None:
            self.tally.expected = max(0, self.state.rows - (todo[0].resume.rows if todo[0].resume else 0))
        if todo[0].resume is None:
            await self.worker(partial(rejects.begin, self.target.rejects_path(job.table)))
        done = await self._bring_up(todo)
        # An earlier run began it, perhaps long ago: what has changed since belongs into the table as well. Nested lists
        # would be asked for parent by parent once more.
        if todo[0].resume is not None and job.listing.parent is None:
            since = job.since
            if since is not None and done.watermark is not None:
                since = max(since, done.watermark - self.options.overlap)  # what lies before, the pass has read
            done = await self._bring_up(self._passes(done, since=since))
        self._tell_fields(done)

    async def _remember(self) -> None:
        """Takes in what the last run left, unless somebody took rows away since: then nothing of it holds."""
        table = self.job.table
        self.state = State.read(await self.worker(partial(self.target.state, table, self.job.key)))
        contents: Contents = await self.worker(partial(self.target.contents, table))
        self.held = contents.rows
        self.ledger.delivered_before = self.state != State() or bool(contents.committed)
        should = max(self.state.held, contents.committed or 0)
        if contents.rows < should:
            if not self.target.warnings(table):  # it may say so itself
                self.ledger.warn(
                    f"{table.name} holds {contents.rows:,} rows where runs had left {should:,}: rows were removed by "
                    "hand, so the list is read whole"
                )
            self.state = State()
        known = None if self.state.fields is None else frozenset(self.state.fields)
        self.reader = PassReader(
            job=self.job,
            target=self.target,
            worker=self.worker,
            writer=self.writer,
            ledger=self.ledger,
            fields=self.fields,
            state=self.state,
            known=known,
        )

    def _passes(self, state: State, *, since: datetime | None = None, whole: bool = False) -> list[Pass]:
        return passes(
            self.job.listing,
            state,
            now=self.ledger.started,
            filters=self.job.filters,
            since=since or self.job.since,
            full=self.options.full and state is self.state,
            reconcile=whole or (self.options.reconcile and state is self.state),
            overlap=self.options.overlap,
        )

    async def _bring_up(self, todo: Sequence[Pass]) -> State:
        """Makes passes and saves what the next run begins from."""
        done, reader = self.reader.state, self.reader
        resumed = todo[0].resume
        begun = self.ledger.started if resumed is None else min(resumed.began, self.ledger.started)
        reader.server_time = None if resumed is None else resumed.server_time
        reader.newest = done.watermark if resumed is None else resumed.newest
        for each in todo:
            done = await self._walk(each, done)
        known = self._known().union(() if resumed is None else resumed.met)
        whole = todo[0].kind == "whole" or self.job.since is not None
        if not whole and self._must_read_whole(done):
            self.ledger.mode = "full"
            for each in self._passes(done, whole=True):
                done = await self._walk(each, done)
        contents: Contents = await self.worker(partial(self.target.contents, self.job.table))
        reader.state = attrs.evolve(
            done,
            watermark=earlier(begun, reader.server_time, reader.newest),
            server_ahead=reader.server_ahead if resumed is None else resumed.server_ahead,
            held=contents.rows,
            fields=tuple(sorted(known | self.fields.met)),
            gone=tuple(sorted(gone(known, done.gone, self.fields.met, proved=reader.proved))),
            requests=self.ledger.requests,
            seconds=self.ledger.seconds,
            progress=None,
        )
        await reader.save(reader.state)
        return reader.state

    def _must_read_whole(self, done: State) -> bool:
        """Whether more has to be read than what changed.

        A field is back, or comes for the first time: then rows that did not change have it as well. Or the server's
        clock was set back.
        """
        if went_back(done.server_ahead, self.reader.server_ahead):
            self.ledger.warn(
                "since the last run the server's clock was set back, or this machine's forward: lists are read whole, "
                "as what changed may bear times before that run"
            )
            return True
        met, known = self.fields.met, self.reader.known
        return bool(met.intersection(done.gone)) or (known is not None and not met <= known)

    def _known(self) -> frozenset[str]:
        """The columns whose keys the list has sent; where nobody remembers, and rows are there, those it promises."""
        if self.reader.known is not None:
            return self.reader.known
        return self.fields.promised if self.held else frozenset()

    def _source(self, each: Pass) -> Source:
        return Source(
            wethod=self.wethod,
            listing=self.job.listing,
            query={**self.job.filters, **each.query},
            concurrency=concurrency_for(self.state.rows if each.kind == "whole" else None, self.options.concurrency),
            window=self.window,
            fields=self.fields,
            model=self.job.model,
            hidden=self.job.hidden,
            raw=self.options.raw,
        )

    async def _walk(self, each: Pass, before: State) -> State:
        """One pass. Returns the state after it."""
        progress = await self._read(each, each.resume)
        if self.held and set(progress.met).intersection(progress.kept):
            # Batches kept columns whose keys came later: in their rows the key was missing by itself, which means null.
            progress = await self._read(each, None)
        if each.kind != "whole":
            return before
        if progress.left_out:
            self.ledger.left_out = progress.left_out
            self.ledger.warn(
                f"{self.job.table.name}: {progress.left_out} parents were refused (403 or 412), so their rows are not "
                "up to date, and vanished rows were not marked"
            )
        else:
            await self._mark_vanished(progress)
        whole_at = earlier(progress.began, self.reader.server_time, self.reader.newest)
        return attrs.evolve(before, whole_at=whole_at, rows=progress.rows)

    async def _read(self, each: Pass, resume: Progress | None) -> Progress:
        """Reads a pass from where it stood, or from its start where that place is lost."""
        met = self.ledger.rows + self.ledger.rejected
        if resume is not None:
            try:
                return await self.reader.read(self._source(each), resume, each.unchanged)
            except (ArgumentError, WalkError) as error:
                # The place is one of another version, or the rows around it are gone.
                lost = isinstance(error, WalkError) or error.argument == "resume"
                if not lost or self.ledger.rows + self.ledger.rejected > met:
                    raise
        begun = Progress(kind=each.kind, place="", began=clock.utc_now())
        return await self.reader.read(self._source(each), begun, each.unchanged)

    def _tell_fields(self, done: State) -> None:
        """Warns of fields that are gone and of new ones."""
        name = self.job.table.name
        self.ledger.gone = tuple(set(done.gone) & {column.name for column in self.job.table.columns})
        for field in sorted(self.ledger.gone):
            self.ledger.warn(
                f"{surprises.sentence(f'{name}.{field}', surprises.GONE)}, as no row has its key: the column keeps "
                "what it held, and is read anew once the field is back"
            )
        if self.reader.proved:
            for field in sorted(self.fields.promised & self.fields.missing - {*done.gone}):
                self.ledger.warn(f"{surprises.sentence(f'{name}.{field}', surprises.GONE)}; its column is null")
        for field in self.fields.unknown:
            kept = "it is kept in _raw" if self.options.raw else "--raw keeps it"
            new = surprises.sentence(f"{name}.{field}", surprises.NEW_FIELD)
            self.ledger.warn(f"{new} and {surprises.MEANINGS['new field']}; {kept}")

    async def _mark_vanished(self, progress: Progress) -> None:
        if self.job.partial:
            return
        if progress.anonymous:
            self.ledger.warn(f"{self.job.table.name}: a rejected row has no id, so vanished rows were not marked")
            return
        shrink: Shrink = await self.worker(
            partial(
                self.target.mark_vanished,
                self.job.table,
                progress.began,
                clock.utc_now(),
                allow_shrink=self.options.allow_shrink,
            )
        )
        if shrink.absent and not shrink.marked:
            await self.reader.save(attrs.evolve(self.state, progress=None))
            raise TableStopped(
                f"{shrink.absent} of {shrink.live} rows are not in the list any more, and none was marked: a lost "
                "permission narrows lists in silence (*.view without *.view_other). Where they are really gone, run "
                "with --allow-shrink"
            )
        self.ledger.vanished += shrink.absent
