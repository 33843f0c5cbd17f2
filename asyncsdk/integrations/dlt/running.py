"""Runs a reading in a task of its own, beside dlt's, and hands its tables over one at a time.

dlt runs all async resources of an extraction on one event loop. Where one of them fails, it cancels what waits and has
the loop close its async generators, before those that were waiting have seen that they are cancelled: each complains
that it is running already, and is left as it was. So a reading is no async generator. It runs in a task, and beside it
waits a generator that does nothing but end the reading when the loop closes its generators, which dlt awaits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Self

import pyarrow as pa

__all__ = ["Handover"]


class Handover:
    """The tables of one reading, as dlt asks for them: one is made while the one before is being written.

    Args:
        read: reads, and puts what it read here.
    """

    def __init__(self, read: Callable[[Handover], Awaitable[None]]) -> None:
        self._read = read
        self._tables: asyncio.Queue[pa.Table | Exception | None] = asyncio.Queue(maxsize=1)
        self._ending: AsyncGenerator[None, None] | None = None
        self.walks: set[Callable[[], None]] = set()
        """What ends the walks that are open, at once. They have to end in the same moment as connections are closed, by
        another generator of the loop: a request that saw its connection go would open a new one."""

    async def put(self, table: pa.Table) -> None:
        """Hands a table over; waits until the one before was taken."""
        await self._tables.put(table)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pa.Table:
        if self._ending is None:
            self._ending = self._ended_with_the_loop(asyncio.ensure_future(self._run()))
            await anext(self._ending)
        table = await self._tables.get()
        if isinstance(table, pa.Table):
            return table
        await self._ending.aclose()
        raise StopAsyncIteration if table is None else table

    async def _run(self) -> None:
        ended: Exception | None = None
        try:
            await self._read(self)
        except Exception as error:
            ended = error
        await self._tables.put(ended)

    async def _ended_with_the_loop(self, task: asyncio.Future[None]) -> AsyncGenerator[None, None]:
        """Ends the reading when it is closed itself, which the event loop does at the latest."""
        try:
            yield
        finally:
            for end in self.walks:
                end()
            task.cancel()
            await asyncio.wait([task])
