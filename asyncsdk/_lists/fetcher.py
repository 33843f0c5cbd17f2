"""A walk under way: its tasks fetch what a plan asks for, and its consumer gets what the plan delivers, in order.

The plan (`paging`) decides what is asked, what is delivered and when the list ends; `workers` do the asking. Here the
consumer waits, is woken, and leaves.

Nothing is ever yielded inside a task group or a cancel scope, so a walk can be left at any row. Ending a walk cancels
its tasks synchronously; waiting for them afterwards is a courtesy, bounded, and not needed for correctness.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import anyio
import attrs

from .._codec.decode import Reject
from ..errors import WalkError, WethodError
from .workers import Leg, Workers

if TYPE_CHECKING:
    from .._codec.promises import Misfits
    from .._limits import Slots
    from .._sending.sender import Sender
    from .._sending.wire import Request
    from .plan import Delivery, Plan, Report

__all__ = ["Fetcher", "Leg", "end_tasks"]

logger: Final = logging.getLogger("asyncsdk")

T = TypeVar("T")

CLOSING_SECONDS: Final = 2.0
MOST_SWEEPS: Final = 8


class Fetcher(Generic[T]):
    """Runs a plan: keeps its pages in flight and hands over what it delivers, in order.

    The handles users hold (`PageWalk`, `Walk`) point here, and nothing here points back at them: so a handle that is
    dropped is gone at once, and its finalizer ends the tasks.

    Args:
        plan: what to ask for, and in which order to deliver.
        sender: sends the requests.
        request: the request of a page by its offset and limit.
        decode: the rows of a page, from its body.
        window: places shared with other walks (`gather_all`); None: the plan's own window is enough.
        sweep: the next leg, from the first one and the one just done; None where nothing is left to ask.
        rejects: is given the rows that do not fit their model; without it such a row is an error.
        finished: is called with the plan of the list itself when the walk has come to its end.
        misfits: counts the rows that break a promise of their model, once `decode` has met one.
    """

    def __init__(
        self,
        plan: Plan[T],
        sender: Sender,
        request: Callable[[int, int], Request],
        decode: Callable[[bytes], list[T]],
        *,
        window: Slots | None = None,
        sweep: Callable[[Plan[T], Plan[T]], Leg[T] | None] | None = None,
        rejects: Callable[[Reject], object] | None = None,
        finished: Callable[[Plan[T]], object] | None = None,
        misfits: Misfits | None = None,
    ) -> None:
        self.plan: Plan[T] = plan
        self._sender = sender
        self._leg: Leg[T] = (plan, request)
        self._decode = decode
        self._window = window
        self._sweep = sweep
        self._rejects = rejects
        self._finished = finished
        self._misfits = misfits
        self._sweeps = 0
        self._first = plan
        self._walked: Report | None = None  # of the legs that are done
        self._workers: Workers[T] | None = None
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
            WalkError: it is called on another event loop than the first time.
        """
        workers = self._begin()
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
                    workers.wake()  # its place is free; of one that was ready a worker has made use already
            if delivery is not None:
                self._sender.account.counters.rows += len(delivery.rows)
                if self._misfits is not None and self._misfits.met:
                    self._misfits.count(delivery.rows)
                return delivery
            if self.plan.done and not self._begin_sweep(workers):
                self._end()
                break
            workers.wake()
            self._waiter = workers.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
            if self._failure is not None:
                raise self._failure
        return None

    def _begin(self) -> Workers[T]:
        """Starts the walk, or makes sure that it is still on its event loop."""
        if self._workers is None:
            self._workers = Workers(self._sender, self._decode, self._window, self._progress, self._defect)
            self._loop = self._workers.loop
            self._workers.begin(self._leg)
        elif self.astray and not self._closed and self._failure is None:
            raise self.elsewhere(self.bookmark())
        return self._workers

    @property
    def astray(self) -> bool:
        """Whether the running event loop is not the one that the walk began on."""
        return self._loop is not None and asyncio.get_running_loop() is not self._loop

    def elsewhere(self, bookmark: str) -> WalkError:
        """The error that says so."""
        error = WalkError(ELSEWHERE)
        error.bookmark = bookmark
        return error

    @property
    def failed(self) -> bool:
        """Whether the walk has ended with an error, which every further step raises."""
        return self._failure is not None

    @property
    def over(self) -> bool:
        """Whether what was taken last is the end: nothing more will come."""
        return self._ready is None and self.plan.done and (self._sweep is None or self._closed)

    def ended_with(self, delivery: Delivery[T]) -> bool | None:
        """Whether the list ended with a delivery, after which nothing came; None where that is not known."""
        return delivery.is_last if self._first.bounded else True

    def _begin_sweep(self, workers: Workers[T]) -> bool:
        """Goes on with what was changed while the list was walked, if the walk was asked to.

        A sweep of several pages takes its time, so what was changed meanwhile is swept as well.
        """
        if self._sweep is None or self._sweeps == MOST_SWEEPS or (self._sweeps and self.plan.report.requests == 1):
            return False
        leg = self._sweep(self._first, self.plan)
        if leg is None:
            return False
        if self.plan.since is not None and is_own_clock(self.plan.since):
            logger.warning(UNDATED)
        self._walked = self.report
        self.plan, self._leg = leg[0], leg
        workers.begin(leg)
        self._sweeps += 1
        return True

    def _end(self) -> None:
        """Ends a walk that has come to its end."""
        finished, self._finished = self._finished, None
        if finished is not None and self._failure is None:
            finished(self._first)
        self.cancel()

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

    def _defect(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._wake()

    def _progress(self) -> None:
        """Takes what the waiting consumer will take, so that its place is free for the next page, and wakes it."""
        if self._waiter is None or self._waiter.done():
            return
        try:
            self._ready = self.plan.take()
        except (Exception, asyncio.CancelledError):
            self._wake()  # the consumer meets the same error, and raises it
        else:
            if self._ready is not None or self.plan.done:
                self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def since(self) -> str | None:
        """The `Date` header of the first answer."""
        since = self._first.since
        return None if since is None or is_own_clock(since) else since

    def bookmark(self) -> str:
        """Where the walk stands after everything its consumer took."""
        if self._sweeps:
            # Bookmarks belong to the list itself: resuming from its end reads what came after, and sweeps again.
            return self._first.bookmark()
        return self.plan.bookmark() if self._ready is None else self._ready.bookmark(0)

    def cancel(self) -> None:
        """Ends the walk now: what is in flight is cancelled, and nothing more is sent. Safe from any thread."""
        self._closed = True
        loop, workers = self._loop, self._workers
        if loop is None or workers is None:
            return
        workers.stop()
        if loop.is_closed():
            return
        try:
            same = asyncio.get_running_loop() is loop
        except RuntimeError:
            same = False
        if same:
            self._cancel_tasks()
        else:
            # The garbage collector may run in any thread, and tasks belong to theirs.
            with suppress(RuntimeError):  # it is closed by now
                loop.call_soon_threadsafe(self._cancel_tasks)

    def _cancel_tasks(self) -> None:
        self._wake()
        if self._workers is not None:
            self._workers.cancel()

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
        if self._workers is not None and not self.astray:
            await end_tasks(self._workers.tasks)


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


def is_own_clock(date: str) -> bool:
    """Whether a date was not the server's, but that of this machine."""
    return date.endswith("-0000")


ELSEWHERE: Final = (
    "this walk began on another event loop, and its connections belong to that one; go on with a walk of its own: "
    "resume=walk.bookmark"
)
UNDATED: Final = (
    "the answers carry no date that can be read, so the sweep goes by this machine's clock and asks for what was "
    "changed from a quarter of an hour before the walk began; rows are missed where that clock is further ahead"
)
