"""The end of the time a call may take, which never throws away an answer that has come already.

A loop that was busy, or asleep with its machine, meets what waits in its sockets and its timers in the same moment.
`asyncio.timeout_at` cancels then, so that a write which succeeded would have an unknown outcome although its answer is
there. Here what was received has a few iterations of the loop to be read.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Deadline"]

ITERATIONS: Final = 8
"""Of the event loop: encrypted answers of a megabyte have been read and taken after them."""


class Deadline:
    """Ends a block at a moment of the loop's clock, as `asyncio.timeout_at` does, once what is there was read.

    Raises:
        TimeoutError: the block took longer.
    """

    __slots__ = ("_moment", "_timeout", "_timer")

    def __init__(self, moment: float) -> None:
        self._moment = moment
        self._timeout = asyncio.timeout(None)
        self._timer: asyncio.Handle | None = None

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        self._timer = asyncio.get_running_loop().call_at(self._moment, self._come, ITERATIONS)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _come(self, iterations: int) -> None:
        loop = asyncio.get_running_loop()
        if iterations:
            self._timer = loop.call_soon(self._come, iterations - 1)
        else:
            self._timeout.reschedule(loop.time())
