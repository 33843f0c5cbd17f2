"""Several whole lists read side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar, overload

from .._codec.decode import OnReject
from .._limits import Slots
from .._sending.loops import require_asyncio
from ..errors import ArgumentError
from ..errors._printable import shown
from .fetcher import end_tasks
from .options import CONCURRENCY, WalkOptions
from .pager import Pager, list_of
from .walk import read_all

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
    resume: Sequence[str | None] | None = ...,
    on_reject: OnReject | None = ...,
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
    resume: Sequence[str | None] | None = ...,
    on_reject: OnReject | None = ...,
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
    resume: Sequence[str | None] | None = ...,
    on_reject: OnReject | None = ...,
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
    resume: Sequence[str | None] | None = ...,
    on_reject: OnReject | None = ...,
) -> tuple[list[A], list[B], list[C], list[D]]: ...
@overload
async def gather_all(
    *pagers: Pager[T],
    concurrency: int = ...,
    stable: bool = ...,
    sweep: bool = ...,
    max_items: int | None = ...,
    expected: Sequence[int | None] | None = ...,
    resume: Sequence[str | None] | None = ...,
    on_reject: OnReject | None = ...,
) -> tuple[list[T], ...]: ...
async def gather_all(
    *pagers: Pager[Any],
    concurrency: int = CONCURRENCY,
    stable: bool = True,
    sweep: bool = False,
    max_items: int | None = None,
    expected: Sequence[int | None] | None = None,
    resume: Sequence[str | None] | None = None,
    on_reject: OnReject | None = None,
) -> tuple[list[Any], ...]:
    """Reads several whole lists side by side, with `concurrency` requests in flight for all of them together.

    Args:
        pagers: the lists.
        concurrency: requests in flight at the most, for all lists together.
        stable: as in `Pager.items`.
        sweep: as in `Pager.items`.
        max_items: rows of each list at the most.
        expected: the rows believed to be in each list, in the order of the pagers; None where that is not known.
        resume: a bookmark of each list, in the order of the pagers; None where it is read from its beginning.
        on_reject: as in `Pager.items`, for all lists.

    Returns:
        One list of rows for each pager, in their order.

    Raises:
        ArgumentError: something that is no list, an argument out of range, or not one length or bookmark for each list.
        WethodError: the first failure of any list; the others are ended before it is raised.

    Example:
        >>> projects, streams = await gather_all(wethod.projects.list(), wethod.streams.list())  # doctest: +SKIP
    """
    require_asyncio()
    for pager in pagers:
        if not isinstance(pager, Pager):
            raise ArgumentError("pagers", f"takes lists such as wethod.projects.list(), not {shown(pager)}")
    lengths = _for_each("expected", "length", expected, len(pagers))
    places = _for_each("resume", "bookmark", resume, len(pagers))
    slots = Slots(concurrency)
    fetchers = [
        list_of(pager).fetcher(
            WalkOptions(
                concurrency=concurrency,
                stable=stable,
                sweep=sweep,
                max_items=max_items,
                expected=length,
                resume=place,
                on_reject=on_reject,
            ),
            slots=slots,
        )
        for pager, length, place in zip(pagers, lengths, places, strict=True)
    ]
    reading = [asyncio.ensure_future(read_all(fetcher, on_reject)) for fetcher in fetchers]
    try:
        return tuple(await asyncio.gather(*reading))
    finally:
        for fetcher in fetchers:
            fetcher.cancel()
        await end_tasks(reading)


def _for_each(name: str, thing: str, values: Sequence[T | None] | None, lists: int) -> list[T | None]:
    """Returns one value for each list; None stands for none of any."""
    if values is None:
        return [None] * lists
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise ArgumentError(name, f"takes one {thing} for each list, not {shown(values)}")
    if len(values) != lists:
        raise ArgumentError(name, f"{len(values)} {thing}s for {lists} lists; give one for each, or None")
    return list(values)
