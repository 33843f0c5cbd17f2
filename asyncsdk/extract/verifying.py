"""Whether tables hold the rows that their lists have: by number and identity, list by list, without writing a row.

A list whose ids rise is compared as a nightly run does it, with a proof on its last page and a search where that fails.
Short lists, and those in lists of others, are read. Of others only the number of rows is compared.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import anyio.to_thread
import attrs

from .._catalog import Listing, listings
from .._codec.html_table import html_table, row_cells
from .._limits import Slots
from .._lists.changes import SearchEnd
from .._lists.finding import Finding, find_deletions
from .._lists.pager import list_of
from ..errors import ArgumentError, WethodError
from ..errors._checks import check_whole_number
from ..events import ResponseReceived
from . import rejects
from .address import check, redacted, secrets_of, shown
from .deletions import most_pages, updated_at
from .fields_seen import FieldsSeen
from .incremental import OVERLAP, SHORT_ROWS, SMALL_ROWS
from .jobs import jobs_of, place_of
from .options import CONCURRENCY
from .reading import Source, pager_of
from .side_by_side import SIDE_BY_SIDE, opened
from .states import State
from .target import Live, Owner
from .targets import make_target

if TYPE_CHECKING:
    from .._codec.values import Json
    from ..client import Wethod
    from .job import Job
    from .target import Target
    from .worker_thread import WorkerThread

__all__ = ["ExtractionVerification", "TableCheck", "verify"]

Agreement: TypeAlias = Literal["same", "different", "unread", "failed"]

MOST_IDS: Final = 1000
"""Ids that are named of each kind; `listed` and `stored` tell how many there are."""


@attrs.frozen(kw_only=True)
class TableCheck:
    """How a table compares with its list.

    Args:
        table: its name.
        outcome: `same`; `different`; `unread`: no run has read the whole list into it; `failed`: the list could not be
            read, or is refused.
        by: what was compared: `ids`, or, in a long list that is not in the order of its ids, their `number` alone.
        listed: rows that the list shows now, deleted ones left out; None where nobody knows.
        stored: live rows of the table, and rows that it cannot hold.
        missing: ids that the list has and the table has not, as far as they were found.
        extra: ids that the table has and the list has not, likewise.
        requests: what it cost.
        error: why it failed.
    """

    table: str
    outcome: Agreement
    by: Literal["ids", "number"] = "ids"
    listed: int | None = None
    stored: int | None = None
    missing: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    requests: int = 0
    error: str | None = None


@attrs.frozen(kw_only=True)
class ExtractionVerification:
    """How the tables of a target compare with their lists.

    Args:
        company, target: whose rows, and where.
        tables: one each, in the order of their names or as they were named.
    """

    company: str
    target: str
    tables: tuple[TableCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether every table holds what its list shows."""
        return all(table.outcome == "same" for table in self.tables)

    @property
    def status(self) -> int:
        """The exit status: 0 all are the same, 1 some are not, or could not be compared."""
        return 0 if self.ok else 1

    @property
    def requests(self) -> int:
        """What it cost."""
        return sum(table.requests for table in self.tables)

    def _repr_html_(self) -> str:
        """The tables, which a notebook shows."""
        names, rows = row_cells(self.tables)
        return html_table(f"{self.target} against its lists", names, rows, total=len(self.tables))

    def to_dict(self) -> Json:
        """The comparison as data that JSON can say."""
        return {**attrs.asdict(self), "requests": self.requests, "status": self.status}


async def verify(
    wethod: Wethod,
    to: str,
    resources: Sequence[str] | None = None,
    *,
    concurrency: int = CONCURRENCY,
    schema: str | None = None,
    prefix: str = "",
    state: str | PathLike[str] | None = None,
    known: Callable[[Listing], Listing] | None = None,
) -> ExtractionVerification:
    """Compares the tables of a target with their lists: a request or two for each that is as it should be.

    Rows that came or went since the last run are differences as well: verify behind a run. No row is written; the
    target is locked meanwhile, so that no run changes it.

    Args:
        wethod: the client.
        to, schema, prefix, state: the target, as for `extract`.
        resources: names of lists; None: all that were read whole into it.
        concurrency: pages in flight, of all lists together.
        known: gives each list as it was learned to be.

    Raises:
        ConfigurationError: a name or target that cannot be used, or nothing was read into it; nothing was sent.
        TargetRefused: the target is locked, holds another company's rows, or cannot be written.

    Example:
        >>> (await verify(wethod, "duckdb:plan.duckdb")).ok  # doctest: +SKIP
    """
    check(to)
    most = wethod.settings.max_in_flight
    check_whole_number("concurrency", concurrency, 1, most, "this client keeps that many requests in flight")
    target = make_target(place_of(to, schema, prefix, state))
    named = list(listings()) if resources is None else resources
    bulk = wethod.with_options(priority="bulk")
    jobs = jobs_of(bulk, named, filters={}, since=None, known=known)
    states = await anyio.to_thread.run_sync(lambda: [State.read(target.peek(job.table, job.key)) for job in jobs])
    read = {job.table.name: state for job, state in zip(jobs, states, strict=True) if state.whole_at or state.rows}
    if resources is None:
        jobs = [job for job in jobs if job.table.name in read]
        if not jobs:
            raise ArgumentError("to", f"no list was read whole into {shown(to)}, or it is in use; run `extract` first")
    owner = Owner(wethod.settings.base_url, wethod.settings.company)
    compared = [job for job in jobs if job.table.name in read]
    checks: dict[str, TableCheck] = {}
    if compared:
        places, slots = asyncio.Semaphore(SIDE_BY_SIDE), Slots(concurrency)
        async with opened(target, owner, [job.table for job in compared]) as worker:

            async def one(job: Job) -> None:
                async with places:
                    comparison = _Comparison(job, read[job.table.name], bulk, target, worker, slots)
                    checks[job.table.name] = await comparison.made(secrets_of(to))

            working = [asyncio.ensure_future(one(job)) for job in compared]
            try:
                await asyncio.gather(*working)
            finally:
                for task in working:
                    task.cancel()
    tables = [checks.get(job.table.name, TableCheck(table=job.table.name, outcome="unread")) for job in jobs]
    return ExtractionVerification(company=wethod.settings.company, target=shown(to), tables=tuple(tables))


@attrs.define(eq=False)
class _Comparison:
    """One table, and what its comparison costs."""

    job: Job
    state: State
    wethod: Wethod
    target: Target
    worker: WorkerThread
    window: Slots
    requests: int = 0

    def __attrs_post_init__(self) -> None:
        hooks = self.wethod.settings.hooks

        def answered(event: ResponseReceived) -> None:
            self.requests += event.status is not None
            if hooks.response is not None:
                hooks.response(event)

        self.wethod = self.wethod.with_options(hooks=attrs.evolve(hooks, response=answered))

    async def made(self, secrets: frozenset[str]) -> TableCheck:
        """The comparison; a list that cannot be read ends no other."""
        name = self.job.table.name
        try:
            compared = await self._compared()
        except WethodError as error:
            compared = TableCheck(table=name, outcome="failed", error=redacted(str(error), secrets))
        return attrs.evolve(compared, requests=self.requests)

    async def _compared(self) -> TableCheck:
        listing = self.job.listing
        live: Live = await self.worker(partial(self.target.live, self.job.table, times=listing.row_path is None))
        held = array("q", sorted({*live.ids, *self.state.unstored})) if self.state.unstored else live.ids
        rising, short = self.state.rising and listing.parent is None, len(held) <= SHORT_ROWS
        if short or listing.parent is not None or (not rising and len(held) <= SMALL_ROWS):
            ids, stored = await self._ids(len(held)), set(held)
            return self._told(len(ids), len(held), ids - stored, stored - ids)
        if not rising:
            return attrs.evolve(self._told(await self._count(), len(held), (), ()), by="number")
        found = await self._found(live, held)
        missing, extra = set(found.new), {*found.deleted, *found.marked}
        if found.end is SearchEnd.PROVED:
            return self._told(len(held) + len(missing) - len(extra), len(held), missing, extra)
        told = self._told(await self._count(), len(held), missing, extra)
        return (
            attrs.evolve(told, by="number") if found.end is SearchEnd.ORDER else attrs.evolve(told, outcome="different")
        )

    def _told(self, listed: int, stored: int, missing: set[int] | tuple[()], extra: set[int] | tuple[()]) -> TableCheck:
        return TableCheck(
            table=self.job.table.name,
            outcome="different" if missing or extra or listed != stored else "same",
            listed=listed,
            stored=stored,
            missing=tuple(sorted(missing)[:MOST_IDS]),
            extra=tuple(sorted(extra)[:MOST_IDS]),
        )

    async def _found(self, live: Live, held: Sequence[int]) -> Finding:
        since = self.state.watermark or self.state.whole_at
        return await find_deletions(
            list_of(pager_of(self.wethod, self.job.listing, {})),
            held,
            since=None if since is None else since - OVERLAP,
            updated_at=partial(updated_at, live) if live.seconds else None,
            slots=self.window,
            most=most_pages(len(held)),
        )

    async def _count(self) -> int:
        return await pager_of(self.wethod, self.job.listing, {}).count()

    async def _ids(self, expected: int) -> set[int]:
        """The ids of the whole list, rows that do not fit included."""
        job, ids = self.job, set[int]()
        source = Source(
            wethod=self.wethod,
            listing=job.listing,
            query={},
            concurrency=self.window.size,
            window=self.window,
            fields=FieldsSeen(job.model, job.hidden),
            model=job.model,
            hidden=job.hidden,
            expected=expected if job.listing.parent is None else None,
        )
        async for chunk in source.chunks(None):
            ids.update(row.id for row in chunk.rows)  # type: ignore[attr-defined]  # every row has one
            ids.update(id_ for id_ in map(rejects.live_id_of, chunk.rejects) if id_ is not None)
        return ids
