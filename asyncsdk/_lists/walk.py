"""The ways to consume a walk: by page, by row, or all of it.

All are thin handles on a `Fetcher`. Nothing points back at them, so a handle that is dropped is gone at once, and its
finalizer ends the tasks. Rows that do not fit their model stand in their places until here, where they are filtered.
"""

from __future__ import annotations

import weakref
from asyncio import AbstractEventLoop, get_running_loop
from collections import deque
from types import TracebackType
from typing import Generic, Self, TypeVar

from .._codec.decode import OnReject, Reject
from .._codec.live_line import LiveLine
from .._sending.loops import require_asyncio
from .delivery import Delivery
from .fetcher import Fetcher
from .page import Page
from .report import Report

__all__ = ["PageWalk", "Walk", "read_all"]

T = TypeVar("T")


class PageWalk(Generic[T]):
    """The pages of a list, in order. What `pager.pages()` gives.

        async with pager.pages() as pages:      # or plainly: async for page in pager.pages()
            async for page in pages:
                ...

    Leaving the `async with` block closes everything before the next line runs; leaving a plain loop early cancels what
    is in flight as soon as the walk is dropped.

    A page is handed out when the next one is there, or none is left: so it knows whether it is the last. Unless
    `holds_back` is True it is handed out as soon as it came, and mostly does not know.
    """

    def __init__(self, fetcher: Fetcher[T], on_reject: OnReject | None = None, *, holds_back: bool = False) -> None:
        self._fetcher = fetcher
        self._on_reject = on_reject
        self._holds_back = holds_back
        self._held: deque[Delivery[T]] = deque()  # the next pages, until it is known whether another follows
        self._closed = False
        weakref.finalize(self, fetcher.cancel).atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        fetcher = self._fetcher
        if self._closed:
            raise StopAsyncIteration
        held = self._held
        if held:
            fetcher.require_loop(lambda: self.bookmark)
        elif (delivery := await fetcher.advance()) is None:
            raise StopAsyncIteration
        else:
            held.append(delivery)
        page = held[0]
        is_last = False if len(held) > 1 else page.is_last
        if self._holds_back and len(held) == 1 and not fetcher.over:
            try:
                following = await fetcher.advance()
            except Exception:
                if not fetcher.failed:
                    raise
                is_last = None  # it is raised again by the next call, behind the page at hand
            else:
                is_last = False if following is not None else fetcher.ended_with(page)
                held.extend(() if following is None else (following,))
        rows = fitting(page.rows, self._on_reject)
        held.popleft()
        return Page(rows, offset=page.offset, is_last=is_last, bookmark=page.bookmark, headers=page.headers)

    @property
    def bookmark(self) -> str:
        """Where to go on after the last page taken."""
        return self._held[0].bookmark(0) if self._held else self._fetcher.bookmark()

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        return self._fetcher.report

    @property
    def since(self) -> str | None:
        """The server's clock when the list was begun: the `Date` header of the first answer, None before it came."""
        return self._fetcher.since

    async def aclose(self) -> None:
        """Ends the walk. Iterating it afterwards ends at once."""
        self._closed = True
        await self._fetcher.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Walk(Generic[T]):
    """The rows of a list, in order. What `pager.items()` gives.

        async with pager.items() as walk:       # or plainly: async for row in pager.items()
            async for row in walk:
                ...

    Leaving the `async with` block closes everything before the next line runs; leaving a plain loop early cancels what
    is in flight as soon as the walk is dropped. One task consumes a walk; cancelling it while it waits loses no row.
    """

    def __init__(self, fetcher: Fetcher[T], on_reject: OnReject | None = None) -> None:
        self._fetcher = fetcher
        self._on_reject = on_reject
        self._delivery: Delivery[T] | None = None
        self._left: deque[T] = deque()  # what is left of the delivery
        self._taken: int | None = None  # rows of the delivery that were taken when the walk was closed
        self._loop: AbstractEventLoop | None = None
        weakref.finalize(self, fetcher.cancel).atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._loop is None or get_running_loop() is not self._loop:
            self._settle_on_loop()
        left = self._left
        while True:
            while left:
                row = left.popleft()
                if self._on_reject is None or not isinstance(row, Reject):
                    return row
                self._on_reject(row)
            delivery = await self._fetcher.advance()
            if delivery is None:
                self._close()
                raise StopAsyncIteration
            self._delivery = delivery
            left.extend(delivery.rows)

    def _settle_on_loop(self) -> None:
        """Notes the event loop of the first row, or refuses to go on with on another. A closed walk has none."""
        if self._taken is None:
            self._fetcher.require_loop(lambda: self.bookmark)
        self._loop = require_asyncio()

    def _close(self) -> None:
        if self._taken is None:
            self._taken = self._rows_taken()
            self._left.clear()

    def _rows_taken(self) -> int:
        return 0 if self._delivery is None else len(self._delivery.rows) - len(self._left)

    @property
    def bookmark(self) -> str:
        """Where to go on after the last row taken; exact to the row: `pager.items(resume=walk.bookmark)`."""
        if self._delivery is None:
            return self._fetcher.bookmark()
        return self._delivery.bookmark(self._rows_taken() if self._taken is None else self._taken)

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        return self._fetcher.report

    @property
    def since(self) -> str | None:
        """The server's clock when the list was begun: the `Date` header of the first answer, None before it came."""
        return self._fetcher.since

    async def aclose(self) -> None:
        """Ends the walk. Iterating it afterwards ends at once."""
        self._close()
        await self._fetcher.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


async def read_all(
    fetcher: Fetcher[T], on_reject: OnReject | None = None, line: LiveLine | None = None, expected: int | None = None
) -> list[T]:
    """Reads all rows of a walk, which ends with this; `line` says how many are there, of `expected` ones."""
    of = f" of about {expected:,}" if expected else ""
    rows: list[T] = []
    try:
        while (delivery := await fetcher.advance()) is not None:
            rows += fitting(delivery.rows, on_reject)
            if line is not None:
                line.show(f"{len(rows):,} rows{of}")
    finally:
        await fetcher.aclose()
        if line is not None:
            line.end(f"{len(rows):,} rows")
    return rows


def fitting(rows: list[T], on_reject: OnReject | None) -> list[T]:
    """Returns the rows that fit their model; the others are handed out on the way."""
    if on_reject is None or Reject not in set(map(type, rows)):
        return rows
    kept = []
    for row in rows:
        if isinstance(row, Reject):
            on_reject(row)
        else:
            kept.append(row)
    return kept
