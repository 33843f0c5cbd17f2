"""A sandbox that runs beside a test, in a thread with an event loop of its own.

So a synchronous test can use it, an application under test can run on whatever loop it likes, and a test that blocks
does not stop the server it waits for.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..sandbox import Sandbox

__all__ = ["beside"]


@contextmanager
def beside(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Runs a sandbox in another thread while the block runs.

        with beside(Sandbox(rows=50)) as sandbox:
            sandbox.fail("GET /api/projects", status=503)

    Order faults and changes while no request is under way.
    """
    ready = threading.Event()
    stops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    failures: list[BaseException] = []

    async def serve() -> None:
        stop = asyncio.Event()
        async with sandbox:
            stops.append((asyncio.get_running_loop(), stop))
            ready.set()
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # raised again in the thread of the test
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="wethod sandbox", daemon=True)
    thread.start()
    ready.wait()
    try:
        if not failures:
            yield sandbox
    finally:
        for loop, stop in stops:
            loop.call_soon_threadsafe(stop.set)
        thread.join()
    if failures:
        raise failures[0]
