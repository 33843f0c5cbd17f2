"""The tasks of a walk: they fetch what a plan asks for, and make connections ahead for what it will ask for.

A page is handed out when a connection is ready to carry it, the one needed first before all others, and not before all
answers of one pass of the event loop are in: then it is decided with all that is known. Once no answer can change which
page comes next, a worker that is done goes on with it at once: waiting for the pass would add what all its answers cost
to the round trip of each, a tenth or more of what a long list takes behind 20 ms. Where nobody can tell which
connections are ready (a borrowed sender, a server that closes them, one that refuses more) pages are handed out as the
plan says and connect by themselves. At least one is always under way, so a walk never waits for what does not come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar

from .._limits import Slots
from .._sending.loops import require_asyncio
from .._sending.opening import Connections
from .._sending.sender import Reply, Sender
from .._sending.wire import Request
from ..errors import ClientClosedError, WalkError
from .plan import Plan
from .stages import Stage
from .sweeping import moment_before, own_date
from .window import NO_HEADERS, PlannedPage

__all__ = ["Workers"]

T = TypeVar("T")

_Job: TypeAlias = tuple[Stage[T], PlannedPage[T]]


class _Worker(Generic[T]):
    """Fetches one page after the other, in one task: one that rests costs a third of a new one for each page."""

    __slots__ = ("_loop", "_rest", "job")

    def __init__(self, job: _Job[T], loop: asyncio.AbstractEventLoop) -> None:
        self.job: _Job[T] | None = job
        self._loop = loop
        self._rest: asyncio.Future[None] | None = None

    def give(self, job: _Job[T]) -> bool:
        """Gives the worker another job; False when it does not rest any more."""
        if self._rest is None or self._rest.done():
            return False
        self.job = job
        self._rest.set_result(None)
        return True

    def finish(self) -> None:
        """Ends the worker's job."""
        self.job = None

    def go_on(self, job: _Job[T]) -> _Job[T]:
        """Takes the next job without a rest, and returns it."""
        self.job = job
        return job

    async def rest(self) -> None:
        """Waits for the next job."""
        self._rest = self._loop.create_future()
        await self._rest


class Workers(Generic[T]):
    """Fetches the pages of a walk, stage after stage.

    Args:
        sender: sends the requests.
        decode: the rows of a page, from its body.
        slots: places in flight shared with other walks; None: the plan's own window is enough.
        progress: is called after each page.
        defect: is called with an error that is nobody's answer: a walk must not wait for ever because of it.
    """

    def __init__(
        self,
        sender: Sender,
        decode: Callable[[bytes], list[T]],
        slots: Slots | None,
        progress: Callable[[], None],
        defect: Callable[[BaseException], None],
    ) -> None:
        self.loop: asyncio.AbstractEventLoop = require_asyncio()
        self._sender = sender
        self._decode = decode
        self._slots = slots
        self._progress = progress
        self._defect = defect
        self._stage: Stage[T] | None = None
        self.walk_id: int | None = None
        self.headers: Mapping[str, str] = NO_HEADERS  # of the latest answer
        self._resting: list[_Worker[T]] = []
        self._in_flight = 0
        self._opening = 0
        self._claimed = 0
        self._pulls = True  # pages wait for a connection that is ready
        self._connections: Connections | None = None
        self._scheduled: asyncio.Handle | None = None
        self._began: str | None = None  # when the stage began, by our own clock
        self._stopped = False
        self.tasks: set[asyncio.Task[Any]] = set()

    def begin(self, stage: Stage[T], walk_id: int | None) -> None:
        """Goes on with another stage of the walk that observers know by a number."""
        self.walk_id = walk_id
        self._stage = stage
        self._began = None

    def wake(self) -> None:
        """Hands out what the plan asks for, once all that happens now has happened."""
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
        if self._stopped or self._stage is None:
            return
        try:
            self._send_due(self._stage)
        except BaseException as error:
            self._defect(error)
            if not isinstance(error, Exception):
                raise

    def _send_due(self, stage: Stage[T]) -> None:
        plan, connections = stage.plan, self._reachable()
        ready = None if connections is None else connections.ready()
        if ready is not None and ready <= 0:
            ready = 0 if self._under_way else 1
        due = plan.due(ready if self._pulls else None)
        if due and connections is not None:
            self._claimed += len(due)
            connections.claim(len(due))
        for page in due:
            self._give(stage, page)
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
        """Makes as many connections as the pages to come can use and are not there yet."""
        ready = max(0, connections.ready() or 0)
        missing = wanted - self._under_way - ready
        if missing <= 0 or (self._slots is not None and self._slots.waiting):
            return
        for _ in range(min(missing, connections.room(None if self._slots is None else self._slots.free))):
            self._opening += 1
            self._start(connections.open()).add_done_callback(self._opened)

    def _opened(self, task: asyncio.Task[bool]) -> None:
        self._opening -= 1
        if not task.cancelled() and task.exception() is None:
            self._pulls = self._pulls and task.result()
        self.wake()

    # Fetching

    def _give(self, stage: Stage[T], page: PlannedPage[T]) -> None:
        """Gives a page to a worker that rests, or to a new one."""
        if self._began is None:
            self._began = own_date()
        self._in_flight += 1
        while self._resting:
            if self._resting.pop().give((stage, page)):
                return
        worker = _Worker((stage, page), self.loop)
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
        stage, page = worker.job
        worker.finish()
        self._in_flight -= 1
        stage.plan.failed(page, WalkError(CANCELLED))
        self._progress()
        self.wake()

    async def _work(self, worker: _Worker[T]) -> None:
        while (job := worker.job) is not None:
            self._unclaim(1)
            while job is not None:
                await self._fetch(*job)
                worker.finish()
                self._in_flight -= 1
                if self._stopped:
                    return
                self._progress()
                job = self._go_on(worker)
            self._resting.append(worker)
            await worker.rest()

    def _go_on(self, worker: _Worker[T]) -> _Job[T] | None:
        """Gives a worker that is done the next page, where no answer can change which it is; else it wakes the others.

        Returns:
            The worker's next job, None where it is to rest.
        """
        stage = self._stage
        if stage is None or not self._is_sure_of_the_next(stage.plan) or not (due := stage.plan.due(1)):
            self.wake()
            return None
        if stage.plan.occupied < stage.plan.concurrency:
            self.wake()  # there is room for more than this one
        self._in_flight += 1
        return worker.go_on((stage, due[0]))

    def _is_sure_of_the_next(self, plan: Plan[T]) -> bool:
        """Returns whether a page has a place, is the same whatever comes in, and has a connection to carry it."""
        if plan.occupied >= plan.concurrency or not plan.steady:
            return False
        return not self._pulls or self._connections is None or (self._connections.ready() or 0) > 0

    def _unclaim(self, count: int) -> None:
        count = min(count, self._claimed)
        if count and self._connections is not None:
            self._claimed -= count
            self._connections.claim(-count)

    async def _fetch(self, stage: Stage[T], page: PlannedPage[T]) -> None:
        """Fetches one page, from the request to its rows. Every error is the consumer's: it gets it in its place.

        The stage is the one that asked: the walk may be on its next when a page that nobody needs any more comes in.
        """
        plan, request = stage.plan, stage.request
        try:
            if self._slots is None:
                reply = await self._sender.send(request(page.offset, page.limit), self._decode, walk_id=self.walk_id)
            else:
                reply = await self._send_within(self._slots, request(page.offset, page.limit))
        except Exception as error:
            plan.failed(page, error)  # raised in the consumer, at its place in the list
        else:
            headers = self.headers = reply.answer.headers
            page.carry(headers)
            date = headers.get("date")
            if self._pulls and headers.get("connection", "").lower() == "close":
                self._pulls = False
            undated = plan.since is None and (date is None or moment_before(date) is None)
            plan.answered(page, reply.value, date, began=self._began if undated else None)

    async def _send_within(self, slots: Slots, request: Request) -> Reply[list[T]]:
        await slots.acquire()
        try:
            return await self._sender.send(request, self._decode, walk_id=self.walk_id)
        finally:
            slots.release()


def _ignore(*_: object) -> None:
    pass


CANCELLED: Final = (
    "a task that read a page of this walk was cancelled by somebody else, as asyncio.run does when it ends; "
    "go on with resume=walk.bookmark"
)
