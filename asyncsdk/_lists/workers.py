"""The tasks of a walk: they fetch what a plan asks for, and make connections ahead for what it will ask for.

A page is handed out when a connection is ready to carry it, the one needed first before all others, and not before all
answers of one pass of the event loop are in: then it is decided with all that is known. Where nobody can tell which
connections are ready (a borrowed sender, a server that closes them, one that refuses more) pages are handed out as the
plan says and connect by themselves. At least one is always under way, so a walk never waits for what does not come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

import attrs

from .._limits import clock
from .._sending.loops import require_asyncio
from ..errors import ClientClosedError, WalkError
from .sweeping import moment_before

if TYPE_CHECKING:
    from .._limits import Slots
    from .._sending.opening import Connections
    from .._sending.sender import Reply, Sender
    from .._sending.wire import Request
    from .plan import Page, Plan

__all__ = ["Leg", "Workers"]

T = TypeVar("T")

CLOCK_MARGIN: Final = timedelta(minutes=15)
"""How far this machine's clock may be ahead of the server's where answers carry no date."""

Leg: TypeAlias = "tuple[Plan[T], Callable[[int, int], Request]]"
"""A plan, and the request of each of its pages by offset and limit."""


@attrs.define(eq=False)
class _Worker(Generic[T]):
    """A task that fetches one page after the other. One that rests costs a third of a new one for each page."""

    job: tuple[Leg[T], Page[T]] | None
    rest: asyncio.Future[None] | None = None


class Workers(Generic[T]):
    """Fetches the pages of a walk, leg after leg.

    Args:
        sender: sends the requests.
        decode: the rows of a page, from its body.
        window: places shared with other walks; None: the plan's own window is enough.
        progress: is called after each page.
        defect: is called with an error that is nobody's answer: a walk must not wait for ever because of it.
    """

    def __init__(
        self,
        sender: Sender,
        decode: Callable[[bytes], list[T]],
        window: Slots | None,
        progress: Callable[[], None],
        defect: Callable[[BaseException], None],
    ) -> None:
        self.loop: asyncio.AbstractEventLoop = require_asyncio()
        self._sender = sender
        self._decode = decode
        self._window = window
        self._progress = progress
        self._defect = defect
        self._leg: Leg[T] | None = None
        self._resting: list[_Worker[T]] = []
        self._in_flight = 0
        self._opening = 0
        self._claimed = 0
        self._pulls = True  # pages wait for a connection that is ready
        self._connections: Connections | None = None
        self._scheduled: asyncio.Handle | None = None
        self._began: str | None = None  # when the leg began, by our own clock
        self._stopped = False
        self.tasks: set[asyncio.Task[Any]] = set()

    def begin(self, leg: Leg[T]) -> None:
        """Goes on with another leg."""
        self._leg = leg
        self._began = None

    def wake(self) -> None:
        """Has what the plan asks for handed out, once all that happens now has happened."""
        if self._scheduled is None and not self._stopped:
            self._scheduled = self.loop.call_soon(self._hand_out)

    def stop(self) -> None:
        """Sends nothing more. Safe from any thread; `cancel` ends what is under way."""
        self._stopped = True

    def cancel(self) -> None:
        """Ends what is under way."""
        self._stopped = True
        if self._scheduled is not None:
            self._scheduled.cancel()
        self._unclaim(self._claimed)
        for task in self.tasks:
            task.cancel()
        self._progress = self._defect = _ignore  # no cycle is left behind

    # What is sent next

    def _hand_out(self) -> None:
        self._scheduled = None
        if self._stopped or self._leg is None:
            return
        try:
            self._send_due(self._leg)
        except BaseException as error:
            self._defect(error)
            if not isinstance(error, Exception):
                raise

    def _send_due(self, leg: Leg[T]) -> None:
        plan, connections = leg[0], self._reachable()
        ready = None if connections is None else connections.ready()
        if ready is not None and ready <= 0:
            ready = 0 if self._under_way else 1
        for page in plan.due(ready if self._pulls else None):
            self._give(leg, page)
        if ready is not None and self._pulls and connections is not None and self._under_way < plan.concurrency:
            self._open_ahead(plan.connections, connections)

    @property
    def _under_way(self) -> int:
        return self._in_flight + self._opening

    def _reachable(self) -> Connections | None:
        if self._connections is None:
            try:
                self._connections = self._sender.connections()
            except ClientClosedError:
                return None  # the pages say it
        return self._connections

    def _open_ahead(self, wanted: int, connections: Connections) -> None:
        """Has as many connections made as the pages to come can use and are not there yet."""
        ready = max(0, connections.ready() or 0)
        missing = wanted - self._under_way - ready
        if missing <= 0 or (self._window is not None and self._window.waiting):
            return
        for _ in range(min(missing, connections.room(None if self._window is None else self._window.free))):
            self._opening += 1
            self._start(connections.open()).add_done_callback(self._opened)

    def _opened(self, task: asyncio.Task[bool]) -> None:
        self._opening -= 1
        if not task.cancelled() and task.exception() is None:
            self._pulls = self._pulls and task.result()
        self.wake()

    # Fetching

    def _give(self, leg: Leg[T], page: Page[T]) -> None:
        """Gives a page to a worker that rests, or to a new one."""
        if self._began is None:
            # Of no zone, which sets it apart from a server's.
            self._began = format_datetime((clock.utc_now() - CLOCK_MARGIN).replace(tzinfo=None))
        self._in_flight += 1
        if self._connections is not None:
            self._claimed += 1
            self._connections.claim(1)
        while self._resting:
            worker = self._resting.pop()
            if worker.rest is not None and not worker.rest.done():
                worker.job = (leg, page)
                worker.rest.set_result(None)
                return
        worker = _Worker((leg, page))
        self._start(self._work(worker)).add_done_callback(lambda task: self._left(worker, task))

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._defect(error)  # a defect, or the interpreter's end

    def _left(self, worker: _Worker[T], task: asyncio.Task[Any]) -> None:
        """Tells the plan of a page whose worker somebody else has cancelled: nobody will fetch it."""
        if worker.job is None or self._stopped or not task.cancelled():
            return
        (plan, _), page = worker.job
        worker.job = None
        self._in_flight -= 1
        plan.failed(page, WalkError(CANCELLED))
        self._progress()
        self.wake()

    async def _work(self, worker: _Worker[T]) -> None:
        while worker.job is not None:
            self._unclaim(1)
            await self._fetch(*worker.job)
            worker.job = None
            self._in_flight -= 1
            if self._stopped:
                return
            self._progress()
            self.wake()
            worker.rest = self.loop.create_future()
            self._resting.append(worker)
            await worker.rest

    def _unclaim(self, count: int) -> None:
        count = min(count, self._claimed)
        if count and self._connections is not None:
            self._claimed -= count
            self._connections.claim(-count)

    async def _fetch(self, leg: Leg[T], page: Page[T]) -> None:
        """One page, from the request to its rows. Every error is the consumer's: it gets it in its place.

        The leg is the one that asked: the walk may be on its next when a page that nobody needs any more comes in.
        """
        plan, request = leg
        try:
            if self._window is None:
                reply = await self._sender.send(request(page.offset, page.limit), self._decode)
            else:
                reply = await self._send_within(self._window, request(page.offset, page.limit))
        except Exception as error:
            plan.failed(page, error)  # raised in the consumer, at its place in the line
        else:
            headers = reply.answer.headers
            date = headers.get("date")
            if self._pulls and headers.get("connection", "").lower() == "close":
                self._pulls = False
            undated = plan.since is None and (date is None or moment_before(date) is None)
            plan.answered(page, reply.value, date, began=self._began if undated else None)

    async def _send_within(self, window: Slots, request: Request) -> Reply[list[T]]:
        await window.acquire()
        try:
            return await self._sender.send(request, self._decode)
        finally:
            window.release()


def _ignore(*_: object) -> None:
    pass


CANCELLED: Final = (
    "a task that read a page of this walk was cancelled by somebody else, as asyncio.run does when it ends; "
    "go on with resume=walk.bookmark"
)
