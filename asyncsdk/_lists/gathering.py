"""Several whole lists read side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar, overload

from .._limits import Slots
from .._sending.loops import require_asyncio
from ..errors import ArgumentError
from ..errors._printable import shown
from .fetcher import end_tasks
from .pager import CONCURRENCY, Pager

__all__ = ["gather_all"]

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
async def gather_all(
    a: Pager[A],
    /,
    *,
    concurrency: int = ...,
    stable: bool = ...,
    sweep: bool = ...,
    max_items: int | None = ...,
    expected: Sequence[int | None] | None = ...,
) -> tuple[list[A]]: ...
@overload
async def gather_all(
    a: Pager[A],
    b: Pager[B],
    /,
    *,
    concurrency: int = ...,
    stable: bool = ...,
    sweep: bool = ...,
    max_items: int | None = ...,
    expected: Sequence[int | None] | None = ...,
) -> tuple[list[A], list[B]]: ...
@overload
async def gather_all(
    a: Pager[A],
    b: Pager[B],
    c: Pager[C],
    /,
    *,
    concurrency: int = ...,
    stable: bool = ...,
    sweep: bool = ...,
    max_items: int | None = ...,
    expected: Sequence[int | None] | None = ...,
) -> tuple[list[A], list[B], list[C]]: ...
@overload
async def gather_all(
    a: Pager[A],
    b: Pager[B],
    c: Pager[C],
    d: Pager[D],
    /,
    *,
    concurrency: int = ...,
    stable: bool = ...,
    sweep: bool = ...,
    max_items: int | None = ...,
    expected: Sequence[int | None] | None = ...,
) -> tuple[list[A], list[B], list[C], list[D]]: ...
@overload
async def gather_all(
    *pagers: Pager[T],
    concurrency: int = ...,
    stable: bool = ...,
    sweep: bool = ...,
    max_items: int | None = ...,
    expected: Sequence[int | None] | None = ...,
) -> tuple[list[T], ...]: ...
async def gather_all(
    *pagers: Pager[Any],
    concurrency: int = CONCURRENCY,
    stable: bool = True,
    sweep: bool = False,
    max_items: int | None = None,
    expected: Sequence[int | None] | None = None,
) -> tuple[list[Any], ...]:
    """Reads several whole lists side by side, with `concurrency` requests in flight for all of them together.

    Args:
        pagers: the lists.
        concurrency: requests in flight at the most, for all lists together.
        stable: as in `Pager.items`.
        sweep: as in `Pager.items`.
        max_items: rows of each list at the most.
        expected: the rows believed to be in each list, in the order of the pagers; None where that is not known.

    Returns:
        One list of rows for each pager, in their order.

    Raises:
        ArgumentError: something that is no list, an argument out of range, or not one length for each list.
        WethodError: the first failure of any list; the others are ended before it is raised.

    Example:
        >>> projects, streams = await gather_all(wethod.projects.list(), wethod.streams.list())  # doctest: +SKIP
    """
    require_asyncio()
    for pager in pagers:
        if not isinstance(pager, Pager):
            raise ArgumentError("pagers", f"takes lists such as wethod.projects.list(), not {shown(pager)}")
    if expected is not None and not isinstance(expected, Sequence):
        raise ArgumentError("expected", f"takes one length for each list, not {shown(expected)}")
    lengths = [None] * len(pagers) if expected is None else list(expected)
    if len(lengths) != len(pagers):
        raise ArgumentError("expected", f"{len(lengths)} lengths for {len(pagers)} lists; give one for each, or None")
    window = Slots(concurrency)
    fetchers = [
        pager.fetcher(concurrency, stable=stable, sweep=sweep, max_items=max_items, expected=length, window=window)
        for pager, length in zip(pagers, lengths, strict=True)
    ]
    reading = [asyncio.ensure_future(fetcher.drain()) for fetcher in fetchers]
    try:
        return tuple(await asyncio.gather(*reading))
    finally:
        for fetcher in fetchers:
            fetcher.cancel()
        await end_tasks(reading)
