"""What a table has to read to be up to date, pass after pass, and what is remembered of it at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs

from .._limits import clock
from .._lists.changes import SearchEnd
from .._lists.sweeping import MARGIN
from ..errors import ArgumentError, WalkError
from . import rejects
from .deletions import Deletions
from .field_warnings import warn_of_fields
from .fields_seen import FieldsSeen, gone
from .incremental import Pass, changed_since, deleted_since, is_searched, is_timed, passes
from .pass_reader import PassReader, TableStopped
from .reading import Source
from .states import Progress, State
from .target import Contents, Target
from .watermark import earlier, went_back

if TYPE_CHECKING:
    from datetime import datetime

    from .._limits import Slots
    from ..client import Wethod
    from .job import Job, RunOptions
    from .ledger import Ledger
    from .progress import Tally
    from .worker_thread import WorkerThread
    from .writing import BatchWriter

__all__ = ["TableUpdate"]

MOST_UNSTORED: Final = 1000
"""Rows that a table cannot hold up to which deletions are searched for: their ids are remembered."""

UNDATED_MARGIN: Final = timedelta(minutes=15)
"""How far this machine's clock may be ahead of that of a server which does not tell."""


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
    options: RunOptions
    tally: Tally
    ledger: Ledger
    state: State = attrs.field(factory=State)
    held: int = 0
    fields: FieldsSeen = attrs.field(init=False)
    reader: PassReader = attrs.field(init=False)
    deletions: Deletions = attrs.field(init=False)
    _last: Source | None = None

    def __attrs_post_init__(self) -> None:
        self.fields = FieldsSeen(self.job.model, self.job.hidden)
        self.deletions = Deletions(
            job=self.job,
            wethod=self.wethod,
            target=self.target,
            worker=self.worker,
            window=self.window,
            options=self.options,
            ledger=self.ledger,
        )

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
        warn_of_fields(self.ledger, self.fields, done.gone, proved=self.reader.proved, raw=self.options.raw)

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
            whole_every=self.options.whole_every,
        )

    async def _bring_up(self, todo: Sequence[Pass]) -> State:
        """Makes passes and saves what the next run begins from."""
        done, reader = self.reader.state, self.reader
        new, gone_before = self.writer.new, self.ledger.vanished
        resumed = todo[0].resume
        begun = self.ledger.started if resumed is None else min(resumed.began, self.ledger.started)
        reader.server_time = None if resumed is None else resumed.server_time
        reader.newest = done.watermark if resumed is None else resumed.newest
        for each in todo:
            done = await self._walk(each, done)
        known = self._known().union(done.fields or (), () if resumed is None else resumed.met)
        whole = todo[0].kind == "whole" or self.job.since is not None
        if not whole:
            done, whole = await self._searched(todo[0], done)
            if whole:
                ordered = done.rising
                self.ledger.mode = "full"
                for each in self._passes(done, whole=True):
                    done = await self._walk(each, done)
                done = attrs.evolve(done, rising=done.rising and ordered)
            elif done.rows is not None:
                came, went = self.writer.new - new, self.ledger.vanished - gone_before
                done = attrs.evolve(done, rows=max(0, done.rows + came - went))
        contents: Contents = await self.worker(partial(self.target.contents, self.job.table))
        # An empty list lacks nothing: whether what was gone is back, its next row tells.
        lacking = self.job.table.without if done.rows == 0 else done.gone
        reader.state = attrs.evolve(
            done,
            watermark=earlier(begun, reader.server_time, reader.newest),
            server_ahead=reader.server_ahead if resumed is None else resumed.server_ahead,
            held=contents.rows,
            fields=tuple(sorted(known | self.fields.met)),
            gone=tuple(sorted(gone(known, lacking, self.fields.met, proved=reader.proved))),
            requests=self.ledger.requests,
            seconds=self.ledger.seconds,
            answer_seconds=self.ledger.answering / self.ledger.requests if self.ledger.requests else None,
            progress=None,
        )
        await reader.save(reader.state)
        return reader.state

    async def _searched(self, changed: Pass, done: State) -> tuple[State, bool]:
        """Searches for what was deleted, once what changed is stored. Returns whether more is to be read than that.

        Rows that the list has and the table has not, although what changed was read again, were committed late or are
        back without a word: only the whole list shows them.
        """
        if self._must_read_whole(done):
            return done, True
        if changed.resume is not None or changed.start is None:
            return done, False  # what has changed since is read next, or nothing can be asked for
        if not is_searched(done, self.job.filters, self.job.since):
            return done, False
        deleted = partial(self._read, deleted_since(self.job.listing, {}, changed.start), None)
        for _ in range(2):
            unstored = {*done.unstored, *self.writer.unstored}
            found = await self.deletions.search(changed.start, unstored, deleted)
            few = len(found.unstored) <= MOST_UNSTORED
            done = attrs.evolve(done, unstored=tuple(sorted(found.unstored)), rising=done.rising and few)
            if found.end is SearchEnd.ORDER:
                self.ledger.warn(
                    f"{self.job.table.name}: its rows do not come in the order of their ids, as they had seemed to, so "
                    "the list is read whole"
                )
                return attrs.evolve(done, rising=False), True
            if found.end not in {SearchEnd.PROVED, SearchEnd.UNPROVED}:
                return done, True
            if found.end is SearchEnd.PROVED and not found.unmet:
                return done, False
            await self._walk(changed_since(self.job.listing, {}, self._began() - self.options.overlap), done)
            if await self.deletions.unmet(found.unmet.difference(self.writer.unstored)):
                return done, True
            if found.end is SearchEnd.PROVED:
                return done, False
        return done, True

    def _began(self) -> datetime:
        """When the run began, by the earlier of two clocks."""
        server_time = self.reader.server_time
        return self.ledger.started if server_time is None else min(server_time, self.ledger.started)

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
            concurrency=self.options.concurrency,
            # Nothing vanishes from a table that has no rows yet: rows that moved are looked for where it could.
            sweep=each.kind == "whole" and (self.held > 0 or not is_timed(self.job.listing, self.job.filters)),
            expected=self._expected(each),
            window=self.window,
            fields=self.fields,
            model=self.job.model,
            hidden=self.job.hidden,
            raw=self.options.raw,
        )

    def _expected(self, each: Pass) -> int | None:
        """How many rows a pass is believed to read."""
        if each.kind != "whole" or self.state.rows is None:
            return None
        return max(0, self.state.rows - (each.resume.rows if each.resume else 0))

    async def _walk(self, each: Pass, before: State) -> State:
        """One pass. Returns the state after it."""
        progress = await self._read(each, each.resume)
        if self.held and set(progress.met).intersection(progress.kept):
            # Batches kept columns whose keys came later: in their rows the key was missing by itself, which means null.
            progress = await self._read(each, None)
        if each.kind != "whole":
            return before
        if self._may_have_moved(progress):
            since = progress.server_time or progress.began - UNDATED_MARGIN
            await self._read(changed_since(self.job.listing, self.job.filters, since - MARGIN), None)
        if progress.left_out:
            self.ledger.left_out = progress.left_out
            self.ledger.warn(
                f"{self.job.table.name}: {progress.left_out} parents were refused (403 or 412), so their rows are not "
                "up to date, and vanished rows were not marked"
            )
        else:
            shrink = await self.deletions.mark_vanished(progress)
            if shrink is not None and shrink.absent and not shrink.marked:
                await self.reader.save(attrs.evolve(self.state, progress=None))
                raise TableStopped(
                    f"{shrink.absent} of {shrink.live} rows are not in the list any more, and none was marked: a lost "
                    "permission narrows lists unsaid (*.view without *.view_other). Where they are really gone, "
                    "run with --allow-shrink"
                )
        unstored = self.writer.unstored
        return attrs.evolve(
            before,
            whole_at=earlier(progress.began, self.reader.server_time, self.reader.newest),
            rows=progress.rows + progress.rejected,
            rising=progress.rising and not progress.anonymous and len(unstored) <= MOST_UNSTORED,
            unstored=tuple(sorted(unstored)),
        )

    def _may_have_moved(self, progress: Progress) -> bool:
        """Whether rows may have moved out of sight while a list was read that no sweep was made of."""
        timed, last = is_timed(self.job.listing, self.job.filters), self._last
        return last is not None and timed and not last.sweep and last.pages > 1 and progress.falls > 0

    async def _read(self, each: Pass, resume: Progress | None) -> Progress:
        """Reads a pass from where it stood, or from its start where that place is lost."""
        met = self.ledger.rows + self.ledger.rejected
        if resume is not None:
            try:
                self._last = self._source(each)
                return await self.reader.read(self._last, resume, each.unchanged)
            except (ArgumentError, WalkError) as error:
                # The place is one of another version, or the rows around it are gone.
                lost = isinstance(error, WalkError) or error.argument == "resume"
                if not lost or self.ledger.rows + self.ledger.rejected > met:
                    raise
        begun = Progress(kind=each.kind, place="", began=clock.utc_now())
        self._last = self._source(each)
        return await self.reader.read(self._last, begun, each.unchanged)
