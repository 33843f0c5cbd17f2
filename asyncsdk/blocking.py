"""Calls from synchronous code: one client on one event loop in a thread of its own.

```python
from asyncsdk.blocking import connect

with connect(company="acme") as call:
    sheets = call(lambda w: w.timesheets.list(project_id=7))
    for row in call.rows(lambda w: w.production_plan_streams.list()):
        print(row.date)
```

No second client: what a function asks of the client is awaited on that loop, and the calling thread waits meanwhile.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import suppress
from functools import wraps
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal

from ._lists.options import CONCURRENCY
from ._lists.pager import Pager
from ._lists.walk import Walk
from .client import Wethod
from .errors import ArgumentError, ClientClosedError
from .errors._printable import shown

__all__ = ["Blocking", "connect"]

T = TypeVar("T")
P = ParamSpec("P")

BATCH: Final = 100
"""Rows that come from the event loop at a time: crossing threads costs as much as decoding a few rows."""

WAKE_SECONDS: Final = 1.0
"""How long a waiting thread sleeps at the most before it looks whether it was interrupted."""

_FORKED: Final = "this process was forked from the one that connected, and has no event loop of it; call connect() here"
_CLOSED: Final = "this connection is closed; call connect() again, or keep it open longer"


class Blocking:
    """A connection of synchronous code. `connect` makes one; any number of threads may use it at the same time.

    Used as a context manager, or closed with `close()`, as between the cells of a notebook. One that is forgotten is
    closed when the process ends.
    """

    def __init__(self, wethod: Wethod) -> None:
        self._wethod = wethod
        self._process = os.getpid()
        self._closed = False
        ready: Future[BlockingPortal] = Future()
        # A daemon: threads of a pool are joined before anything at the end of a process could close this one.
        self._thread = threading.Thread(target=asyncio.run, args=(_serve(ready),), name="asyncsdk", daemon=True)
        self._thread.start()
        self._portal = ready.result()
        atexit.register(self.close)

    def __call__(self, ask: Callable[[Wethod], Awaitable[T]]) -> T:
        """Waits for what a function asks of the client.

        A KeyboardInterrupt, or any other exception that is raised into the waiting thread, cancels the call: nothing
        goes on behind it. As ever, a write that was on the wire may have been carried out.

        Args:
            ask: gets the client, and returns what can be awaited: a call, a list, `gather_all(...)`.

        Raises:
            ClientClosedError: the connection is closed, or belongs to the process that this one was forked from.
            ArgumentError: what the function returned cannot be awaited.
            WethodError: as the call itself.

        Example:
            >>> projects = call(lambda w: w.projects.list())  # doctest: +SKIP
        """

        async def asked() -> T:
            asked_for = ask(self._wethod)
            if not isinstance(asked_for, Awaitable):
                raise ArgumentError(
                    "ask", f"returns what can be awaited, such as lambda w: w.projects.get(7), not {shown(asked_for)}"
                )
            return await asked_for

        return self._wait(asked)

    def rows(
        self,
        ask: Callable[[Wethod], Pager[T]],
        *,
        concurrency: int = CONCURRENCY,
        stable: bool = True,
        sweep: bool = False,
        max_items: int | None = None,
        resume: str | None = None,
    ) -> Generator[T, None, None]:
        """The rows of a list one by one, in order, pages fetched ahead.

        Args:
            ask: gets the client, and returns a list.
            concurrency, stable, sweep, max_items, resume: as for `Pager.items`.

        Raises:
            ClientClosedError, ArgumentError: as a call.
            WethodError: a page failed for good; all rows before it have come.

        Example:
            >>> for row in call.rows(lambda w: w.timesheets.list()):  # doctest: +SKIP
            ...     print(row.hours)
        """

        async def begun() -> Walk[T]:
            pager: object = ask(self._wethod)
            if not isinstance(pager, Pager):
                if isinstance(pager, Coroutine):
                    pager.close()  # a call, which is not made
                raise ArgumentError("ask", f"returns a list, such as lambda w: w.timesheets.list(), not {shown(pager)}")
            walk: Walk[T] = pager.items(
                concurrency=concurrency, stable=stable, sweep=sweep, max_items=max_items, resume=resume
            )
            return walk

        walk = self._wait(begun)
        try:
            while True:
                rows, ended = self._wait(lambda: _take(walk))
                yield from rows
                if ended is not None:
                    raise ended
                if len(rows) < BATCH:
                    return
        finally:
            if self._is_open:
                self._wait(walk.aclose)

    def close(self) -> None:
        """Closes the client, ends what still runs, and ends the thread. Safe to call again, and in a forked child."""
        if not self._is_open:
            return
        self._closed = True
        atexit.unregister(self.close)
        try:
            self._submit(self._wethod.aclose).result()
        finally:
            self._portal.start_task_soon(self._portal.stop, True)
            self._thread.join()

    def __enter__(self) -> Self:
        self._check()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Blocking {self._wethod!r}: call(lambda w: w.projects.list())>"

    @property
    def _is_open(self) -> bool:
        return not self._closed and os.getpid() == self._process

    def _check(self) -> None:
        if os.getpid() != self._process:
            raise ClientClosedError(_FORKED)
        if self._closed:
            raise ClientClosedError(_CLOSED)

    def _wait(self, call: Callable[[], Coroutine[object, object, T]]) -> T:
        self._check()
        future: Future[T] | None = None
        running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[object] | None]] = []
        abandoned = False
        ended = threading.Event()

        async def wanted() -> T:
            running.append((asyncio.get_running_loop(), asyncio.current_task()))
            try:
                if abandoned:  # it was interrupted before anybody could cancel it
                    raise asyncio.CancelledError
                return await call()
            finally:
                ended.set()

        try:
            future = self._submit(wanted)
            while True:
                # An interrupt that comes just before a lock is waited for is seen only when the wait ends.
                with suppress(TimeoutError):
                    return future.result(None if future.done() else WAKE_SECONDS)
                if future.done():
                    return future.result()  # the call itself has raised it, or has ended meanwhile
        except BaseException:
            abandoned = True
            if future is not None:
                future.cancel()  # nothing, where the call itself has raised
            for loop, task in running:
                if future is None and task is not None:  # it had begun before the thread held what cancels it
                    loop.call_soon_threadsafe(task.cancel)
                ended.wait(WAKE_SECONDS)  # so that what the interrupted call did last comes before what is asked next
            raise

    def _submit(self, call: Callable[[], Coroutine[object, object, T]]) -> Future[T]:
        if threading.current_thread() is self._thread:
            raise ClientClosedError("this is the connection's own event loop; await the client there")
        return self._portal.start_task_soon(call)


async def _serve(ready: Future[BlockingPortal]) -> None:
    async with BlockingPortal() as portal:
        ready.set_result(portal)
        await portal.sleep_until_stopped()


async def _take(walk: Walk[T]) -> tuple[list[T], Exception | None]:
    """The next rows of a walk, and what it ended with: rows before a failure come first."""
    rows: list[T] = []
    try:
        while len(rows) < BATCH:
            rows.append(await anext(walk))
    except StopAsyncIteration:
        pass
    except Exception as error:
        return rows, error
    return rows, None


def _with_options_of(made: Callable[P, Wethod]) -> Callable[[Callable[[Wethod], Blocking]], Callable[P, Blocking]]:
    """A function that takes what the client takes, so that a type checker knows the options by their names."""

    def decorated(connected: Callable[[Wethod], Blocking]) -> Callable[P, Blocking]:
        @wraps(connected)
        def connecting(*args: P.args, **options: P.kwargs) -> Blocking:
            return connected(made(*args, **options))

        return connecting

    return decorated


@_with_options_of(Wethod)
def connect(wethod: Wethod) -> Blocking:
    """A connection for synchronous code; it takes the options of `Wethod`, and reads the same environment.

    Raises:
        ConfigurationError: as `Wethod`; nothing was sent.

    Example:
        >>> with connect(company="acme") as call:  # doctest: +SKIP
        ...     project = call(lambda w: w.projects.get(7))
    """
    return Blocking(wethod)
