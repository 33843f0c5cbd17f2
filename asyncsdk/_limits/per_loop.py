"""Keeps one thing for each event loop: closed with its loop at the latest, and left alone by a forked child.

Connections belong to the event loop they were opened on. Whoever keeps some for several loops has the same three cares:
to close them when the loop ends and nobody called `aclose`, to forget those of loops that are over, and never to touch
those of a parent process, whose sockets and poll set a forked child still shares.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

import anyio
import attrs

__all__ = ["PerLoop"]

T = TypeVar("T")

CLOSING_SECONDS: Final = 2.0  # how long closing may take; a peer that does not answer is left behind


@attrs.frozen(eq=False)
class _Kept(Generic[T]):
    value: T
    process: int
    closer: AsyncGenerator[None, None] | None


class PerLoop(Generic[T]):
    """One value for each event loop. Safe to use from several threads, each with a loop of its own."""

    def __init__(self) -> None:
        self._by_loop: dict[asyncio.AbstractEventLoop, _Kept[T]] = {}
        self._inherited: list[object] = []

    def find(self) -> T | None:
        """Returns the running loop's value; None where this process keeps none."""
        kept = self._by_loop.get(asyncio.get_running_loop())
        return None if kept is None or kept.process != os.getpid() else kept.value

    def keep(self, value: T, close: Callable[[], Awaitable[object]] | None = None) -> T:
        """Keeps a value for the running loop in the place of a former one, and returns it.

        Args:
            value: what to keep.
            close: closes the value. It is awaited by `aclose`, or when the loop ends. What it holds must not lead back
                to the owner of this object, so that an owner that is dropped unclosed leaves no cycle.
        """
        loop = asyncio.get_running_loop()
        for other, kept in list(self._by_loop.items()):  # a copy: another thread may add its loop meanwhile
            if kept.process != os.getpid():
                self._inherited.append(kept)  # dropped, it would be closed
            if other.is_closed() or kept.process != os.getpid():
                self._by_loop.pop(other, None)
        closer = None
        if close is not None:
            closer = _closing_with_its_loop(close)
            with suppress(StopIteration):
                closer.__anext__().send(None)  # it awaits nothing on its way to the yield
        self._by_loop[loop] = _Kept(value, os.getpid(), closer)
        return value

    def forget(self, value: T) -> None:
        """Forgets the running loop's value, if it is this one, without closing it."""
        loop = asyncio.get_running_loop()
        kept = self._by_loop.get(loop)
        if kept is not None and kept.value is value:
            del self._by_loop[loop]

    def others(self) -> list[tuple[asyncio.AbstractEventLoop, T]]:
        """Returns the values of this process that belong to other loops than the running one."""
        running = asyncio.get_running_loop()
        return [
            (loop, kept.value)
            for loop, kept in list(self._by_loop.items())
            if loop is not running and kept.process == os.getpid()
        ]

    async def aclose(self) -> None:
        """Closes the running loop's value and forgets it. Another one may be kept afterwards."""
        loop = asyncio.get_running_loop()
        kept = self._by_loop.get(loop)
        if kept is None or kept.process != os.getpid():
            return
        del self._by_loop[loop]
        if kept.closer is not None:
            await kept.closer.aclose()


async def _closing_with_its_loop(close: Callable[[], Awaitable[object]]) -> AsyncGenerator[None, None]:
    """Closes something when the event loop ends: loops close the async generators that began on them."""
    try:
        yield
    finally:
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await close()
