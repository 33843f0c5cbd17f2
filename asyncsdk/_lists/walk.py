"""The two ways to consume a walk: by page and by row.

Both are thin handles on a `Fetcher`. Nothing points back at them, so a handle that is dropped is gone at once, and its
finalizer ends the tasks.
"""

from __future__ import annotations

import weakref
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Iterator
from operator import length_hint
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from .._sending.loops import require_asyncio
from .fetcher import Fetcher
from .page import Page

if TYPE_CHECKING:
    from types import TracebackType

    from .delivery import Delivery, Report

__all__ = ["PageWalk", "Walk"]

T = TypeVar("T")

NOTHING_LEFT: Final[Iterator[Any]] = iter(())
"""What a closed walk has left, on whatever event loop."""


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

    def __init__(self, fetcher: Fetcher[T], *, holds_back: bool = False) -> None:
        self._fetcher = fetcher
        self._holds_back = holds_back
        self._held: Delivery[T] | None = None  # the next page, until it is known whether another follows
        self._closed = False
        weakref.finalize(self, fetcher.cancel).atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        fetcher = self._fetcher
        if self._closed:
            raise StopAsyncIteration
        if self._held is not None and fetcher.astray:
            raise fetcher.elsewhere(self.bookmark)
        if self._held is None:
            self._held = await fetcher.advance()
            if self._held is None:
                raise StopAsyncIteration
        following, is_last = None, self._held.is_last
        if self._holds_back and not fetcher.over:
            try:
                following = await fetcher.advance()
            except Exception:
                if not fetcher.failed:
                    raise
                is_last = None  # it is raised again by the next call, behind the page at hand
            else:
                is_last = False if following is not None else fetcher.ended_with(self._held)
        held, self._held = self._held, following
        return Page(fetcher.fitting(held.rows), offset=held.offset, is_last=is_last, bookmark=held.bookmark)

    @property
    def bookmark(self) -> str:
        """Where to go on after the last page taken."""
        return self._fetcher.bookmark() if self._held is None else self._held.bookmark(0)

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

    def __init__(self, fetcher: Fetcher[T]) -> None:
        self._fetcher = fetcher
        self._left: Iterator[T] = iter(())  # what is left of the delivery
        self._rows = self._left  # the same, without the rows that do not fit
        self._delivery: Delivery[T] | None = None
        self._unread = 0  # rows of the delivery that were left when the walk was closed
        self._loop: AbstractEventLoop | None = None
        weakref.finalize(self, fetcher.cancel).atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._loop is None or get_running_loop() is not self._loop:
            self._settle_on_loop()
        # A loop that returns at once: the cheapest way to take one row of an iterator and see its end.
        for row in self._rows:
            return row
        while (delivery := await self._fetcher.advance()) is not None:
            self._delivery = delivery
            self._left = iter(delivery.rows)
            self._rows = self._fetcher.sift(self._left)
            for row in self._rows:
                return row
        self._unread += length_hint(self._left)
        self._left = self._rows = NOTHING_LEFT
        raise StopAsyncIteration

    def _settle_on_loop(self) -> None:
        """Notes the event loop of the first row, or refuses to go on with on another."""
        if self._loop is not None and self._rows is not NOTHING_LEFT:
            raise self._fetcher.elsewhere(self.bookmark)
        self._loop = require_asyncio()

    @property
    def bookmark(self) -> str:
        """Where to go on after the last row taken; exact to the row: `pager.items(resume=walk.bookmark)`."""
        if self._delivery is None:
            return self._fetcher.bookmark()
        return self._delivery.bookmark(len(self._delivery.rows) - length_hint(self._left) - self._unread)

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
        self._unread += length_hint(self._left)
        self._left = self._rows = NOTHING_LEFT
        await self._fetcher.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
