"""The search for deleted rows, driven over the network: its pages are asked for, its names confirmed.

What to ask is decided by `changes`, which is pure. Here are the requests: pages of the live view, the rows that a list
marks as deleted (asked for first where a proof fails, as one request may tell them all), and single rows. They go
through the client's sender like any other, so that its retries, budget and limits hold for them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import attrs

from .._catalog import Listing
from .._codec import arguments
from .._codec.decode import Decode
from .._limits import Slots
from .._sending import wire
from .._sending.page_sizes import LARGEST_PAGE
from .._sending.wire import Request
from ..errors import APIError, DecodeError, NotFoundError
from .changes import DeletionSearch, PageAsked, SearchEnd
from .ending import beyond_the_end
from .listed import List
from .options import WalkOptions
from .views import changed_at, changed_since, is_filtered, listing_of, live, marked_since

__all__ = ["Finding", "find_deletions"]

T = TypeVar("T")

MOST_LOOKED_AT: Final = 300
"""Rows of one second that are looked through for one of them."""

UNORDERED: Final = (0, 0)
"""Ids that do not rise."""

ATTEMPTS: Final = 3
"""At telling whether a row is in a filtered list, which fails where the row is updated at the same time."""


@attrs.frozen
class Finding:
    """Says what a list has lost.

    Attributes:
        end: how the search ended. `PROVED`: the list has no row less than is held, without those named here.
            `UNPROVED`: it has rows that are not held; read what changed again, later. `TOO_MANY`: read it whole, what
            is named is named nevertheless. `ORDER`: forget what was learned of its order, and read it whole.
        deleted: ids that are not in the list any more, confirmed one by one.
        marked: ids that the list itself marks as deleted.
        new: ids that are in the list and were not held.
        requests: what it has cost.
    """

    end: SearchEnd
    deleted: tuple[int, ...]
    marked: tuple[int, ...]
    new: tuple[int, ...]
    requests: int


@attrs.frozen
class _Id:
    """Holds of a row what a search needs."""

    id: int


async def find_deletions(
    asked: List[Any],
    held: Sequence[int],
    *,
    since: datetime | None = None,
    updated_at: Callable[[int], datetime | None] | None = None,
    marked: Callable[[], Awaitable[Collection[int]]] | None = None,
    slots: Slots | None = None,
    most: int | None = None,
) -> Finding:
    """Finds the rows that are held and no longer in a list, in one request where there are none.

    Ask first for what changed (`views.changed_since`), so that every row of the list is held that can be: the search is
    for what the list has less, in a list whose ids rose when it was last read whole.

    Args:
        asked: the list, as a pager asks for it; its filters are kept, but for those of time and deletion.
        held: the ids that should be in it, in an array: the search makes a copy of eight bytes a row.
        since: the moment from which on rows may have been deleted, overlap included; None: nobody knows, and rows
            marked as deleted are not asked for, nor those updated meanwhile.
        updated_at: tells when a held row was last updated. Where the API gives no single rows, its absence is
            confirmed by that; None, or a row it knows nothing of: the search ends with `TOO_MANY` instead.
        marked: reads the rows marked as deleted since, and returns their ids; None: they are asked for here.
        slots: places in flight shared with other walks.
        most: pages at the most; None: as many as reading the list whole costs.

    Raises:
        WethodError: a request failed for good.
    """
    listing = listing_of(asked)
    questions = _Questions(asked, listing, since, updated_at, slots)
    cap = asked.sender.account.page_sizes.cap
    limit = cap if cap is not None and 1 < cap < LARGEST_PAGE else LARGEST_PAGE
    search = DeletionSearch(held, most=most, limit=limit)
    named: tuple[int, ...] = ()
    first = listing is not None and listing.soft_deletes and (since is not None or marked is not None)
    while (question := search.question) is not None:
        if not isinstance(question, PageAsked):
            search.answer_row(found=await questions.found(question.id))
            continue
        search.answer_page(await questions.page(question))
        if first and (search.question is not None or search.result.end is SearchEnd.TOO_MANY):
            told = set(await questions.marked() if marked is None else await marked())
            if named := tuple(id for id in held if id in told):
                search = DeletionSearch((id for id in held if id not in told), most=most, limit=limit)
        first = False
    result = search.result
    return Finding(result.end, result.deleted, named, result.new, questions.asked)


class _Questions:
    """Asks what a search wants to know, and counts the requests."""

    def __init__(
        self,
        asked: List[Any],
        listing: Listing | None,
        since: datetime | None,
        updated_at: Callable[[int], datetime | None] | None,
        slots: Slots | None,
    ) -> None:
        self.asked = 0
        self._list: List[_Id] = asked.into(_Id)
        self._row_path = None if listing is None else listing.row_path
        self._since = since
        self._updated_at = updated_at
        self._slots = slots
        self._filtered = is_filtered(live(asked))
        self._request = live(self._list).requests()
        self._page: Decode[list[_Id]] = asked.sender.decoding.page(_Id)
        self._row: Decode[dict[str, Any]] = asked.sender.decoding.one(dict)

    async def page(self, question: PageAsked) -> list[int]:
        """Returns the ids of one page of the live view; none where an offset beyond the end is refused."""
        try:
            rows = await self._send(self._request(question.offset, question.limit), self._page)
        except APIError as error:
            if question.offset and beyond_the_end(error):
                return []
            raise
        except DecodeError:
            return [*UNORDERED]  # a row without a usable id has no place in an order of ids
        return [row.id for row in rows]

    async def marked(self) -> set[int]:
        """Returns the ids of the rows that were marked as deleted since."""
        return set() if self._since is None else await self._ids(marked_since(self._list, self._since))

    async def found(self, id: int) -> bool | None:
        """Returns whether a row is in the list; None where that cannot be told."""
        if self._row_path is None:
            return await self._found_by_time(id)
        for _ in range(ATTEMPTS):
            try:
                row = await self._send(wire.build("GET", arguments.path(self._row_path, id=id)), self._row)
            except NotFoundError:
                return False
            if row.get("deleted_at") is not None:
                return False
            if not self._filtered:
                return True
            # It is there, and may have left the list: it is in the list as it is now, or as it is a moment later.
            moment = _moment(row.get("updated_at"))
            if moment is None or (there := await self._is_of(id, moment)) is None:
                return None
            if there:
                return True
            if not await self._changed(id, moment):
                return False
        return None

    async def _found_by_time(self, id: int) -> bool | None:
        """Looks for a row where its last update puts it, and among the rows that were updated since."""
        moment = None if self._updated_at is None else self._updated_at(id)
        if moment is None or self._since is None:
            return None
        there = await self._is_of(id, moment)
        return (
            there if there is not False else id in await self._ids(changed_since(self._list, self._since, soft=False))
        )

    async def _is_of(self, id: int, moment: datetime) -> bool | None:
        """Returns whether the list has a row that was last updated in a moment; None where too many were."""
        ids = await self._ids(changed_at(self._list, moment), most=MOST_LOOKED_AT)
        return True if id in ids else None if len(ids) >= MOST_LOOKED_AT else False

    async def _changed(self, id: int, moment: datetime) -> bool:
        """Returns whether a row, wherever it belongs, was updated since it was read."""
        try:
            row = await self._send(wire.build("GET", arguments.path(self._row_path or "", id=id)), self._row)
        except NotFoundError:
            return False
        return _moment(row.get("updated_at")) != moment

    async def _ids(self, view: List[_Id], *, most: int | None = None) -> set[int]:
        async with view.pages(WalkOptions(concurrency=1, max_items=most), slots=self._slots) as pages:
            ids = {row.id async for page in pages for row in page}
            self.asked += pages.report.requests
        return ids

    async def _send(self, request: Request, decode: Decode[T]) -> T:
        self.asked += 1
        if self._slots is None:
            return (await self._list.sender.send(request, decode)).value
        await self._slots.acquire()
        try:
            return (await self._list.sender.send(request, decode)).value
        finally:
            self._slots.release()


def _moment(text: object) -> datetime | None:
    """Returns the moment that a row says; None where it says none."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
