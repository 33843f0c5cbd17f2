"""How many requests may be on the wire at once, per event loop."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

__all__ = ["Slots"]


class Slots:
    """At most `size` requests on the wire, first come first served. Belongs to one event loop.

    A released slot is handed to the first waiter directly; a waiter cancelled meanwhile hands it on.
    """

    __slots__ = ("_waiting", "free", "size")

    def __init__(self, size: int) -> None:
        self.size: int = size
        self.free: int = size
        self._waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return len(self._waiting)

    def try_acquire(self) -> bool:
        """Take a slot if one is free. A free slot never has a waiter: release hands it on at once."""
        if self.free:
            self.free -= 1
            return True
        return False

    async def acquire(self) -> None:
        """Take a slot, in the order of asking. Nothing is held when this is cancelled."""
        if self.try_acquire():
            return
        handed = asyncio.get_running_loop().create_future()
        self._waiting[handed] = None
        try:
            await handed
        except BaseException:
            if self._waiting.pop(handed, handed) is handed and handed.done() and not handed.cancelled():
                self.release()  # handed over in the same moment as it was cancelled
            raise

    def release(self) -> None:
        """Give a slot back. Never waits."""
        while self._waiting:
            handed, _ = self._waiting.popitem(last=False)
            if not handed.done():
                handed.set_result(None)
                return
        self.free += 1
