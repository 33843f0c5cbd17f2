"""A list of the API before anything was asked for: how it may be read, and the checks of how it is asked for.

A pager is immutable and may be read as often as one likes; every reading is a walk of its own. Nothing is requested
before it is awaited or iterated.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from .._codec.decode import OnReject
from .._codec.values import Field
from .._sending import wire
from .._sending.page_sizes import LARGEST_PAGE
from .._sending.sender import Sender
from ..errors import ArgumentError
from ..errors._checks import check_flag, check_whole_number
from ..errors._printable import shown
from .change_stream import Changes, follow
from .listed import List
from .options import CONCURRENCY, WalkOptions
from .page import Page
from .tabular import Tabular
from .walk import PageWalk, Walk

__all__ = ["Page", "Pager", "list_of"]

T = TypeVar("T")
A = TypeVar("A")


class Pager(Tabular[T]):
    """A list of rows of one kind. `wethod.<resource>.list(...)` gives one.

        rows = await pager                              # the whole list
        async for row in pager: ...                     # row by row, pages fetched ahead
        async for page in pager.pages(): ...            # page by page
        page = await pager.first_page()                 # one request
        row = await pager.first()                       # one row, or None
        n = await pager.count()                         # a few requests, whatever the length
        async for change in pager.changes(): ...        # what changes in it from now on

    Every reading walks the list anew, several pages in flight, in order. By default a walk is *stable*: pages overlap
    by one row and are joined by it, so that every row which is there during the whole walk comes out exactly once,
    whatever is inserted, updated or deleted meanwhile, in lists whose order does not change or in which changed rows
    move to the end.

    A page with fewer rows than were asked for is the end of its list. That a server gives fewer rows than that at once
    cannot be told from one answer: where 100 were asked for and 20, 25 or 50 came, the first time a client meets it,
    one request more looks whether there is another page, and if so the walk goes on in pages of that size. A server
    that is limited to another number, or that drops rows from a first page after cutting it, is believed.
    """

    __slots__ = ("_list",)

    def __init__(
        self,
        sender: Sender,
        path: str,
        model: type[T],
        query: Iterable[Field] = (),
        *,
        limit: int = LARGEST_PAGE,
        offset: int = 0,
        stable_order: str | None = None,
        operation: str | None = None,
        route: str | None = None,
    ) -> None:
        """Makes a pager; resources do that.

        Args:
            sender: sends the requests.
            path: of the list.
            model: of its rows.
            query: its filters, by wire name; None entries are left out.
            limit: rows a page, 1 to 100.
            offset: the first row, from 0.
            stable_order: the `order` a stable walk asks for where the caller named none, for lists whose default order
                is not a rising one.
            operation: its name in this package, such as `projects.list`.
            route: its path without ids.

        Raises:
            ArgumentError: limit or offset out of range, or not whole numbers.
        """
        check_whole_number("limit", limit, 1, LARGEST_PAGE, "it is the size of a page; to bound the rows use max_items")
        check_whole_number("offset", offset, 0, None, "rows are counted from 0")
        given = tuple(field for field in query if field is not None)
        self._list = List(sender, path, model, given, limit, offset, stable_order, operation, route)

    @property
    def model(self) -> type[T]:
        """What its rows are decoded into: a model of `asyncsdk.models`, or `dict`."""
        return self._list.model

    def into(self, model: type[A]) -> Pager[A]:
        """The same list, its rows decoded into another model: a class of your own, or `dict` for plain data.

        Raises:
            ArgumentError: the model is no class.
        """
        given: object = model  # whoever uses no type checker may give anything
        if not isinstance(given, type):
            raise ArgumentError("model", f"the class of one row, such as Project or dict, not {shown(model)}")
        asked = self._list
        return Pager(
            asked.sender,
            asked.path,
            model,
            asked.query,
            limit=asked.limit,
            offset=asked.offset,
            stable_order=asked.stable_order,
            operation=asked.operation,
            route=asked.route,
        )

    def __repr__(self) -> str:
        asked = self._list
        query = wire.encode_query((*asked.query, ("limit", asked.limit), ("offset", asked.offset)))
        # What asyncio prints where a pager is given to it instead of a coroutine.
        return f"<Pager GET {asked.path}?{query}: await it, or asyncio.run(pager.all())>"

    if not TYPE_CHECKING:  # so that type checkers know that none of these works

        def __iter__(self) -> NoReturn:
            raise TypeError("a pager is read asynchronously: `async for row in pager`, or `for row in await pager`")

        def __len__(self) -> NoReturn:
            raise TypeError("a pager has not read anything yet: `await pager.count()`, or `len(await pager)`")

        def __getitem__(self, index: object) -> NoReturn:
            raise TypeError("a pager has not read anything yet: `await pager.first()`, or `(await pager)[0]`")

        def __contains__(self, row: object) -> NoReturn:
            raise TypeError("a pager has not read anything yet: `row in await pager`")

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
        on_reject: OnReject | None = None,
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
            on_reject: is called with each row that does not fit its model (with its text and the reason); the walk goes
                on without it. By default such a row is a `DecodeError`.

        Raises:
            ArgumentError: an argument out of range, a bookmark of another list, or one taken where rows further on had
                been delivered already (a walk that had to go back). Nothing was sent.

        Example:
            >>> async with pager.items(max_items=1000) as walk:  # doctest: +SKIP
            ...     async for row in walk:
            ...         save(row, walk.bookmark)
        """
        return self._list.rows(
            WalkOptions(
                concurrency=concurrency,
                stable=stable,
                sweep=sweep,
                max_items=max_items,
                expected=expected,
                resume=resume,
                on_reject=on_reject,
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
        on_reject: OnReject | None = None,
    ) -> PageWalk[T]:
        """The same walk as `items`, page by page. Pages without a row that was not seen before are left out."""
        return self._list.pages(
            WalkOptions(
                concurrency=concurrency,
                stable=stable,
                sweep=sweep,
                max_items=max_items,
                expected=expected,
                resume=resume,
                on_reject=on_reject,
            ),
            holds_back=True,
        )

    async def all(
        self,
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        expected: int | None = None,
        resume: str | None = None,
        on_reject: OnReject | None = None,
        progress: bool = False,
    ) -> list[T]:
        """The whole list, or its first `max_items` rows, in memory. `await pager` is the same without a bound.

        The arguments are those of `items`, and:

        Args:
            progress: show how many rows are there, in a line on standard error that is renewed in place, or below the
                cell of a notebook; nothing where standard error is no terminal.

        Raises:
            ArgumentError: as `items`.
            WethodError: a page failed for good; rows read so far are dropped, `error.bookmark` says where it failed.
        """
        check_flag("progress", progress)
        options = WalkOptions(concurrency, stable, sweep, max_items, expected, resume, on_reject)
        return await self._list.all(options, progress=progress)

    async def first_page(self) -> Page[T]:
        """The first page alone, in one request.

        `page.is_last` is True where it came short, and None where only another request could tell: where it is full, or
        of a length that may be the most the server gives at once (20, 25, 50 rows where 100 were asked for).
        """
        return await self._list.first_page()

    async def first(self) -> T | None:
        """The first row, in one request for one row; None where there is none."""
        rows = await self._list.all(WalkOptions(concurrency=1, stable=False, max_items=1))
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
        return await self._list.count()

    def changes(
        self,
        since: datetime | str | None = None,
        every: float | None = 60.0,
        *,
        concurrency: int = CONCURRENCY,
        on_reject: OnReject | None = None,
    ) -> Changes[T]:
        """What changes in the list, and what is deleted from it, for as long as one iterates.

        The first round reads the list whole, to know its rows. Each later one takes two requests where nothing is new,
        one where the list fits into a page. Pages hold up to 100 rows, whatever `limit` is.

        Args:
            since: None: from now on. An aware date-time: what changed since then is told as well, as the first round
                meets it; "beginning": all rows. The text of `changes.bookmark`: goes on there, without reading the list
                whole.
            every: seconds from the beginning of one round to that of the next; None: one round, and then it ends.
            concurrency: as in `items`.
            on_reject: as in `items`; called once for each version of a row.

        Raises:
            ArgumentError: the list cannot be followed as it is asked for (an `offset`, an `order`, a filter of time or
                deletion, a list that the contract does not know), or an argument is none. Nothing was sent.

        Example:
            >>> async for change in wethod.streams.list().changes(since=bookmark):  # doctest: +SKIP
            ...     apply(change.kind, change.id, change.row)
        """
        return follow(self._list, since, every, WalkOptions(concurrency=concurrency, on_reject=on_reject))


def list_of(pager: Pager[T]) -> List[T]:
    """Returns what a pager reads, for parts of the package that walk lists in ways of their own."""
    return pager._list
