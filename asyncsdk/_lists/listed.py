"""A list as it is asked for, and the walks and counts that begin from it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from typing import Final, Generic, TypeAlias, TypeVar, cast

import attrs
import msgspec

from .._codec.decode import Decode, count_rows
from .._codec.live_line import LiveLine
from .._codec.promises import Misfits
from .._codec.values import Json
from .._limits import Slots, clock
from .._sending import wire
from .._sending.page_sizes import LARGEST_PAGE
from .._sending.sender import Sender
from .._sending.wire import Request
from .._version import __version__
from ..errors import APIError, WalkError
from . import bookmarks
from .counting import Counting
from .ending import UNPAGED, beyond_the_end
from .fetcher import Fetcher
from .identity import identity_of
from .options import WalkOptions
from .page import Page
from .plan import Plan
from .stages import Stage, Stages
from .sweeping import sweep_filter
from .walk import PageWalk, Walk, read_all

__all__ = ["List", "Query"]

T = TypeVar("T")
A = TypeVar("A")

Query: TypeAlias = tuple[tuple[str, Json], ...]

FEW_PAGES: Final = 5

SMALL_PAGES: Final = (
    "%s: %d rows took %d requests, because limit=%d is the size of a page; %d would do with limit=%d. "
    "To bound the rows, write max_items"
)
CAPPED: Final = "%s: the server gives %d rows at once, though limit=%d was asked for"

logger: Final = logging.getLogger("asyncsdk")


@attrs.frozen(eq=False)
class List(Generic[T]):
    """A list as it is asked for.

    Args:
        sender: sends the requests.
        path: of the list.
        model: of its rows.
        query: its filters, by wire name.
        limit: rows a page.
        offset: the first row, from 0.
        stable_order: the `order` a stable walk asks for where the caller named none.
        operation: its name in this package, such as `projects.list`.
        route: its path without ids.
    """

    sender: Sender
    path: str
    model: type[T]
    query: Query
    limit: int
    offset: int
    stable_order: str | None
    operation: str | None = None
    route: str | None = None

    def into(self, model: type[A], offset: int = 0) -> List[A]:
        """Returns the list from an offset on, its rows decoded into another model."""
        return List(
            self.sender,
            self.path,
            model,
            self.query,
            self.limit,
            offset,
            self.stable_order,
            self.operation,
            self.route,
        )

    def rows(self, options: WalkOptions) -> Walk[T]:
        """Returns a walk by rows that has not begun. Raises what `fetcher` does."""
        return Walk(self.fetcher(options), options.on_reject)

    def pages(
        self,
        options: WalkOptions,
        *,
        holds_back: bool = False,
        slots: Slots | None = None,
        misfits: Misfits | None = None,
    ) -> PageWalk[T]:
        """Returns a walk by pages that has not begun. Raises what `fetcher` does.

        `holds_back`: pages know whether they are the last. The others are those of `fetcher`.
        """
        return PageWalk(self.fetcher(options, slots=slots, misfits=misfits), options.on_reject, holds_back=holds_back)

    async def all(self, options: WalkOptions, *, progress: bool = False) -> list[T]:
        """Returns all rows of a walk; `progress` shows how many are there while it reads."""
        line = LiveLine(clock.monotonic) if progress else None
        return await read_all(self.fetcher(options), options.on_reject, line, options.expected)

    async def all_since(self, options: WalkOptions) -> tuple[list[T], str | None]:
        """Returns all rows of a walk, and the `Date` of its first answer: by the server's clock."""
        fetcher = self.fetcher(options)
        return await read_all(fetcher, options.on_reject), fetcher.since

    async def first_page(self) -> Page[T]:
        """Returns the first page, which is asked for alone and not followed by another."""
        fetcher = self.fetcher(WalkOptions(concurrency=1, stable=False, max_items=self.limit), trusting=True)
        try:
            delivery = await fetcher.advance()
        finally:
            await fetcher.aclose()
        if delivery is None:
            return Page((), offset=self.offset, is_last=True, bookmark=fetcher.bookmark, headers=fetcher.headers)
        is_last = delivery.is_last
        if is_last and self.limit == LARGEST_PAGE and self.sender.account.page_sizes.doubtful(len(delivery.rows)):
            is_last = None
        bookmark, headers = delivery.bookmark, delivery.headers
        return Page(delivery.rows, offset=delivery.offset, is_last=is_last, bookmark=bookmark, headers=headers)

    def fetcher(
        self,
        options: WalkOptions,
        *,
        slots: Slots | None = None,
        trusting: bool = False,
        misfits: Misfits | None = None,
    ) -> Fetcher[T]:
        """Returns a walk that has not begun, its options checked.

        Args:
            options: how to walk.
            slots: places in flight shared with other walks; None: it has its own.
            trusting: take a first page of fewer rows than asked for as the whole list, whatever its length.
            misfits: counts the rows that break a promise of the model; None: the walk has its own counter.

        Raises:
            ArgumentError: an option that cannot be kept; nothing was sent.
        """
        options.check(self.sender.settings.max_in_flight)
        query = self._stable_query() if options.stable else self.query
        if options.sweep and (own := _own_filter(query)) is not None:
            sweep_filter(own, format_datetime(clock.utc_now(), usegmt=True))  # refuses now what would not do at the end
        source = bookmarks.source_of(self.path, [(name, str(value)) for name, value in query], sdk=__version__)
        plan = Plan(
            identity_of(self.model),
            limit=self.limit,
            offset=self.offset,
            concurrency=options.concurrency,
            max_items=options.max_items,
            expected=options.expected,
            stable=options.stable,
            resume=None if options.resume is None else bookmarks.read(options.resume, source),
            source=source,
            sizes=None if trusting else self.sender.account.page_sizes,
        )
        misfits = Misfits(self.model) if misfits is None else misfits
        following = partial(self._sweep, query, options.concurrency) if options.sweep else None
        stages = Stages(
            Stage(plan, self.requests(query)),
            following,
            finished=self._warn_of_small_pages,
            misfits=misfits,
            named=self._named(),
        )
        return Fetcher(stages, self.sender, self._decode(misfits, rejects=options.on_reject is not None), slots=slots)

    def _stable_query(self) -> Query:
        ordered = self.stable_order is None or any(name == "order" for name, _ in self.query)
        return self.query if ordered else (*self.query, ("order", self.stable_order))

    def _decode(self, misfits: Misfits, *, rejects: bool) -> Decode[list[T]]:
        """Returns what decodes a page; with `rejects`, rows that do not fit keep their places."""
        decoding = self.sender.decoding
        if rejects:
            return cast("Decode[list[T]]", decoding.page_with_rejects(self.model, misfits))
        return decoding.page(self.model, misfits)

    async def count(self) -> int:
        """Returns how many rows there are from `offset` on."""
        request = self.requests(self.query)
        counting = Counting(self.sender.account.page_sizes)
        first: bytes | None = None
        while (probe := counting.probe()) is not None:
            try:
                reply = await self.sender.send(request(self.offset + probe, LARGEST_PAGE), _counted)
            except APIError as error:
                if not beyond_the_end(error):
                    raise
                counting.refused(error)
            else:
                rows, body = reply.value
                repeated = rows > 1 and body == first and not _uniform(body)
                first = first or body
                if rows > LARGEST_PAGE and self.offset:
                    raise WalkError(UNPAGED.format(rows=rows, limit=LARGEST_PAGE, offset=self.offset))
                counting.answered(rows, repeated=repeated)
        return counting.count

    def _warn_of_small_pages(self, plan: Plan[T]) -> None:
        """Says what a whole list in small pages has cost, and what pages the server makes of larger ones."""
        report, size = plan.report, plan.page_size
        if size < self.limit:
            logger.warning(CAPPED, self.path, size, self.limit, extra=self._named())
        elif size < LARGEST_PAGE and not plan.bounded and report.requests > FEW_PAGES:
            fewest = 1 + report.rows // (LARGEST_PAGE - 1)
            if report.requests > fewest + 1:
                cost = (report.rows, report.requests, size, fewest, LARGEST_PAGE)
                logger.warning(SMALL_PAGES, self.path, *cost, extra=self._named())

    def _named(self) -> dict[str, object]:
        """What log records carry beside their text: the names that records of calls carry."""
        return {
            "wethod_operation": self.operation,
            "wethod_route": self.route,
            "wethod_method": "GET",
            "wethod_path": self.path,
            "wethod_company": self.sender.settings.company,
        }

    def _sweep(self, query: Query, concurrency: int, walked: Plan[T], since: str) -> Stage[T] | None:
        """Returns a sweep of a walk: the rows changed since the `Date` of an answer, but for those it has delivered."""
        changed = sweep_filter(_own_filter(query), since)
        if changed is None:
            return None
        plan = Plan(
            identity_of(self.model),
            limit=walked.page_size,
            concurrency=concurrency,
            excluded=walked.seen,
            place=walked.bookmark,
        )
        others = tuple(field for field in query if field[0] != "updated_at")
        return Stage(plan, self.requests((*others, ("updated_at", changed))))

    def requests(self, query: Query | None = None) -> Callable[[int, int], Request]:
        """Makes the requests of pages from offset and limit; what does not change is encoded once.

        `query` is that of the walk; None: the list's own, with the order that stable walks ask for.
        """
        base = wire.build("GET", self.path, self._stable_query() if query is None else query)
        start = f"{base.query}&" if base.query else ""
        operation, route = self.operation, self.route
        return lambda offset, limit: Request(
            "GET", base.path, f"{start}limit={limit}&offset={offset}", None, operation, route
        )


def _counted(body: bytes) -> tuple[int, bytes]:
    return count_rows(body), body


def _uniform(body: bytes) -> bool:
    """Returns whether a page is one row over and over: then the next one may be equal to it."""
    try:
        return len(set(map(bytes, msgspec.json.decode(body, type=list[msgspec.Raw])))) == 1
    except msgspec.MsgspecError:
        return False


def _own_filter(query: Query) -> str | None:
    """Returns the caller's own condition on `updated_at`."""
    return next((str(value) for name, value in query if name == "updated_at"), None)
