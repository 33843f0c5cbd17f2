"""A fleet on one machine: a few companies at a time, through copies of one client, so that a token has one budget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ..extract.loading import LEAVING_SECONDS
from ..extract.worker_thread import outlast
from .agenda import Agenda
from .company import Company

__all__ = ["a_few_at_a_time"]

T = TypeVar("T")


async def a_few_at_a_time(companies: Sequence[Company], at_once: int, each: Callable[[int], Awaitable[T]]) -> list[T]:
    """Does something for every company, a few at a time; what came of each, in their order.

    Args:
        companies: all of them.
        at_once: so many at most.
        each: does it for the company of a place; it raises nothing but being cancelled.
    """
    agenda = Agenda(companies)
    results: dict[int, T] = {}
    running: dict[asyncio.Future[T], int] = {}
    try:
        while True:
            while len(running) < at_once and (at := agenda.begin()) is not None:
                running[asyncio.ensure_future(each(at))] = at
            if not running:
                break
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                at = running.pop(task)
                agenda.end(at)
                results[at] = task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await outlast(asyncio.wait(running), LEAVING_SECONDS)
    return [results[at] for at in range(len(companies))]
