"""A list of the API before anything was asked for: how it may be read, and the checks of how it is asked for.

A pager is immutable and may be read as often as one likes; every reading is a walk of its own. Nothing is requested
before it is awaited or iterated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar, cast, overload

from . import __version__, wire
from .codec import Decode, Reject, count_rows
from .errors import ArgumentError, ConfigurationError
from .event_loop import require_asyncio
from .promises import Misfits
from .throttling import Slots
from .walking import bookmarks
from .walking.counting import Counting
from .walking.fetcher import Fetcher, Leg, end_tasks
from .walking.joints import identity_of
from .walking.page import Page
from .walking.paging import Plan
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

LARGEST_PAGE: Final = 100
"""Rows; the API's own bound of `limit`."""


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
        return f"<Pager GET {self._path}?{query}>"

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
            self.fetcher(concurrency, stable=stable, sweep=sweep, max_items=max_items, resume=resume, rejects=rejects)
        )

    def pages(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        resume: str | None = None,
        rejects: Callable[[Reject], object] | None = None,
    ) -> PageWalk[T]:
        """The same walk as `items`, page by page. Pages without a row that was not seen before are left out."""
        return PageWalk(
            self.fetcher(concurrency, stable=stable, sweep=sweep, max_items=max_items, resume=resume, rejects=rejects)
        )

    async def all(
        self,
        *,
        max_items: int | None = None,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
    ) -> list[T]:
        """The whole list, or its first `max_items` rows, in memory. `await pager` is the same without a bound.

        Raises:
            ArgumentError: as `items`.
            WethodError: a page failed for good; rows read so far are dropped, `error.bookmark` says where it failed.
        """
        return await self.fetcher(concurrency, stable=stable, sweep=sweep, max_items=max_items).drain()

    async def first_page(self) -> Page[T]:
        """The first page alone, in one request."""
        async with self.pages(concurrency=1, stable=False, max_items=self._limit) as pages:
            async for page in pages:
                return page
        return Page((), offset=self._offset, is_last=True, bookmark=lambda: pages.bookmark)

    async def first(self) -> T | None:
        """The first row, in one request for one row; None where there is none."""
        rows = await self.all(max_items=1, concurrency=1, stable=False)
        return rows[0] if rows else None

    async def count(self) -> int:
        """How many rows there are from `offset` on, without reading them all.

        Asks for pages further and further out, then halves the gap: one request below 100 rows, at most 17 up to
        100,000. The pages that are probed hold up to 100 rows, whatever `limit` is.
        """
        request = self._requests(self._query)
        counting = Counting()
        while (probe := counting.probe()) is not None:
            reply = await self._session.send(request(self._offset + probe, LARGEST_PAGE), count_rows)
            counting.answered(reply.value)
        return counting.count

    async def to_arrow(self, *, max_items: int | None = None, concurrency: int = CONCURRENCY) -> pa.Table:
        """The list as an Arrow table with real column types, which polars, pandas and DuckDB read as it is.

        Raises:
            ConfigurationError: pyarrow is missing: `pip install "asyncsdk[parquet]"`.
            ArgumentError, WethodError: as `all`.
        """
        try:
            from .extract.arrow import to_arrow
        except ImportError as problem:
            raise ConfigurationError(f'to_arrow needs the extra: pip install "asyncsdk[parquet]" ({problem})') from None
        return to_arrow(await self.all(max_items=max_items, concurrency=concurrency), self._model)

    # --- how pages are asked for ----------------------------------------------------------------------------------

    def fetcher(
        self,
        concurrency: int = CONCURRENCY,
        *,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        resume: str | None = None,
        rejects: Callable[[Reject], object] | None = None,
        window: Slots | None = None,
        misfits: Misfits | None = None,
    ) -> Fetcher[T]:
        """A walk that has not begun, its arguments checked. `items`, `pages` and `all` are ways to consume it."""
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
        query = self._query
        if stable and self._stable_order is not None and all(name != "order" for name, _ in query):
            query = (*query, ("order", self._stable_order))
        source = bookmarks.source_of(self._path, [(name, str(value)) for name, value in query], sdk=__version__)
        plan = Plan(
            identity_of(self._model),
            limit=self._limit,
            offset=self._offset,
            concurrency=concurrency,
            max_items=max_items,
            stable=stable,
            resume=None if resume is None else bookmarks.read(resume, source),
            source=source,
        )
        decoding, misfits = self._session.decoding, Misfits(self._model) if misfits is None else misfits
        return Fetcher(
            plan,
            self._session,
            self._requests(query),
            # With `rejects`, rows that do not fit stand in their places until the fetcher takes them out.
            decoding.page(self._model, misfits)
            if rejects is None
            else cast("Decode[list[T]]", decoding.page_with_rejects(self._model, misfits)),
            window=window,
            rejects=rejects,
            misfits=misfits,
            sweep=partial(self._sweep, query, concurrency) if sweep else None,
        )

    def _sweep(self, query: Query, concurrency: int, walked: Plan[T], latest: Plan[T]) -> Leg[T] | None:
        """The next leg of a walk: rows changed since its latest leg began, but for those it has delivered."""
        # What came in one answer is how the list stood at one moment; but not the rest of a walk that began earlier.
        if latest.since is None or walked.bounded or (walked.report.requests == 1 and not walked.resumed):
            return None
        own = next((str(value) for name, value in query if name == "updated_at"), None)
        changed = sweep_filter(own, latest.since)
        if changed is None:
            return None
        plan = Plan(identity_of(self._model), limit=self._limit, concurrency=concurrency, excluded=walked.seen)
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
    require_asyncio()
    window = Slots(concurrency)
    fetchers = [pager.fetcher(concurrency, window=window) for pager in pagers]
    reading = [asyncio.ensure_future(fetcher.drain()) for fetcher in fetchers]
    try:
        return tuple(await asyncio.gather(*reading))
    finally:
        for fetcher in fetchers:
            fetcher.cancel()
        await end_tasks(reading)


def _check_number(name: str, value: object, least: int, most: int | None, hint: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ArgumentError(name, f"a whole number {bounds}, not {value!r}; {hint}")
