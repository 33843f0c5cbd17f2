"""Walks: the tasks that fetch what a plan asks for, and the two ways to consume them, by page and by row.

The plan (`paging`) decides what is asked, what is delivered and when the list ends. Here is only what needs an event
loop: one task per page in flight, a future that wakes the consumer, and the end of it all.

Nothing is ever yielded inside a task group or a cancel scope, so a walk can be left at any row. Ending a walk cancels
its tasks synchronously; waiting for them afterwards is a courtesy, bounded, and not needed for correctness.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Collection, Iterator
from operator import length_hint
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeAlias, TypeVar

import anyio
import attrs

from .errors import WethodError
from .page import Page

if TYPE_CHECKING:
    from types import TracebackType

    from .paging import Ask, Delivery, Plan, Report
    from .session import Reply, Session
    from .throttle import Slots
    from .wire import Request

__all__ = ["Fetcher", "PageWalk", "Walk", "end_tasks"]

T = TypeVar("T")

CLOSING_SECONDS: Final = 2.0

Leg: TypeAlias = "tuple[Plan[T], Callable[[int, int], Request]]"
"""A plan, and the request of each of its pages by offset and limit."""


class Fetcher(Generic[T]):
    """Runs a plan: keeps its pages in flight and hands over what it delivers, in order.

    The handles users hold (`PageWalk`, `Walk`) point here, and nothing here points back at them: so a handle that is
    dropped is gone at once, and its finalizer ends the tasks.

    Args:
        plan: what to ask for, and in which order to deliver.
        session: sends the requests.
        request: the request of a page by its offset and limit.
        decode: the rows of a page, from its body.
        window: places shared with other walks (`gather_all`); None: the plan's own window is enough.
        sweep: the second leg, from the finished first one; None where nothing is left to ask.

    """

    def __init__(
        self,
        plan: Plan[T],
        session: Session,
        request: Callable[[int, int], Request],
        decode: Callable[[bytes], list[T]],
        *,
        window: Slots | None = None,
        sweep: Callable[[Plan[T]], Leg[T] | None] | None = None,
    ) -> None:
        self.plan = plan
        self._session = session
        self._request = request
        self._decode = decode
        self._window = window
        self._sweep = sweep
        self._walked: Plan[T] | None = None  # the first leg, once the sweep has begun
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: list[asyncio.Future[Ask]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._ready: Delivery[T] | None = None  # taken on behalf of a consumer that waits
        self._failure: BaseException | None = None
        self._closed = False

    async def advance(self) -> Delivery[T] | None:
        """The next rows; None at the end.

        Cancelling it loses nothing: the next call goes on where this one waited.

        Raises:
            WethodError: the page at hand failed for good; it carries the bookmark of where to go on.
        """
        loop = self._loop = self._loop or asyncio.get_running_loop()
        if self._waiter is not None:
            raise RuntimeError("another task waits for the next rows of this walk already; give each task its own walk")
        if self._failure is not None:
            raise self._failure
        while not self._closed:
            delivery, self._ready = self._ready or self._take(), None
            if delivery is not None:
                self._start()
                self._session.account.counters.rows += len(delivery.rows)
                return delivery
            if self.plan.done and not self._begin_sweep():
                self.cancel()
                break
            self._start()
            self._waiter = loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
            if self._failure is not None:
                raise self._failure
        return None

    def _begin_sweep(self) -> bool:
        """Goes on with what was changed while the list was walked, once, if the walk was asked to."""
        if self._sweep is None or (leg := self._sweep(self.plan)) is None:
            return False
        self._sweep, self._walked = None, self.plan
        self.plan, self._request = leg
        return True

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        if self._walked is None:
            return attrs.evolve(self.plan.report)
        return self._walked.report.with_sweep(self.plan.report)

    def _take(self) -> Delivery[T] | None:
        try:
            return self.plan.take()
        except BaseException as error:
            if isinstance(error, WethodError) and error.bookmark is None:
                error.bookmark = self.bookmark()
            self._failure = error
            self.cancel()
            raise

    def _start(self) -> None:
        """Sends what the plan asks for now."""
        for ask in self.plan.due():
            self._give(ask)

    def _give(self, ask: Ask) -> None:
        """Gives a page to a worker that rests, or to a new one."""
        while self._resting:
            worker = self._resting.pop()
            if not worker.done():
                worker.set_result(ask)
                return
        task = asyncio.ensure_future(self._work(ask))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A defect, or the interpreter's end: whoever waits for rows must not wait for ever.
            self._failure = self._failure or error
            self._wake()

    async def _work(self, ask: Ask) -> None:
        """Fetches one page after the other. A task that rests costs a third of a new one for each page."""
        loop = asyncio.get_running_loop()
        while True:
            await self._fetch(ask)
            if self._closed:
                return
            if self._waiter is not None and not self._waiter.done():
                self._serve()
            due = self.plan.due()
            for other in due[1:]:
                self._give(other)
            if due:
                ask = due[0]
            else:
                rest: asyncio.Future[Ask] = loop.create_future()
                self._resting.append(rest)
                ask = await rest

    def _serve(self) -> None:
        """Takes what the waiting consumer will take, so that its place is free for the next page, and wakes it."""
        try:
            self._ready = self.plan.take()
        except (Exception, asyncio.CancelledError):
            self._wake()  # the consumer meets the same error, and raises it
        else:
            if self._ready is not None or self.plan.done:
                self._wake()

    async def _fetch(self, ask: Ask) -> None:
        """One page, from the request to its rows. Every error is the consumer's: it gets it in its turn."""
        try:
            reply = await self._send(ask)
        except asyncio.CancelledError as error:
            if not self._closed:
                # Somebody else cancelled this task: the consumer must hear of it, or it would wait for ever.
                self.plan.failed(ask, error)
                self._wake()
            raise
        except Exception as error:
            self.plan.failed(ask, error)  # raised in the consumer, at its place in the line
        else:
            self.plan.answered(ask, reply.value, reply.answer.headers.get("date"))

    async def _send(self, ask: Ask) -> Reply[list[T]]:
        if self._window is None:
            return await self._session.send(self._request(ask.offset, ask.limit), self._decode)
        await self._window.acquire()
        try:
            return await self._session.send(self._request(ask.offset, ask.limit), self._decode)
        finally:
            self._window.release()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def bookmark(self) -> str:
        """Where the walk stands after everything its consumer took."""
        if self._walked is not None:
            # Bookmarks belong to the list itself: resuming from its end reads what came after, and sweeps again.
            return self._walked.bookmark()
        return self.plan.bookmark() if self._ready is None else self._ready.bookmark(0)

    def cancel(self) -> None:
        """Ends the walk now: what is in flight is cancelled, and nothing more is sent. Safe from any thread."""
        self._closed = True
        loop = self._loop
        if loop is None or loop.is_closed() or not self._tasks:
            return
        try:
            same = asyncio.get_running_loop() is loop
        except RuntimeError:
            same = False
        if same:
            self._cancel_tasks()
        else:
            # The garbage collector may run in any thread, and tasks belong to theirs.
            loop.call_soon_threadsafe(self._cancel_tasks)

    def _cancel_tasks(self) -> None:
        self._wake()
        for task in self._tasks:
            task.cancel()

    async def drain(self) -> list[T]:
        """All rows of the walk, which ends with this."""
        rows: list[T] = []
        try:
            while (delivery := await self.advance()) is not None:
                rows += delivery.rows
        finally:
            await self.aclose()
        return rows

    async def aclose(self) -> None:
        """Ends the walk and waits for its tasks."""
        self.cancel()
        await end_tasks(self._tasks)


async def end_tasks(tasks: Collection[asyncio.Future[Any]]) -> None:
    """Cancels tasks and waits until they are gone, a little at most, even while the caller is being cancelled.

    They are cancelled before anything is awaited, so they end even where the waiting is cut short.
    """
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await asyncio.wait(running)


class PageWalk(Generic[T]):
    """The pages of a list, in order. What `pager.pages()` gives.

        async with pager.pages() as pages:      # or plainly: async for page in pager.pages()
            async for page in pages:
                ...

    Leaving the `async with` block closes everything before the next line runs; leaving a plain loop early cancels what
    is in flight as soon as the walk is dropped.
    """

    def __init__(self, fetcher: Fetcher[T]) -> None:
        self._fetcher = fetcher
        weakref.finalize(self, fetcher.cancel).atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        delivery = await self._fetcher.advance()
        if delivery is None:
            raise StopAsyncIteration
        return Page(delivery.rows, offset=delivery.offset, is_last=delivery.is_last, bookmark=delivery.bookmark)

    @property
    def bookmark(self) -> str:
        """Where to go on after the last page taken."""
        return self._fetcher.bookmark()

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        return self._fetcher.report

    async def aclose(self) -> None:
        """Ends the walk. Iterating it afterwards ends at once."""
        await self._fetcher.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Walk(Generic[T]):
    """The rows of a list, in order. What `pager.items()` gives.

        async with pager.items() as walk:       # or plainly: async for row in pager.items()
            async for row in walk:
                ...

    Leaving the `async with` block closes everything before the next line runs; leaving a plain loop early cancels what
    is in flight as soon as the walk is dropped. One task consumes a walk; cancelling it while it waits loses no row.
    """

    def __init__(self, fetcher: Fetcher[T]) -> None:
        self._fetcher = fetcher
        self._rows: Iterator[T] = iter(())
        self._delivery: Delivery[T] | None = None
        self._unread = 0  # rows of the delivery that were left when the walk was closed
        weakref.finalize(self, fetcher.cancel).atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        # A loop that returns at once: the cheapest way to take one row of an iterator and see its end.
        for row in self._rows:
            return row
        while (delivery := await self._fetcher.advance()) is not None:
            self._delivery = delivery
            self._rows = iter(delivery.rows)
            for row in self._rows:
                return row
        raise StopAsyncIteration

    @property
    def bookmark(self) -> str:
        """Where to go on after the last row taken; exact to the row: `pager.items(resume=walk.bookmark)`."""
        if self._delivery is None:
            return self._fetcher.bookmark()
        return self._delivery.bookmark(len(self._delivery.rows) - length_hint(self._rows) - self._unread)

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        return self._fetcher.report

    async def aclose(self) -> None:
        """Ends the walk. Iterating it afterwards ends at once."""
        self._unread += length_hint(self._rows)
        self._rows = iter(())
        await self._fetcher.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
