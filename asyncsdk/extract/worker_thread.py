"""The thread of a target: its calls run one after the other, whatever becomes of those who wait for them.

A call that runs cannot be taken back. Whoever is cancelled while waiting for one leaves at once; the call goes on until
it ends, by itself or because the target was told to `stop`, and what is asked for next waits for it. So nothing ever
meets a target that is still at work, and nobody waits for it longer than they mean to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import anyio

from .target import TargetError

__all__ = ["WorkerThread", "noticed", "outlast"]

T = TypeVar("T")


class WorkerThread:
    """Runs blocking functions in one thread, one after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="asyncsdk-target")

    async def __call__(self, function: Callable[[], T], /) -> T:
        """The function's result, once it has run. Cancelled before its turn, it does not run at all.

        Raises:
            TargetError: the last function was given to `end`.
        """
        try:
            running = asyncio.get_running_loop().run_in_executor(self._thread, function)
        except RuntimeError:
            raise TargetError("the run has ended") from None
        return await running

    async def end(self, function: Callable[[], object], /) -> None:
        """Runs the last function there is, in its turn, also where nobody waits for it any more."""
        last = asyncio.get_running_loop().run_in_executor(self._thread, function)
        self._thread.shutdown(wait=False)
        await asyncio.shield(last)  # whoever is cancelled leaves; the function runs all the same


def noticed(call: asyncio.Future[Any]) -> None:
    """Takes note of a call's failure once it is done: whoever waited for it may have left before it came."""
    if not call.cancelled():
        call.exception()


async def outlast(work: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Does work of a task that is being cancelled, however often it still is, but for `seconds` at most.

    Whoever calls it raises the cancellation afterwards.

    Returns:
        Whether the work was done. Its failure is raised.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    task = asyncio.ensure_future(work)
    with anyio.CancelScope(shield=True):
        while not task.done() and (left := until - loop.time()) > 0:
            try:
                await asyncio.wait([task], timeout=left)
            except asyncio.CancelledError:  # asyncio itself has no shield
                continue
    if not task.done():
        task.cancel()
        return False
    task.result()
    return True
