"""Walks and event loops: tasks that begin eagerly, loops that end, tasks that somebody else cancels."""

from __future__ import annotations

import asyncio
import sys
import threading
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors, gather_all
from tests.stub_server import TOKEN, Server, rows_json

Connect = Callable[..., Wethod]


# --- eager tasks ------------------------------------------------------------------------------------------------------


@types.coroutine
def _rest_of(coroutine: Coroutine[Any, Any, Any], value: Any) -> Generator[Any, Any, Any]:
    """Goes on with a coroutine that has waited for `value`."""
    while True:
        problem, sent = None, None
        try:
            sent = yield value
        except BaseException as error:
            problem = error
        try:
            value = coroutine.send(sent) if problem is None else coroutine.throw(problem)
        except StopIteration as end:
            return end.value


def eager(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """What `asyncio.eager_task_factory` does, for versions that have none: a task takes its first step at once."""

    async def done(value: object) -> object:
        return value

    async def rest(value: object) -> object:
        return await _rest_of(coroutine, value)

    current, stand_in = asyncio.current_task(loop), asyncio.Task(asyncio.sleep(0), loop=loop)
    if current is not None:
        asyncio.tasks._leave_task(loop, current)
    asyncio.tasks._enter_task(loop, stand_in)
    try:
        value = coroutine.send(None)
    except StopIteration as end:
        return asyncio.Task(done(end.value), loop=loop, **options)
    finally:
        asyncio.tasks._leave_task(loop, stand_in)
        if current is not None:
            asyncio.tasks._enter_task(loop, current)
    return asyncio.Task(rest(value), loop=loop, **options)


FACTORIES: list[Any] = [eager]
if sys.version_info >= (3, 12):
    FACTORIES.append(asyncio.eager_task_factory)


@contextmanager
def eagerly(factory: Any) -> Iterator[None]:
    """Lets tasks of the running loop begin eagerly."""
    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)
    try:
        yield
    finally:
        loop.set_task_factory(None)


DOORS: dict[str, Callable[[Any], Any]] = {
    "await": lambda pager: pager,
    "all": lambda pager: pager.all(),
    "plain": lambda pager: pager.all(stable=False),
    "items": lambda pager: anext(pager.items()),
    "pages": lambda pager: anext(pager.pages()),
    "first": lambda pager: pager.first(),
    "first_page": lambda pager: pager.first_page(),
    "count": lambda pager: pager.count(),
    "gather_all": lambda pager: gather_all(pager, pager),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("trouble", ["closed", "budget", "pause", "deadline"])
@pytest.mark.parametrize("factory", FACTORIES)
async def test_a_first_page_that_fails_at_once_raises(
    server: Server, connect: Connect, factory: Any, trouble: str, door: str
) -> None:
    """A task that begins eagerly has failed before anybody waits for it."""
    if trouble == "deadline" and factory is eager:
        pytest.skip("a time-out needs a task of its own, which this way of beginning eagerly cannot give")
    server.serve_list(10)
    wethod, error = connect(), errors.WethodError
    match trouble:
        case "closed":
            pager = wethod.production_plan_streams.list()
            await wethod.aclose()
        case "budget":
            wethod = connect(budget=1, retry=RetryPolicy(max_wait=0))
            await wethod.production_plan_streams.list().first()
            pager = wethod.production_plan_streams.list()
        case "pause":
            wethod = connect(retry=RetryPolicy(max_wait=0))
            wethod._sender.account.pause.begin(3600)
            pager = wethod.production_plan_streams.list()
        case _:
            pager = connect(deadline=1e-9).production_plan_streams.list()

    async def read() -> object:
        return await DOORS[door](pager)

    with pytest.raises(error), eagerly(factory):
        await asyncio.wait_for(read(), 10)


@pytest.mark.parametrize("factory", FACTORIES)
async def test_lists_are_read_eagerly_as_well(
    server: Server, connect: Connect, factory: Any, no_tasks_left: None
) -> None:
    server.serve_list(2345)
    pager = connect().production_plan_streams.list()
    with eagerly(factory):
        assert [row.id for row in await pager] == list(range(1, 2346))
        assert [len(rows) for rows in await gather_all(pager, pager, concurrency=3)] == [2345, 2345]
        assert sum([len(page) async for page in pager.pages()]) == 2345
        async for _ in pager:
            break


# --- another event loop -----------------------------------------------------------------------------------------------


@pytest.fixture
def far() -> Any:
    """A list of 1000 rows served by a loop of another thread."""
    address: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows_json(offset, min(offset + limit, 1000)))

    async def begin() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/{tail:.*}", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait()
    yield address[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


class Reader:
    """Reads a list of a door in parts, each on a loop of its own."""

    def __init__(self, url: str, door: str) -> None:
        self.wethod = Wethod(token=TOKEN, company="acme", base_url=url)
        self.pager = self.wethod.production_plan_streams.list()
        self.door = door
        self.walk: Any = self.begin(None)
        self.ids: list[int] = []

    def begin(self, resume: str | None) -> Any:
        return self.pager.items(resume=resume) if self.door == "items" else self.pager.pages(resume=resume)

    async def read(self, least: int = 10**9) -> None:
        async for found in self.walk:
            self.ids += [found.id] if self.door == "items" else [row.id for row in found]
            if len(self.ids) >= least:
                return

    async def in_a_group(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.read())


@pytest.mark.parametrize("door", ["items", "pages"])
@pytest.mark.parametrize("first", [1, 150, 600])
@pytest.mark.parametrize("closed", [True, False])
def test_a_walk_gone_on_with_on_another_loop_says_so_and_can_be_resumed(
    far: str, door: str, first: int, closed: bool
) -> None:
    """A bare CancelledError would be swallowed by a task group: the list would end early without a word."""
    reader = Reader(far, door)
    with asyncio.Runner() as runner, asyncio.Runner() as other:
        runner.run(reader.read(first))
        if closed:
            runner.close()
        before = list(reader.ids)
        with pytest.raises(BaseExceptionGroup) as caught:
            other.run(reader.in_a_group())
        (error,) = caught.value.exceptions
        assert isinstance(error, errors.WalkError)
        assert "resume=walk.bookmark" in str(error)
        assert reader.ids == before
        assert error.bookmark == reader.walk.bookmark
        other.run(reader.walk.aclose())  # ends it, and waits for nothing of the other loop
        reader.walk = reader.begin(error.bookmark)
        other.run(reader.read())
    assert reader.ids == list(range(1, 1001))


async def test_a_page_whose_task_is_cancelled_by_somebody_else_is_an_error(server: Server, connect: Connect) -> None:
    """Never a CancelledError in a task that nobody cancelled."""
    server.serve_list(1000)
    answer, asked = server.handler, asyncio.Event()
    assert answer is not None

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.query["offset"] != "0":
            asked.set()
            await asyncio.Event().wait()
        return await answer(request)

    server.handler = handler
    walk = connect().production_plan_streams.list().items()
    ids = [(await anext(walk)).id for _ in range(100)]
    waiting = asyncio.ensure_future(anext(walk))
    await asked.wait()
    for task in asyncio.all_tasks():
        if "Workers." in str(task.get_coro()):
            task.cancel()
    with pytest.raises(errors.WalkError, match="cancelled by somebody else") as caught:
        await waiting
    server.handler = answer
    pager = connect().production_plan_streams.list()
    ids += [row.id async for row in pager.items(resume=caught.value.bookmark)]
    assert ids == list(range(1, 1001))
