"""Several whole lists read side by side."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar, overload

from .event_loop import require_asyncio
from .pager import CONCURRENCY, Pager
from .throttling import Slots
from .walking.fetcher import end_tasks

__all__ = ["gather_all"]

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


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
