"""A walk under way: its tasks fetch what a plan asks for, and its consumer gets what the plan delivers, in order.

The stages decide what is asked, what is delivered and when the list ends; `workers` do the asking. Here the consumer
waits, is woken, and leaves.

Nothing is ever yielded inside a task group or a cancel scope, so a walk can be left at any row. Ending a walk cancels
its tasks synchronously; waiting for them afterwards is a courtesy, bounded, and not needed for correctness.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

import anyio

from .._limits import Slots
from .._sending.sender import Sender
from ..errors import WalkError, WethodError
from .delivery import Delivery
from .report import Report
from .stages import Stages
from .watching import WalkWatch
from .window import NO_HEADERS
from .workers import Workers

__all__ = ["Fetcher", "end_tasks"]

T = TypeVar("T")

CLOSING_SECONDS: Final = 2.0


class Fetcher(Generic[T]):
    """Runs the stages of a walk: keeps their pages in flight and hands over what they deliver, in order.

    The handles users hold (`PageWalk`, `Walk`) point here, and nothing here points back at them: so a handle that is
    dropped is gone at once, and its finalizer ends the tasks.

    Args:
        stages: what to ask for, and in which order to deliver.
        sender: sends the requests.
        decode: the rows of a page, from its body.
        slots: places in flight shared with other walks (`gather_all`); None: the plan's own window is enough.
    """

    def __init__(
        self,
        stages: Stages[T],
        sender: Sender,
        decode: Callable[[bytes], list[T]],
        *,
        slots: Slots | None = None,
    ) -> None:
        self._stages = stages
        self._sender = sender
        self._decode = decode
        self._slots = slots
        self._workers: Workers[T] | None = None
        self._watch: WalkWatch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._ready: Delivery[T] | None = None  # taken on behalf of a consumer that waits
        self._failure: BaseException | None = None
        self._closed = False

    async def advance(self) -> Delivery[T] | None:
        """Returns the next rows; None at the end.

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
                    delivery = self._stages.take()
                except BaseException as error:
                    self._fail(error)
                    raise
                if delivery is not None:
                    workers.wake()  # its place is free; of one that was ready a worker has made use already
            if delivery is not None:
                self._sender.account.counters.delivered(len(delivery.rows))
                self._stages.delivered(delivery)
                return delivery
            if self._stages.done:
                stage = self._stages.advance()
                if stage is None:
                    self._stages.finish()
                    self.cancel()
                    break
                workers.begin(stage, workers.walk_id)
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
            stage = self._stages.current
            self._workers = Workers(self._sender, self._decode, self._slots, self._progress, self._defect)
            self._loop = self._workers.loop
            self._watch = WalkWatch.begin(self._sender, stage.request(0, 1))
            self._workers.begin(stage, self._watch.id)
        elif not self._closed and self._failure is None:
            self.require_loop(self.bookmark)
        return self._workers

    @property
    def _elsewhere(self) -> bool:
        """Whether the running event loop is not the one that the walk began on."""
        return self._loop is not None and asyncio.get_running_loop() is not self._loop

    def require_loop(self, bookmark: Callable[[], str]) -> None:
        """Raises WalkError, with a bookmark, where the walk began on another event loop than the running one."""
        if self._elsewhere:
            error = WalkError(ELSEWHERE)
            error.bookmark = bookmark()
            raise error

    @property
    def failed(self) -> bool:
        """Whether the walk has ended with an error, which every further step raises."""
        return self._failure is not None

    @property
    def over(self) -> bool:
        """Whether what was taken last is the end: nothing more will come."""
        return self._ready is None and self._stages.done and (self._stages.last or self._closed)

    def ended_with(self, delivery: Delivery[T]) -> bool | None:
        """Returns whether the list ended with a delivery, after which nothing came; None where that is not known."""
        return self._stages.ended_with(delivery)

    @property
    def report(self) -> Report:
        """What the walk has cost and met so far."""
        return self._stages.report

    @property
    def since(self) -> str | None:
        """The `Date` header of the first answer; None before it came, or where it had none."""
        return self._stages.since

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the latest answer; none before it came."""
        return NO_HEADERS if self._workers is None else self._workers.headers

    def bookmark(self) -> str:
        """Returns where the walk stands after everything its consumer took."""
        return self._stages.bookmark(self._ready)

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
            self._ready = self._stages.take()
        except (Exception, asyncio.CancelledError):
            self._wake()  # the consumer meets the same error, and raises it
        else:
            if self._ready is not None or self._stages.done:
                self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def cancel(self) -> None:
        """Ends the walk now: what is in flight is cancelled, and nothing more is sent. Safe from any thread."""
        self._closed = True
        if self._watch is not None:
            self._watch.end(lambda: self.report, self._failure)
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

    async def aclose(self) -> None:
        """Ends the walk and waits for its tasks."""
        self.cancel()
        if self._workers is not None and not self._elsewhere:
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


ELSEWHERE: Final = (
    "this walk began on another event loop, and its connections belong to that one; go on with a walk of its own: "
    "resume=walk.bookmark"
)
