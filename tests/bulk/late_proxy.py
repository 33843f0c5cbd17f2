"""A proxy that holds some writes back, and delivers them even where who sent them has died meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import attrs

__all__ = ["LateProxy", "late_proxy"]

LINGER_SECONDS = 2.0
"""How long what was sent is carried out for, once its sender has gone."""


@attrs.define(eq=False)
class LateProxy:
    """A proxy on loopback.

    Args:
        port: of the server behind it.
        hold: says how long the next write is held back, in seconds.
        url: where it listens.
        held, orphans: writes that it held, and those of them whose sender had gone when they were delivered.
    """

    port: int
    hold: Callable[[], float]
    url: str = ""
    held: int = 0
    orphans: int = 0
    _tasks: set[asyncio.Task[None]] = attrs.field(factory=set)

    async def serve(self, ready: Callable[[], object], ended: asyncio.Event) -> None:
        """Passes on what comes, until the event."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready()
        await ended.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        there, to_there = await asyncio.open_connection("127.0.0.1", self.port)
        back = asyncio.create_task(_pump(there, writer))
        try:
            while data := await _read(reader):
                if data.startswith(b"POST ") and (seconds := self.hold()):
                    self.held += 1
                    await asyncio.sleep(seconds)
                    self.orphans += reader.at_eof() or reader.exception() is not None
                to_there.write(data)
            await asyncio.wait([back], timeout=LINGER_SECONDS)
        finally:
            back.cancel()
            to_there.close()
            writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65536)
    except OSError:  # who sent it was killed
        return b""


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextmanager
def late_proxy(port: int, hold: Callable[[], float]) -> Iterator[LateProxy]:
    """Runs a proxy in a thread while the block lasts."""
    proxy, ready = LateProxy(port, hold), threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(proxy.serve(ready.set, ended),), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()
