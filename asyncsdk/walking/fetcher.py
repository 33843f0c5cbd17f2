"""The tasks of a walk: they fetch what a plan asks for, and hand over what it delivers, in order.

The plan (`paging`) decides what is asked, what is delivered and when the list ends. Here is only what needs an event
loop: a few tasks that fetch one page after the other, a future that wakes the consumer, and the end of it all.

Nothing is ever yielded inside a task group or a cancel scope, so a walk can be left at any row. Ending a walk cancels
its tasks synchronously; waiting for them afterwards is a courtesy, bounded, and not needed for correctness.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

import anyio
import attrs

from ..codec import Reject
from ..errors import WethodError
from ..event_loop import require_asyncio

if TYPE_CHECKING:
    from ..promises import Misfits
    from ..session import Reply, Session
    from ..throttling import Slots
    from ..wire import Request
    from .paging import Delivery, Page, Plan, Report

__all__ = ["Fetcher", "Leg", "end_tasks"]

T = TypeVar("T")

CLOSING_SECONDS: Final = 2.0
MOST_SWEEPS: Final = 8

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
        sweep: the next leg, from the first one and the one just done; None where nothing is left to ask.
        rejects: is given the rows that do not fit their model; without it such a row is an error.
        misfits: counts the rows that break a promise of their model, once `decode` has met one.
    """

    def __init__(
        self,
        plan: Plan[T],
        session: Session,
        request: Callable[[int, int], Request],
        decode: Callable[[bytes], list[T]],
        *,
        window: Slots | None = None,
        sweep: Callable[[Plan[T], Plan[T]], Leg[T] | None] | None = None,
        rejects: Callable[[Reject], object] | None = None,
        misfits: Misfits | None = None,
    ) -> None:
        self.plan = plan
        self._session = session
        self._leg: Leg[T] = (plan, request)
        self._decode = decode
        self._window = window
        self._sweep = sweep
        self._rejects = rejects
        self._misfits = misfits
        self._sweeps = 0
        self._first = plan
        self._walked: Report | None = None  # of the legs that are done
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: list[asyncio.Future[tuple[Leg[T], Page[T]]]] = []
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
        loop = self._loop = self._loop or require_asyncio()
        if self._waiter is not None:
            raise RuntimeError("another task waits for the next rows of this walk already; give each task its own walk")
        if self._failure is not None:
            raise self._failure
        while not self._closed:
            delivery, self._ready = self._ready, None
            if delivery is None:
                try:
                    delivery = self.plan.take()
                except BaseException as error:
                    self._fail(error)
                    raise
                if delivery is not None:
                    self._start()  # its place is free; of one that was ready a worker has made use already
            if delivery is not None:
                self._session.account.counters.rows += len(delivery.rows)
                if self._misfits is not None and self._misfits.met:
                    self._misfits.count(delivery.rows)
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
        """Goes on with what was changed while the list was walked, if the walk was asked to.

        A sweep of several pages takes its time, so what was changed meanwhile is swept as well.
        """
        if self._sweep is None or self._sweeps == MOST_SWEEPS or (self._sweeps and self.plan.report.requests == 1):
            return False
        leg = self._sweep(self._first, self.plan)
        if leg is None:
            return False
        self._walked = self.report
        self.plan, self._leg = leg[0], leg
        self._sweeps += 1
        return True

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        report = self.plan.report if self._walked is None else self._walked.with_sweep(self.plan.report)
        return attrs.evolve(report, misfits={} if self._misfits is None else self._misfits.counts)

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, WethodError) and error.bookmark is None:
            error.bookmark = self.bookmark()
        self._failure = error
        self.cancel()

    def _start(self) -> None:
        """Sends what the plan asks for now."""
        for page in self.plan.due():
            self._give(self._leg, page)

    def _give(self, leg: Leg[T], page: Page[T]) -> None:
        """Gives a page to a worker that rests, or to a new one."""
        while self._resting:
            worker = self._resting.pop()
            if not worker.done():
                worker.set_result((leg, page))
                return
        task = asyncio.ensure_future(self._work(leg, page))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A defect, or the interpreter's end: whoever waits for rows must not wait for ever.
            self._failure = self._failure or error
            self._wake()

    async def _work(self, leg: Leg[T], page: Page[T]) -> None:
        """Fetches one page after the other. A task that rests costs a third of a new one for each page."""
        loop = asyncio.get_running_loop()
        while True:
            await self._fetch(leg, page)
            if self._closed:
                return
            if self._waiter is not None and not self._waiter.done():
                self._serve()
            leg = self._leg
            due = self.plan.due()
            for other in due[1:]:
                self._give(leg, other)
            if due:
                page = due[0]
            else:
                rest: asyncio.Future[tuple[Leg[T], Page[T]]] = loop.create_future()
                self._resting.append(rest)
                leg, page = await rest

    def _serve(self) -> None:
        """Takes what the waiting consumer will take, so that its place is free for the next page, and wakes it."""
        try:
            self._ready = self.plan.take()
        except (Exception, asyncio.CancelledError):
            self._wake()  # the consumer meets the same error, and raises it
        else:
            if self._ready is not None or self.plan.done:
                self._wake()

    async def _fetch(self, leg: Leg[T], page: Page[T]) -> None:
        """One page, from the request to its rows. Every error is the consumer's: it gets it in its turn.

        The leg is the one that asked: the walk may be on its next when a page that nobody needs any more comes in.
        """
        plan, request = leg
        try:
            if self._window is None:
                reply = await self._session.send(request(page.offset, page.limit), self._decode)
            else:
                reply = await self._send_within(self._window, request(page.offset, page.limit))
        except asyncio.CancelledError as error:
            if not self._closed:
                # Somebody else cancelled this task: the consumer must hear of it, or it would wait for ever.
                plan.failed(page, error)
                self._wake()
            raise
        except Exception as error:
            plan.failed(page, error)  # raised in the consumer, at its place in the line
        else:
            plan.answered(page, reply.value, reply.answer.headers.get("date"))

    async def _send_within(self, window: Slots, request: Request) -> Reply[list[T]]:
        await window.acquire()
        try:
            return await self._session.send(request, self._decode)
        finally:
            window.release()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def since(self) -> str | None:
        """The `Date` header of the first answer."""
        return self._first.since

    def bookmark(self) -> str:
        """Where the walk stands after everything its consumer took."""
        if self._sweeps:
            # Bookmarks belong to the list itself: resuming from its end reads what came after, and sweeps again.
            return self._first.bookmark()
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

    def sift(self, rows: Iterator[T]) -> Iterator[T]:
        """Rows for the consumer; those that do not fit their model are handed out on the way."""
        return rows if self._rejects is None else _sift(rows, self._rejects)

    def fitting(self, rows: list[T]) -> list[T]:
        """The same for a whole page at once."""
        if self._rejects is None or Reject not in set(map(type, rows)):
            return rows
        return list(_sift(iter(rows), self._rejects))

    async def drain(self) -> list[T]:
        """All rows of the walk, which ends with this."""
        rows: list[T] = []
        try:
            while (delivery := await self.advance()) is not None:
                rows += self.fitting(delivery.rows)
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


def _sift(rows: Iterator[T], rejects: Callable[[Reject], object]) -> Iterator[T]:
    for row in rows:
        if isinstance(row, Reject):
            rejects(row)
        else:
            yield row
