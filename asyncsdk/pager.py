"""A list of the API before anything was asked for: how it may be read, and the checks of how it is asked for.

A pager is immutable and may be read as often as one likes; every reading is a walk of its own. Nothing is requested
before it is awaited or iterated.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Iterable
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeAlias, TypeVar, cast, overload

from . import __version__, clock, wire
from .codec import Decode, Reject, lenient_page_decoder, page_decoder
from .errors import APIError, ArgumentError, ConfigurationError
from .page_sizes import LARGEST as LARGEST_PAGE
from .throttling import Slots
from .walking import bookmarks
from .walking.counting import Counting
from .walking.fetcher import Fetcher, Leg, end_tasks
from .walking.joints import identity_of
from .walking.page import Page
from .walking.paging import Plan
from .walking.refusals import beyond_the_end
from .walking.seen import Key
from .walking.sweeping import sweep_filter
from .walking.walk import PageWalk, Walk
from .wire import Field, Json, Request

if TYPE_CHECKING:
    import pyarrow as pa

    from .session import Session

__all__ = ["Page", "Pager", "gather_all"]

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")

Query: TypeAlias = tuple[tuple[str, Json], ...]

CONCURRENCY: Final = 8
"""Pages in flight or waiting to be consumed, unless a walk is told otherwise."""

FEW_PAGES: Final = 5

SMALL_PAGES: Final = (
    "%s: %d rows took %d requests, because limit=%d is the size of a page; %d would do with limit=%d. "
    "To bound the rows, write max_items"
)
CAPPED: Final = "%s: the server gives %d rows at once, though limit=%d was asked for"

logger = logging.getLogger("asyncsdk")


class Pager(Generic[T]):
    """A list of rows of one kind. `wethod.<resource>.list(...)` gives one.

        rows = await pager                              # the whole list
        async for row in pager: ...                     # row by row, pages fetched ahead
        async for page in pager.pages(): ...            # page by page
        page = await pager.first_page()                 # one request
        row = await pager.first()                       # one row, or None
        n = await pager.count()                         # a few requests, whatever the length

    Every reading walks the list anew, several pages in flight, in order. By default a walk is *stable*: pages overlap
    by one row and are joined by it, so that every row which is there during the whole walk comes out exactly once,
    whatever is inserted, updated or deleted meanwhile, in lists whose order does not change or in which changed rows
    move to the end.
    """

    __slots__ = ("_limit", "_model", "_offset", "_path", "_query", "_session", "_stable_order")

    def __init__(
        self,
        session: Session,
        path: str,
        model: type[T],
        query: Iterable[Field] = (),
        *,
        limit: int = LARGEST_PAGE,
        offset: int = 0,
        stable_order: str | None = None,
    ) -> None:
        """Resources make pagers.

        Args:
            session: sends the requests.
            path: of the list.
            model: of its rows.
            query: its filters, by wire name; None entries are left out.
            limit: rows a page, 1 to 100.
            offset: the first row, from 0.
            stable_order: the `order` a stable walk asks for where the caller named none, for lists whose default order
                is not a rising one.

        Raises:
            ArgumentError: limit or offset out of range, or not whole numbers.
        """
        _check_number("limit", limit, 1, LARGEST_PAGE, "it is the size of a page; to bound the rows use max_items")
        _check_number("offset", offset, 0, None, "rows are counted from 0")
        self._session = session
        self._path = path
        self._model = model
        self._query = tuple(field for field in query if field is not None)
        self._limit = limit
        self._offset = offset
        self._stable_order = stable_order

    @property
    def model(self) -> type[T]:
        """What its rows are decoded into: a model of `asyncsdk.models`, or `dict`."""
        return self._model

    def into(self, model: type[A]) -> Pager[A]:
        """The same list, its rows decoded into another model: a class of your own, or `dict` for plain data."""
        return Pager(
            self._session,
            self._path,
            model,
            self._query,
            limit=self._limit,
            offset=self._offset,
            stable_order=self._stable_order,
        )

    def __repr__(self) -> str:
        query = wire.encode_query((*self._query, ("limit", self._limit), ("offset", self._offset)))
        # What asyncio prints where a pager is given to it instead of a coroutine.
        return f"<Pager GET {self._path}?{query}: await it, or asyncio.run(pager.all())>"

    if not TYPE_CHECKING:  # so that type checkers know that none of these works

        def __iter__(self) -> NoReturn:
            raise TypeError("a pager is read asynchronously: `async for row in pager`, or `for row in await pager`")

        def __len__(self) -> NoReturn:
            raise TypeError("a pager has not read anything yet: `await pager.count()`, or `len(await pager)`")

        def __getitem__(self, index: object) -> NoReturn:
            raise TypeError("a pager has not read anything yet: `await pager.first()`, or `(await pager)[0]`")

        def __bool__(self) -> bool:
            return True

    # --- reading --------------------------------------------------------------------------------------------------

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self.all().__await__()

    def __aiter__(self) -> Walk[T]:
        return self.items()

    def items(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        rejects: Callable[[Reject], object] | None = None,
    ) -> Walk[T]:
        """The rows one by one, in order, pages fetched ahead.

        Args:
            concurrency: pages in flight or waiting to be consumed at the most; not above the client's max_in_flight.
            stable: join overlapping pages, so that rows neither vanish nor double while the list changes (1 % more
                requests). False walks by offset alone.
            sweep: at the end, read what was updated since the walk began and deliver what was not seen: makes the
                promise hold for any order. One more request, as a rule.
            max_items: rows at the most; None: all of them. Nothing beyond is requested.
            expected: rows you believe there are from `offset` on, such as an earlier count. It makes long lists quicker
                to read and saves the requests beyond the end; a wrong one changes nothing but that.
            resume: a bookmark of this list with the same filters; the walk goes on behind its row.
            rejects: is called with each row that does not fit its model (with its text and the reason); the walk goes
                on without it. By default such a row is a `DecodeError`.

        Raises:
            ArgumentError: an argument out of range, a bookmark of another list, or one taken where rows further on had
                been delivered already (a walk that had to go back). Nothing was sent.

        Example:
            >>> async with pager.items(max_items=1000) as walk:  # doctest: +SKIP
            ...     async for row in walk:
            ...         save(row, walk.bookmark)
        """
        return Walk(
            self.fetcher(
                concurrency,
                stable=stable,
                sweep=sweep,
                max_items=max_items,
                expected=expected,
                resume=resume,
                rejects=rejects,
            )
        )

    def pages(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        rejects: Callable[[Reject], object] | None = None,
    ) -> PageWalk[T]:
        """The same walk as `items`, page by page. Pages without a row that was not seen before are left out."""
        return PageWalk(
            self.fetcher(
                concurrency,
                stable=stable,
                sweep=sweep,
                max_items=max_items,
                expected=expected,
                resume=resume,
                rejects=rejects,
            )
        )

    async def all(
        self,
        *,
        max_items: int | None = None,
        expected: int | None = None,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
    ) -> list[T]:
        """The whole list, or its first `max_items` rows, in memory. `await pager` is the same without a bound.

        The arguments are those of `items`.

        Raises:
            ArgumentError: as `items`.
            WethodError: a page failed for good; rows read so far are dropped, `error.bookmark` says where it failed.
        """
        return await self.fetcher(
            concurrency, stable=stable, sweep=sweep, max_items=max_items, expected=expected
        ).drain()

    async def first_page(self) -> Page[T]:
        """The first page alone, in one request.

        `page.is_last` is True where it came short, and None where only another request could tell: where it is full, or
        of a length that may be the most the server gives at once (20, 25, 50 rows where 100 were asked for).
        """
        fetcher = self.fetcher(1, stable=False, max_items=self._limit, trusting=True)
        try:
            delivery = await fetcher.advance()
        finally:
            await fetcher.aclose()
        if delivery is None:
            return Page((), offset=self._offset, is_last=True, bookmark=fetcher.bookmark)
        is_last = delivery.is_last
        if is_last and self._limit == LARGEST_PAGE and self._session.account.page_sizes.doubtful(len(delivery.rows)):
            is_last = None
        return Page(delivery.rows, offset=delivery.offset, is_last=is_last, bookmark=delivery.bookmark)

    async def first(self) -> T | None:
        """The first row, in one request for one row; None where there is none."""
        rows = await self.fetcher(1, stable=False, max_items=1).drain()
        return rows[0] if rows else None

    async def count(self) -> int:
        """How many rows there are from `offset` on, without reading them all.

        Asks for pages further and further out, then halves the gap: one request below 100 rows, at most 17 up to
        100,000. The pages that are probed hold up to 100 rows, whatever `limit` is. A list that the server does not
        page is counted by the one answer it comes in.

        Raises:
            WalkError: the server ignores `offset`, so there is no end.
            WethodError: as `all`.
        """
        request, keys = self._requests(self._query), identity_of(self._model).keys
        counting = Counting(self._session.account.page_sizes)
        first: list[Key] | None = None
        while (probe := counting.probe()) is not None:
            try:
                reply = await self._session.send(request(self._offset + probe, LARGEST_PAGE), page_decoder(self._model))
            except APIError as error:
                if not beyond_the_end(error):
                    raise
                counting.refused(error)
            else:
                met = keys(reply.value)
                repeated = len(met) > 1 and met == first and len(set(met)) > 1
                if first is None:
                    first = met
                counting.answered(len(met), repeated=repeated)
        return counting.count

    async def to_arrow(
        self,
        *,
        max_items: int | None = None,
        expected: int | None = None,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
    ) -> pa.Table:
        """The list as an Arrow table with real column types, which polars, pandas and DuckDB read as it is.

        The arguments are those of `items`.

        Raises:
            ConfigurationError: pyarrow is missing: `pip install "asyncsdk[parquet]"`.
            ArgumentError, WethodError: as `all`.
        """
        try:
            from .extract.arrow import to_arrow
        except ImportError as problem:
            raise ConfigurationError(f'to_arrow needs the extra: pip install "asyncsdk[parquet]" ({problem})') from None
        rows = await self.all(
            max_items=max_items, expected=expected, concurrency=concurrency, stable=stable, sweep=sweep
        )
        return to_arrow(rows, self._model)

    # --- how pages are asked for ----------------------------------------------------------------------------------

    def fetcher(
        self,
        concurrency: int = CONCURRENCY,
        *,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        rejects: Callable[[Reject], object] | None = None,
        window: Slots | None = None,
        trusting: bool = False,
    ) -> Fetcher[T]:
        """A walk that has not begun, its arguments checked. `items`, `pages` and `all` are ways to consume it.

        `window` are places in flight that it shares with other walks; `trusting` takes a first page of fewer rows than
        asked for as the whole list, whatever its length.
        """
        most = self._session.settings.max_in_flight
        _check_number(
            "concurrency",
            concurrency,
            1,
            most,
            f"this client keeps {most} requests in flight; see Wethod(max_in_flight=...)",
        )
        if max_items is not None:
            _check_number("max_items", max_items, 0, None, "leave it out for the whole list")
        if expected is not None:
            _check_number("expected", expected, 0, None, "leave it out where you do not know")
        query = self._query
        if stable and self._stable_order is not None and all(name != "order" for name, _ in query):
            query = (*query, ("order", self._stable_order))
        if sweep and (own := _own_filter(query)) is not None:
            sweep_filter(own, format_datetime(clock.utc_now(), usegmt=True))  # refuses now what would not do at the end
        source = bookmarks.source_of(self._path, [(name, str(value)) for name, value in query], sdk=__version__)
        plan = Plan(
            identity_of(self._model),
            limit=self._limit,
            offset=self._offset,
            concurrency=concurrency,
            max_items=max_items,
            expected=expected,
            stable=stable,
            resume=None if resume is None else bookmarks.read(resume, source),
            source=source,
            sizes=None if trusting else self._session.account.page_sizes,
        )
        return Fetcher(
            plan,
            self._session,
            self._requests(query),
            # With `rejects`, rows that do not fit stand in their places until the fetcher sifts them out.
            cast("Decode[list[T]]", (page_decoder if rejects is None else lenient_page_decoder)(self._model)),
            window=window,
            rejects=rejects,
            sweep=partial(self._sweep, query, concurrency) if sweep else None,
            finished=self._finished,
        )

    def _finished(self, plan: Plan[T]) -> None:
        """Says what a whole list in small pages has cost, and what pages the server makes of larger ones."""
        report, size = plan.report, plan.page_size
        if size < self._limit:
            logger.warning(CAPPED, self._path, size, self._limit)
        elif size < LARGEST_PAGE and not plan.bounded and report.requests > FEW_PAGES:
            fewest = 1 + report.rows // (LARGEST_PAGE - 1)
            if report.requests > fewest + 1:
                logger.warning(SMALL_PAGES, self._path, report.rows, report.requests, size, fewest, LARGEST_PAGE)

    def _sweep(self, query: Query, concurrency: int, walked: Plan[T], latest: Plan[T]) -> Leg[T] | None:
        """The next leg of a walk: rows changed since its latest leg began, but for those it has delivered."""
        if latest.since is None or walked.bounded or walked.report.requests == 1:
            return None  # what came in one answer is how the list stood at one moment
        changed = sweep_filter(_own_filter(query), latest.since)
        if changed is None:
            return None
        plan = Plan(
            identity_of(self._model),
            limit=walked.page_size,
            concurrency=concurrency,
            excluded=walked.seen,
            place=walked.bookmark,
        )
        others = tuple(field for field in query if field[0] != "updated_at")
        return plan, self._requests((*others, ("updated_at", changed)))

    def _requests(self, query: Query) -> Callable[[int, int], Request]:
        """Makes the requests of a walk from offset and limit; what does not change is encoded once."""
        base = wire.build("GET", self._path, query)
        start = f"{base.query}&" if base.query else ""
        return lambda offset, limit: Request("GET", base.path, f"{start}limit={limit}&offset={offset}")


@overload
async def gather_all(a: Pager[A], /, *, concurrency: int = ...) -> tuple[list[A]]: ...
@overload
async def gather_all(a: Pager[A], b: Pager[B], /, *, concurrency: int = ...) -> tuple[list[A], list[B]]: ...
@overload
async def gather_all(
    a: Pager[A], b: Pager[B], c: Pager[C], /, *, concurrency: int = ...
) -> tuple[list[A], list[B], list[C]]: ...
@overload
async def gather_all(
    a: Pager[A], b: Pager[B], c: Pager[C], d: Pager[D], /, *, concurrency: int = ...
) -> tuple[list[A], list[B], list[C], list[D]]: ...
@overload
async def gather_all(*pagers: Pager[T], concurrency: int = ...) -> tuple[list[T], ...]: ...
async def gather_all(*pagers: Pager[Any], concurrency: int = CONCURRENCY) -> tuple[list[Any], ...]:
    """Reads several whole lists side by side, with `concurrency` requests in flight for all of them together.

    Returns:
        One list of rows for each pager, in their order.

    Raises:
        ArgumentError: concurrency out of range.
        WethodError: the first failure of any list; the others are ended before it is raised.

    Example:
        >>> projects, streams = await gather_all(wethod.projects.list(), wethod.streams.list())  # doctest: +SKIP
    """
    window = Slots(concurrency)
    fetchers = [pager.fetcher(concurrency, window=window) for pager in pagers]
    reading = [asyncio.ensure_future(fetcher.drain()) for fetcher in fetchers]
    try:
        return tuple(await asyncio.gather(*reading))
    finally:
        for fetcher in fetchers:
            fetcher.cancel()
        await end_tasks(reading)


def _own_filter(query: Query) -> str | None:
    """The caller's own condition on `updated_at`."""
    return next((str(value) for name, value in query if name == "updated_at"), None)


def _check_number(name: str, value: object, least: int, most: int | None, hint: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ArgumentError(name, f"a whole number {bounds}, not {value!r}; {hint}")
