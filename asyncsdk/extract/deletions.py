"""What a table has and its list does not: marked after a whole pass that did not meet it, or searched for in between.

A search costs one request where nothing was deleted (`_lists.changes`). It needs every live row that the list has:
those of the table, and those that came and cannot be stored. What it names is confirmed row by row before it is marked.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from math import ceil, log2
from typing import TYPE_CHECKING

import attrs

from .._limits import clock
from .._lists.changes import NAMES, SearchEnd
from .._lists.finding import find_deletions
from .._lists.pager import list_of
from ..errors import DecodeError, InvalidDataError, PermissionDeniedError, PreconditionFailedError
from .reading import pager_of
from .target import Live, Shrink, shrinks_too_much

if TYPE_CHECKING:
    from .._limits import Slots
    from ..client import Wethod
    from .job import Job, RunOptions
    from .ledger import Ledger
    from .states import Progress
    from .target import Target
    from .worker_thread import WorkerThread

__all__ = ["Deletions", "Searched", "most_pages", "updated_at"]


@attrs.frozen
class Searched:
    """What a search came to.

    Args:
        end: how it ended; None: a question could not be answered, so that nothing is known.
        unmet: ids that are in the list, and neither in the table nor among those that cannot be stored.
        unstored: ids of the list that the table cannot hold, less those that are gone.
    """

    end: SearchEnd | None
    unmet: frozenset[int]
    unstored: frozenset[int]


@attrs.define(eq=False, kw_only=True)
class Deletions:
    """Finds and marks what is gone from the list of one table.

    Args:
        job, target, worker, ledger, options: of the table.
        wethod: whose requests the ledger counts. window: places in flight of the run.
    """

    job: Job
    wethod: Wethod
    target: Target
    worker: WorkerThread
    window: Slots
    options: RunOptions
    ledger: Ledger

    async def mark_vanished(self, progress: Progress) -> Shrink | None:
        """Marks the live rows that a whole pass did not meet; None where nothing can be said of them."""
        if self.job.partial:
            return None
        if progress.anonymous:
            self.ledger.warn(f"{self.job.table.name}: a rejected row has no id, so vanished rows were not marked")
            return None
        mark = partial(
            self.target.mark_vanished,
            self.job.table,
            progress.began,
            clock.utc_now(),
            allow_shrink=self.options.allow_shrink,
        )
        shrink: Shrink = await self.worker(mark)
        self.ledger.vanished += shrink.absent if shrink.marked else 0
        return shrink

    async def search(
        self, since: datetime, unstored: Collection[int], read_deleted: Callable[[], Awaitable[object]]
    ) -> Searched:
        """Searches the list for rows that are not there any more, and marks those that it names.

        Args:
            since: from when on rows may have changed or been deleted.
            unstored: ids of live rows that the table cannot hold.
            read_deleted: reads what the list marks as deleted into the table; asked for where a proof fails.
        """
        listing = self.job.listing
        live = await self._live(times=listing.row_path is None)
        missing = frozenset(unstored).difference(live.ids)

        async def marked() -> set[int]:
            if not listing.soft_deletes:
                return set()
            await read_deleted()
            return set(live.ids).difference((await self._live()).ids)

        try:
            found = await find_deletions(
                list_of(pager_of(self.wethod, listing, {})),
                array("q", sorted([*live.ids, *missing])) if missing else live.ids,
                since=since,
                updated_at=partial(updated_at, live) if live.seconds else None,
                marked=marked,
                slots=self.window,
                most=most_pages(len(live.ids)),
            )
        except (DecodeError, OverflowError):  # a row without an id, or with one that no table can hold
            return Searched(None, frozenset(), missing)
        except (InvalidDataError, PermissionDeniedError, PreconditionFailedError):
            # A row must not be read by itself, say. Where it is the list, the whole pass says so.
            return Searched(None, frozenset(), missing)
        named = sorted(set(found.deleted).intersection(live.ids))
        if named and not await self._can_be_read(set(live.ids).difference(found.deleted, found.marked)):
            return Searched(None, frozenset(), missing)
        end, missing = found.end, missing.difference(found.deleted)
        if shrinks_too_much(len(live.ids), len(named)) and not self.options.allow_shrink:
            end = SearchEnd.TOO_MANY  # a whole pass says so
        elif named:
            mark = partial(self.target.mark_gone, self.job.table, named, clock.utc_now())
            self.ledger.vanished += await self.worker(mark)
        return Searched(end, frozenset(found.new), missing)

    async def unmet(self, ids: Collection[int]) -> frozenset[int]:
        """Those of some ids that no live row of the table has."""
        return frozenset(ids).difference((await self._live()).ids) if ids else frozenset()

    async def _can_be_read(self, there: Collection[int]) -> bool:
        """Whether a row that is there can be read by itself; if not, 404 says nothing of one that is not."""
        path = self.job.listing.row_path
        if path is None or not there:
            return True
        answer = await self.wethod.request("GET", path.format(id=max(there)), check=False)
        return answer.status == HTTPStatus.OK

    async def _live(self, *, times: bool = False) -> Live:
        live: Live = await self.worker(partial(self.target.live, self.job.table, times=times))
        return live


def most_pages(rows: int) -> int:
    """Pages that a search for as many deletions as it may name asks for at the most; never more than a whole pass.

    >>> most_pages(1_000), most_pages(100_000), most_pages(1_000_000)
    (12, 160, 220)
    """
    pages = rows // 99 + 2
    return min(pages, NAMES * (2 + max(0, ceil(log2(pages / NAMES)))))


def updated_at(live: Live, id_: int) -> datetime | None:
    """When a row was last updated, to the second; None where nobody knows."""
    at = bisect_left(live.ids, id_)
    if at == len(live.ids) or live.ids[at] != id_ or live.seconds[at] < 0:
        return None
    return datetime.fromtimestamp(live.seconds[at], UTC)
