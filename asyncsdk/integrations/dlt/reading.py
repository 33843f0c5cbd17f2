"""Reads one list for a resource: what to ask for in this run, and the rows that came as Arrow tables.

A first run reads the list whole, without deleted rows: a table that holds none yet has nothing to remove them from.
Later runs read what changed and what was deleted since; dlt removes the deleted rows by their mark. A list that is
nested in another is asked for parent by parent, whole, every time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import msgspec

from ..._catalog import Listing, Parent, find
from ..._codec.arrow.columns import Column
from ..._codec.decode import OnReject, Reject
from ..._limits import clock
from ..._lists.options import WalkOptions
from ..._lists.pager import Pager, list_of
from ..._lists.seen import SeenKeys
from ..._lists.walk import PageWalk
from ..._sending.headers import http_date
from ...client import Wethod
from ...errors import ArgumentError, NotFoundError, PermissionDeniedError, PreconditionFailedError
from ...extract.exclusions import Hidden
from ...extract.reading import PARENTS_AT_ONCE, pager_of
from ...extract.shape import twin
from ...extract.target import Batch
from ...extract.watermark import earlier
from ...extract.writing import fitting
from ...filters import gte
from .running import Handover
from .tables import CURSOR, DELETED, capped, table_of_rows

__all__ = ["TABLE_ROWS", "Reading", "read"]

logger: Final = logging.getLogger("asyncsdk")

TABLE_ROWS: Final = 5_000
"""Rows of an Arrow table: enough that what dlt does with each is nothing beside them."""


_FUTURE: Final = (
    "%s: the cursor of the last run, %s, lies in the future, so a clock was wrong then: the list is read whole, in "
    "every run until that moment has passed, or once by pipeline.run(..., refresh='drop_sources')"
)
_REFUSED: Final = "%s: %d of %d %s were refused to this token, and their rows are not in the table"


@attrs.frozen(kw_only=True, eq=False)
class Reading:
    """How one list is read.

    Args:
        wethod: the client.
        listing: the list.
        model: of its rows, less the fields that are left out. hidden: the keys of those fields.
        columns: of the model.
        concurrency: pages in flight.
        whole: whether every run reads the list whole.
        on_reject: is given each row that does not fit; None: such a row is an error.
    """

    wethod: Wethod
    listing: Listing
    model: type
    hidden: Hidden
    columns: tuple[Column, ...]
    concurrency: int
    whole: bool
    on_reject: OnReject | None = None

    @property
    def deletes(self) -> bool:
        """Whether later runs tell which rows were deleted."""
        return self.listing.soft_deletes and not self.whole

    def pager(self, query: Mapping[str, object]) -> Pager[Any]:
        """The list with some filters, its rows as they wait to be stored."""
        return pager_of(self.wethod, self.listing, query).into(twin(self.model))

    def options(self, *, concurrency: int, sweep: bool = False) -> WalkOptions:
        """How the list is walked."""
        on_reject = None if self.on_reject is None else self.refuse
        return WalkOptions(concurrency=concurrency, sweep=sweep, on_reject=on_reject)

    def refuse(self, reject: Reject) -> None:
        """Hands a row that does not fit to who wants it, less the fields that are left out.

        Raises:
            DecodeError: nobody does.
        """
        if self.on_reject is None:
            raise reject.error
        self.on_reject(attrs.evolve(reject, raw=self.hidden.strip(reject.raw) or b""))


async def read(reading: Reading, since: datetime | None, out: Handover) -> None:
    """Hands over the rows of one run, each id once, as tables of some thousands; one table at least, be it empty.

    Args:
        reading: of the list.
        since: from when on rows are asked for, as dlt's cursor says; None: this is the first run.
        out: takes each table.

    Raises:
        DecodeError: a row does not fit its model, or a column, and there is no `on_reject`.
        WethodError: the list could not be read.
    """
    tables = _Tables(reading, since, out)
    if reading.listing.parent is not None:
        await _read_families(tables, reading.listing.parent)
    else:
        for query in queries(reading, since, tables.asked):
            await _read_list(tables, query)
    await tables.finish()


def queries(reading: Reading, since: datetime | None, now: datetime) -> list[Mapping[str, object]]:
    """What is asked of a list in this run, one walk each."""
    soft = reading.listing.soft_deletes
    if since is None or reading.whole:
        return [{"deleted": "exclude"} if soft else {}]
    if since > now:
        logger.warning(_FUTURE, reading.listing.table, since.isoformat())
        return [{"deleted": "include"} if soft else {}]
    changed: Mapping[str, object] = {CURSOR: gte(since)}
    if not soft:
        return [changed]
    # That a deletion counts as a change is nowhere said, so what was deleted is asked for as well.
    return [{**changed, "deleted": "include"}, {"deleted": "only", DELETED: gte(since)}]


class _Tables:
    """Rows on their way into tables; which ids came, and when the reading began by two clocks."""

    def __init__(self, reading: Reading, since: datetime | None, out: Handover) -> None:
        self.reading = reading
        self.out = out
        self.asked = clock.utc_now()
        self._since = since
        self._server: datetime | None = None
        self._seen = SeenKeys()
        self._waiting: list[Any] = []
        self._any = False

    def note_clock(self, date: str | None) -> None:
        """Notes the server's clock at its first answer."""
        self._server = self._server or http_date(date)

    async def add(self, rows: Sequence[Any]) -> None:
        """Takes rows in, and puts a table when it is full.

        An id that came before is passed over: its later version has changed since the reading began, so that the next
        run reads it again.
        """
        self._waiting += [rows[at] for at in self._seen.admit([row.id for row in rows])]
        if len(self._waiting) >= TABLE_ROWS:
            await self._flush()

    async def finish(self) -> None:
        """Puts what is left."""
        if self._waiting or not self._any:
            await self._flush()

    async def _flush(self) -> None:
        reading = self.reading
        batch, unfit = fitting(Batch(rows=self._waiting), reading.columns)
        self._waiting = []
        for reject in unfit:
            reading.refuse(reject)
        table = table_of_rows(batch.rows, reading.columns)
        if not reading.whole:
            table = capped(table, earlier(self.asked, self._server) or self.asked, self._since)
        self._any = True
        await self.out.put(table)


async def _read_list(tables: _Tables, query: Mapping[str, object]) -> None:
    reading = tables.reading
    options = reading.options(concurrency=reading.concurrency, sweep=not {CURSOR, DELETED} & query.keys())
    try:
        await _walk(tables, reading.pager(query), options, tables.add)
    except ArgumentError as error:
        if error.argument != "sweep":
            raise
        # All was read but what changed meanwhile, as no Date header says when that is: the next run reads it.


async def _walk(
    tables: _Tables, pager: Pager[Any], options: WalkOptions, take: Callable[[Sequence[Any]], Awaitable[object]]
) -> None:
    """Walks a list to its end, and gives the rows of each page to `take`."""
    fetcher = list_of(pager).fetcher(options)
    tables.out.walks.add(fetcher.cancel)
    try:
        async with PageWalk(fetcher, options.on_reject) as pages:
            async for page in pages:
                tables.note_clock(pages.since)
                await take(page.items)
            tables.note_clock(pages.since)
    finally:
        tables.out.walks.discard(fetcher.cancel)


class _ParentRow(msgspec.Struct):
    id: int


async def _read_families(tables: _Tables, parent: Parent) -> None:
    """Reads the rows of each parent, some parents at a time."""
    reading = tables.reading
    ids: list[int] = []

    async def note(rows: Sequence[_ParentRow]) -> None:
        ids.extend(row.id for row in rows)

    parents = pager_of(reading.wethod, find(parent.table), {}).into(_ParentRow)
    await _walk(tables, parents, WalkOptions(concurrency=reading.concurrency), note)
    ids.sort()
    refused: list[Exception] = []
    for start in range(0, len(ids), PARENTS_AT_ONCE):
        group = ids[start : start + PARENTS_AT_ONCE]
        for family in await asyncio.gather(*(_family(tables, parent.parameter, id_) for id_ in group)):
            if isinstance(family, Exception):
                refused.append(family)
            else:
                await tables.add(family)
    if refused and len(refused) == len(ids):
        raise refused[0]
    if refused:
        logger.warning(_REFUSED, reading.listing.table, len(refused), len(ids), parent.table)


async def _family(
    tables: _Tables, parameter: str, id_: int
) -> list[Any] | PermissionDeniedError | PreconditionFailedError:
    """The rows of one parent, or why they are refused."""
    reading = tables.reading
    query = {parameter: id_, **({"deleted": "exclude"} if reading.listing.soft_deletes else {})}
    rows: list[Any] = []

    async def note(more: Sequence[Any]) -> None:
        rows.extend(more)

    try:
        await _walk(tables, reading.pager(query), reading.options(concurrency=1), note)
    except NotFoundError:
        return rows  # the parent was deleted meanwhile, and its rows with it
    except (PermissionDeniedError, PreconditionFailedError) as error:
        return error
    return rows
