"""The address of a request, and the one timer that ends attempts whose connection is silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextvars import Context
from typing import Any, cast

import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk.read_timeout import ReadTimeouts
from asyncsdk.transport import Base
from asyncsdk.wire import build
from tests.stub_server import Server

Connect = Callable[..., Wethod]


@pytest.mark.parametrize(
    "base", ["https://api.wethod.com", "https://api.wethod.com/", "http://[::1]:8080/behind/a/proxy"]
)
def test_an_address_is_the_base_the_path_and_the_query_as_they_were_encoded(base: str) -> None:
    request = build("GET", "/api/streams/12:archive", [("date", "gt:2026-01-01"), ("name", "a+b c&d")])
    assert str(Base.of(base).url(request)) == f"{base.rstrip('/')}{request.path}?{request.query}"


def test_a_host_with_letters_of_its_own_language_is_sent_as_dns_knows_it() -> None:
    assert Base.of("https://bücher.example").url(build("GET", "/api/streams")).raw_host == "xn--bcher-kva.example"


class Loop:
    """A clock that a test moves, and the timers set on it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None], asyncio.Event]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None], *, context: Context) -> Any:
        cancelled = asyncio.Event()
        self.timers.append((when, callback, cancelled))

        class Handle:
            cancel = staticmethod(cancelled.set)

        return Handle

    def get_debug(self) -> bool:
        return False

    @property
    def armed(self) -> list[float]:
        return [when for when, _, cancelled in self.timers if not cancelled.is_set()]

    def move(self, now: float) -> None:
        self.now = now
        due = [timer for timer in self.timers if timer[0] <= now]
        self.timers = [timer for timer in self.timers if timer[0] > now]
        for _, callback, cancelled in due:
            if not cancelled.is_set():
                callback()


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def timeouts(loop: Loop) -> ReadTimeouts:
    return ReadTimeouts(cast("asyncio.AbstractEventLoop", loop))


def test_one_timer_serves_all_and_none_is_left_when_nobody_listens(loop: Loop, timeouts: ReadTimeouts) -> None:
    several = [timeouts.listen(30) for _ in range(50)]
    assert loop.armed == [130]
    for each in several:
        each.heard()
        timeouts.leave(each)
    loop.move(130)
    assert loop.armed == []
    assert not any(each.lost for each in several)


def test_silence_counts_from_what_was_heard_last(loop: Loop, timeouts: ReadTimeouts) -> None:
    listening = timeouts.listen(30)
    loop.move(110)
    listening.heard()
    loop.move(139.9)
    assert not listening.lost
    loop.move(140)
    assert listening.lost


def test_making_a_connection_is_not_silence(loop: Loop, timeouts: ReadTimeouts) -> None:
    listening = timeouts.listen(30)
    for now in (130, 160, 190):
        loop.move(now)
    assert not listening.lost
    loop.move(200)
    listening.heard()
    loop.move(229)
    assert not listening.lost
    loop.move(230)
    assert listening.lost


def test_a_second_connection_for_the_same_attempt_begins_anew(loop: Loop, timeouts: ReadTimeouts) -> None:
    listening = timeouts.listen(30)
    listening.heard()
    loop.move(120)
    listening.connecting()
    loop.move(160)
    assert not listening.lost


def test_the_least_patient_is_looked_at_in_time(loop: Loop, timeouts: ReadTimeouts) -> None:
    patient, hasty = timeouts.listen(30), timeouts.listen(5)
    patient.heard()
    hasty.heard()
    assert loop.armed == [105]
    loop.move(105)
    assert hasty.lost
    assert not patient.lost
    assert loop.armed == [130]


def test_closing_leaves_no_timer(loop: Loop, timeouts: ReadTimeouts) -> None:
    timeouts.listen(30)
    timeouts.close()
    assert loop.armed == []


async def test_a_body_that_comes_slowly_is_no_silence(server: Server, connect: Connect) -> None:
    """Each piece comes in time, all of them together do not."""
    pieces = 8

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in range(pieces):
            await response.write(b'{"id": 5, "name": "' if piece == 0 else b"x")
            await asyncio.sleep(0.08)
        await response.write(b'"}')
        await response.write_eof()
        return response

    server.handler = trickle
    answer = await connect(read_timeout=0.5).request("GET", "/api/streams/5")
    assert json.loads(answer.body) == {"id": 5, "name": "x" * (pieces - 1)}


async def test_a_body_that_stops_is_silence(server: Server, connect: Connect) -> None:
    stopped = asyncio.Event()

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"id": 5')
        await stopped.wait()
        return response

    server.handler = half
    try:
        with pytest.raises(errors.RequestTimeout) as caught:
            await connect(read_timeout=0.02, retry=RetryPolicy(attempts=1)).streams.get(5)
    finally:
        stopped.set()
    assert caught.value.phase == "read"


async def test_a_time_out_leaves_the_task_as_it_was(server: Server, connect: Connect) -> None:
    """Silence is noticed by cancelling the task: nobody may see that, and a cancellation from outside stays one."""
    arrived, never = asyncio.Event(), asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        arrived.set()
        await never.wait()
        return web.Response()

    server.handler = hang
    wethod = connect(read_timeout=0.02, retry=RetryPolicy(attempts=1))

    async def call() -> int:
        task = asyncio.current_task()
        assert task is not None
        with pytest.raises(errors.RequestTimeout):
            await wethod.streams.get(5)
        await asyncio.sleep(0)
        return task.cancelling()

    try:
        assert await asyncio.create_task(call()) == 0

        arrived.clear()
        patient = asyncio.create_task(connect(read_timeout=30).streams.get(5))
        await arrived.wait()
        patient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await patient
    finally:
        never.set()
