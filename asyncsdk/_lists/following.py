"""Follows a list: what changed in it and what it lost since it was last looked at, round after round.

The first round reads the list whole, to know its rows. Each later one asks what was updated since the round before,
less an overlap, because rows are committed late under an earlier time; and proves that the list has lost nothing, in
one request more (`finding`). A list that fits into one page is read instead. Where a proof does not do, the list is
read whole again, a fifth of the hourly budget at the most.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Final, Generic, TypeVar

import attrs

from .._codec import arguments
from .._limits import clock
from .._sending import wire
from .._sending.headers import http_date
from .._sending.page_sizes import LARGEST_PAGE
from ..errors import ArgumentError, NotFoundError, WalkError
from .changes import NAMES, SearchEnd
from .finding import find_deletions
from .followed import Followed
from .held import HeldRows, microseconds
from .identity import identity_of
from .listed import List
from .noticing import EVERYTHING, Change, News
from .options import WalkOptions
from .sweeping import own_date
from .trust import OVERLAP, Trust
from .views import changed_since, everything, listing_of, live, marked_since
from .walk import Walk

__all__ = ["Follower"]

T = TypeVar("T")

logger: Final = logging.getLogger("asyncsdk")

MOST_PAGES: Final = 150
"""Of one search. As many deletions as are confirmed one by one are found in fewer, whatever the length of the list."""

SHRUNK: Final = (
    "%s: of %d rows %d are gone at once; they are told as deleted if the list shows the same when it is read again"
)


class Follower(Generic[T]):
    """Reads a list round after round and tells what is new.

    Args:
        asked: the list.
        options: how it is walked.
        known: what is known of it.
    """

    def __init__(self, asked: List[T], options: WalkOptions, known: Followed) -> None:
        listing = listing_of(asked)
        self.requests: int = 0
        self._list = asked
        self._soft = listing is not None and listing.soft_deletes
        self._row_path = None if listing is None else listing.row_path
        self._known = known
        self._held = HeldRows(known.ids, known.versions)
        self._news = News(identity_of(asked.model), self._held, known.told, options.on_reject)
        self._options = attrs.evolve(options, on_reject=self._news.rejected, resume=None, max_items=None)
        self._since, self._proved = known.since, known.proved
        self._learned, self._resume = known.learned, known.resume
        self._trust = Trust(known.reliability)
        self._walk: Walk[T] | None = None
        self._small, self._page_rows = known.small, 0
        self._asked, self._rows = known.since or clock.utc_now(), 0  # of the latest view: when, how many rows

    @property
    def path(self) -> str:
        """The path of the list."""
        return self._list.path

    @property
    def held(self) -> int:
        """How many rows are held."""
        return len(self._held)

    @property
    def known(self) -> Followed:
        """What is known now: all that was told is in it, and nothing else."""
        start = self._start()
        return attrs.evolve(
            self._known,
            ids=self._held.ids,
            versions=self._held.recent(0 if start is None else microseconds(start)),
            since=self._since,
            proved=self._proved,
            resume=self._resume if self._walk is None else self._walk.bookmark,
            learned=self._learned,
            small=self._small,
            reliability=self._trust.reliability,
            told=tuple(self._news.told),
        )

    async def round(self, *, prove: bool = True) -> AsyncGenerator[Change[T], None]:
        """Tells what is new, once. With `prove` also which rows are gone though nothing marks them.

        Raises:
            WethodError: a request failed for good. What was told is held; the next round tells the rest.
        """
        for step in self._steps(prove=prove) if self._learned else self._first_steps():
            async with aclosing(step) as changes:
                async for change in changes:
                    yield change

    def _steps(self, *, prove: bool) -> Iterator[AsyncGenerator[Change[T], None]]:
        """Gives what a round reads, one after the other, as what was read decides."""
        start = self._start()
        if self._small:
            options = attrs.evolve(
                self._options, concurrency=1, max_items=LARGEST_PAGE, expected=self._page_rows or None
            )
            yield self._read(everything(self._list, soft=self._soft), start, options=options, noting=True)
            self._small, self._page_rows = self._rows < LARGEST_PAGE, self._rows
        if not self._small and start is not None:
            yield self._read(changed_since(self._list, start, soft=self._soft), start)
        self._since = self._asked
        lost = self._small and bool(self._held.absent_from(self._news.seen))
        if self._small and not lost:
            self._settle()
        elif prove or lost:
            if not self._trust.reliability.due:
                yield self._prove()
            if self._trust.must_read_whole:
                yield from self._read_whole(start)
        start = self._start()
        self._held.forget(0 if start is None else microseconds(start))

    def _start(self) -> datetime | None:
        """From when on to ask for what changed."""
        return None if self._since is None else self._since - OVERLAP

    # The first reading

    def _first_steps(self) -> Iterator[AsyncGenerator[Change[T], None]]:
        """Gives what the first round reads: the list, and what changed meanwhile.

        What was read and is gone by now is left to the proof of the next round.
        """
        origin, resumed, before = self._known.origin, self._resume is not None, self.requests
        yield self._learn(origin)
        told = origin is not None and origin > EVERYTHING and self._soft
        began, start = self._since, self._start()
        if told and origin is not None:
            yield self._read(marked_since(self._list, origin), start, unheld=True)
        if start is not None and (resumed or self.requests > before + 1):  # not one page, which is of one moment
            yield self._read(changed_since(self._list, start, soft=self._soft), start)
            self._since = self._asked
        self._learned, self._resume = True, None
        self._small = len(self._held) < LARGEST_PAGE
        self._settle()
        self._proved = began
        self._news.told.clear()

    async def _learn(self, origin: datetime | None) -> AsyncGenerator[Change[T], None]:
        """Reads the list for the first time, going on where that stopped if that can be found."""
        resumed = self._resume is not None
        try:
            async with aclosing(self._read_first(origin)) as changes:
                async for change in changes:
                    yield change
        except (ArgumentError, WalkError) as error:
            if not resumed or (isinstance(error, ArgumentError) and error.argument != "resume"):
                raise
            logger.info("%s is read from its beginning again: %s", self._list.path, error)
        else:
            return
        self._resume = None  # nobody knows what lies before the bookmark by now; what was read is still held
        async with aclosing(self._read_first(origin)) as changes:
            async for change in changes:
                yield change

    async def _read_first(self, origin: datetime | None) -> AsyncGenerator[Change[T], None]:
        """Reads the list from where its first reading stopped, or from its beginning."""
        asked = clock.utc_now()
        if self._resume is None:
            self._trust.forget()
        before = self._held.ids[-1] if self._resume is not None and self._held.ids else -1
        self._walk = walk = everything(self._list, soft=False).rows(attrs.evolve(self._options, resume=self._resume))
        self._news.begin(self._start(), noting=True)
        try:
            async with walk:
                async for row in walk:
                    if self._since is None:
                        self._since = _earlier(asked, walk.since)
                        self._news.begin(self._start(), noting=True)
                    for change in self._news.first((row,), origin or self._since):
                        yield change
        finally:
            self._resume, self._walk = walk.bookmark, None
            self._trust.note_order(rising=self._news.rising and all(id > before for id in self._news.seen[:1]))
            self.requests += walk.report.requests
        self._since = self._since or _earlier(asked, walk.since)

    async def _read(
        self,
        view: List[T],
        since: datetime | None,
        *,
        options: WalkOptions | None = None,
        noting: bool = False,
        unheld: bool = False,
    ) -> AsyncGenerator[Change[T], None]:
        """Reads a view of the list and tells what is new. Notes when it was asked, and how many rows it has."""
        asked = clock.utc_now()
        self._news.begin(since, noting=noting)
        async with view.pages(options or self._options) as pages:
            try:
                async for page in pages:
                    for change in self._news.of(page, unheld=unheld):
                        yield change
            finally:
                self.requests += pages.report.requests
            self._asked, self._rows = _earlier(asked, pages.since), pages.report.rows

    # What is gone

    async def _prove(self) -> AsyncGenerator[Change[T], None]:
        """Looks whether the list has lost rows, and tells which; or notes that it has to be read whole."""
        if not self._trust.ordered:
            await self._count()
            return
        marked: list[T] = []

        async def read_marked() -> list[int]:
            since = self._proved - OVERLAP if self._proved else None
            if since is not None:
                async with marked_since(self._list, since).pages(self._options) as pages:
                    marked.extend([row async for page in pages for row in page if self._news.id_of(row) in self._held])
                    self.requests += pages.report.requests
            return [self._news.id_of(row) for row in marked]

        self._news.begin(self._start())
        finding = await find_deletions(
            self._list,
            self._held.ids,
            since=self._start(),
            updated_at=self._held.updated_at,
            marked=read_marked if self._soft else None,
            most=min(MOST_PAGES, len(self._held) // (LARGEST_PAGE - 1) + 2),
        )
        self.requests += finding.requests
        for change in self._news.of(marked):
            yield change
        for change in self._news.gone(finding.deleted):
            yield change
        late = self._trust.met(id for id in finding.new if id not in self._held)
        if self._row_path is not None and len(late) <= NAMES:
            for id in sorted(late):
                for change in self._news.of(await self._one(self._row_path, id)):
                    yield change
            late.clear()
        self._trust.concluded(finding.end, late=bool(late))
        if finding.end is SearchEnd.PROVED and not late:
            self._proved = self._since

    async def _one(self, path: str, id: int) -> list[T]:
        """Reads one row; none where it is gone."""
        self.requests += 1
        sender = self._list.sender
        try:
            request = wire.build("GET", arguments.path(path, id=id))
            return [(await sender.send(request, sender.decoding.one(self._list.model))).value]
        except NotFoundError:
            return []

    async def _count(self) -> None:
        """Looks whether a list that is in no order of ids has as many rows as are held."""
        offset = max(len(self._held) - LARGEST_PAGE + 1, 0)
        self.requests += 1
        equal = len(await live(self._list).into(dict, offset).first_page()) == len(self._held) - offset
        self._trust.counted(equal=equal)
        if equal:
            self._settle()

    def _settle(self) -> None:
        """Notes that the list has what is held."""
        self._proved = self._since
        self._trust.settle()

    # The whole list again

    def _read_whole(self, start: datetime | None) -> Iterator[AsyncGenerator[Change[T], None]]:
        """Gives the whole list to read, and then what changed meanwhile: what neither shows is gone.

        Rows of unknown version are news where they were updated since `start`.
        """
        before = self.requests
        options = attrs.evolve(self._options, expected=len(self._held))
        yield self._read(everything(self._list, soft=False), start, options=options, noting=True)
        rising, seen, since = self._news.rising, self._news.seen, self._asked - OVERLAP
        yield self._read(changed_since(self._list, since, soft=self._soft), since, noting=True)
        seen.extend(self._news.seen)
        absent = self._held.absent_from(seen)
        if not self._trust.read_whole(self.requests - before, len(self._held), len(absent), rising=rising):
            logger.warning(SHRUNK, self._list.path, len(self._held), len(absent))
            return
        yield self._tell_gone(absent)
        self._small = len(self._held) < LARGEST_PAGE
        self._settle()

    async def _tell_gone(self, ids: Sequence[int]) -> AsyncGenerator[Change[T], None]:
        for change in self._news.gone(ids):
            yield change


def _earlier(asked: datetime, date: str | None) -> datetime:
    """Returns the earlier of the server's clock at its first answer and of ours before it."""
    said = http_date(date) or http_date(own_date())
    return asked if said is None else min(asked, said)
