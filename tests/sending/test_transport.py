"""The address of a request, and what time-outs make of an answer that comes slowly, late or not at all."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext

import aiohttp
import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._sending.deadline import Deadline
from asyncsdk._sending.transport import Base
from asyncsdk._sending.wire import build
from asyncsdk.models import Stream
from asyncsdk.testing.simulation import Conditions, Simulation
from asyncsdk.testing.simulation.network import Link
from tests.raw_server import Certificate, Conversation, Run, answer, serving
from tests.stub_server import Server, drop

Connect = Callable[..., Wethod]


@pytest.mark.parametrize(
    "base", ["https://api.wethod.com", "https://api.wethod.com/", "http://[::1]:8080/behind/a/proxy"]
)
def test_an_address_is_the_base_the_path_and_the_query_as_they_were_encoded(base: str) -> None:
    request = build("GET", "/api/streams/12:archive", [("date", "gt:2026-01-01"), ("name", "a+b c&d")])
    assert str(Base.of(base).url(request)) == f"{base.rstrip('/')}{request.path}?{request.query}"


def test_a_host_with_letters_of_its_own_language_is_sent_as_dns_knows_it() -> None:
    assert Base.of("https://bücher.example").url(build("GET", "/api/streams")).raw_host == "xn--bcher-kva.example"


def test_a_body_that_comes_slowly_is_no_time_out() -> None:
    """Each piece comes in time, all of them together do not."""
    simulation = Simulation(1, Conditions(piece_bytes=40, piece_seconds=1.0))

    async def main() -> Stream:
        async with simulation.client(read_timeout=10.0, deadline=None) as wethod:
            return await wethod.streams.get(1)

    assert simulation.run(main).id == 1
    assert simulation.counts["requests"] == 1
    assert simulation.seconds > 10.0


async def test_a_body_that_stops_is_a_time_out(server: Server, connect: Connect) -> None:
    stopped = asyncio.Event()

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"id": 5')
        await stopped.wait()
        return response

    server.handler = half
    try:
        with pytest.raises(errors.RequestTimeoutError) as caught:
            await connect(read_timeout=0.02, retry=RetryPolicy(attempts=1)).streams.get(5)
    finally:
        stopped.set()
    assert caught.value.phase == "read"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("pieces", [1, 3])
def test_an_answer_that_is_there_is_used_however_long_the_loop_was_busy(
    run: Run, certified: Certificate | None, method: str, pieces: int
) -> None:
    """Over a new connection and over a kept one. The application computes, or its process was frozen."""
    written = threading.Semaphore(0)

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            whole = answer({"id": 5, "filling": "x" * 200_000})
            step = len(whole) // pieces + 1
            for start in range(0, len(whole), step):
                conversation.write(whole[start : start + step])
                if start == 0:
                    written.release()

    async def main() -> None:
        ssl = certified.client() if certified else None
        async with Wethod(
            token="t", company="c", base_url=server.url, ssl=ssl, read_timeout=0.1, retry=RetryPolicy(attempts=1)
        ) as wethod:
            for _ in range(2):
                call = asyncio.ensure_future(wethod.request(method, "/api/streams"))
                while not written.acquire(blocking=False):
                    await asyncio.sleep(0)
                # Really blocked, and longer than the read time-out: a virtual clock would prove nothing of the sockets.
                time.sleep(0.15)
                assert (await call).json()["id"] == 5  # type: ignore[index,call-overload]  # it is an object

    with serving(talk, None if certified is None else certified.server()) as server:
        run(main())


def test_an_answer_that_is_there_is_used_though_the_deadline_passed_meanwhile(
    run: Run, certified: Certificate | None
) -> None:
    """What was carried out has a known outcome, whatever held the loop up."""
    came, busy = threading.Semaphore(0), threading.Event()

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            came.release()
            busy.wait(10)
            conversation.write(answer({"id": 5, "filling": "x" * 60_000}))

    async def main() -> None:
        ssl = certified.client() if certified else None
        async with Wethod(token="t", company="c", base_url=server.url, ssl=ssl) as wethod:
            hurried = wethod.with_options(deadline=0.5)
            call = asyncio.ensure_future(hurried.request("POST", "/api/streams", json={}))
            while not came.acquire(blocking=False):
                await asyncio.sleep(0)
            busy.set()
            time.sleep(0.55)
            assert (await call).status == 200

    with serving(talk, None if certified is None else certified.server()) as server:
        run(main())


def test_a_deadline_lets_what_has_arrived_be_read_and_ends_what_waits_in_vain(run: Run) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        near.setblocking(False)
        with near, far:
            async with Deadline(loop.time() + 0.01):
                reading = asyncio.ensure_future(loop.sock_recv(near, 10))
                await asyncio.sleep(0)
                far.send(b"arrived")
                time.sleep(0.02)
                assert await reading == b"arrived"
            await asyncio.sleep(0.02)  # it ends with its block
            with pytest.raises(TimeoutError):
                async with Deadline(loop.time() + 0.01):
                    await loop.sock_recv(near, 10)

    run(main())


def test_a_body_that_nobody_takes_is_a_time_out(run: Run, certified: Certificate | None) -> None:
    never = threading.Event()

    async def main() -> None:
        ssl = certified.client() if certified else None
        async with Wethod(token="t" * 9, company="c", base_url=server.url, ssl=ssl, read_timeout=0.3) as wethod:
            with pytest.raises(errors.OutcomeUnknownError, match="nothing came"):
                await wethod.request("POST", "/api/streams", json="x" * 20_000_000)
        never.set()

    def talk(_conversation: Conversation) -> None:
        never.wait(10)

    with serving(talk, None if certified is None else certified.server()) as server:
        run(main())


def test_a_body_that_is_taken_slowly_is_no_time_out(run: Run) -> None:
    """Piece by piece in time, all together much later."""

    def talk(conversation: Conversation) -> None:
        taken = 0
        while taken < 20_000_000:
            taken += len(conversation.socket.recv(65536))
            time.sleep(0.003)  # really slow: what the kernel holds of a body, no simulation knows
        conversation.write(answer({}))

    async def main() -> None:
        async with Wethod(token="t" * 9, company="c", base_url=server.url, read_timeout=0.4) as wethod:
            assert (await wethod.request("POST", "/api/streams", json="x" * 20_000_000)).status == 200

    with serving(talk) as server:
        server.take_little_at_a_time()
        run(main())


class _Slow:
    """The server's end of a link: interim answers, a head and a body, each two seconds after the one before."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def received(self, _: bytes) -> None:
        pieces = (
            b"HTTP/1.1 102 Processing\r\n\r\n",
            b"HTTP/1.1 102 Processing\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
            b"{}",
        )
        for number, piece in enumerate(pieces, 1):
            self._link.send(piece, 2.0 * number)

    def ended(self) -> None:
        pass


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_time_out_begins_anew_with_each_piece(method: str) -> None:
    """Each comes in time, all together much later."""
    simulation = Simulation(1)
    simulation.network.listen("slow.test", 443, _Slow)

    async def main() -> bytes:
        retry = RetryPolicy(attempts=1)
        async with simulation.client(base_url="https://slow.test", read_timeout=3.0, retry=retry) as wethod:
            return (await wethod.request(method, "/api/streams")).body

    assert simulation.run(main) == b"{}"
    assert simulation.seconds > 8.0


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("lent", [False, True])
async def test_one_attempt_is_sent_once_whatever_becomes_of_its_connection(
    server: Server, connect: Connect, method: str, lent: bool
) -> None:
    """Over a new connection and over a kept one, through a pool of our own and through a borrowed session."""
    async with aiohttp.ClientSession() as http:
        wethod = connect(retry=RetryPolicy(attempts=1), session=http if lent else None)
        server.script(drop, (200, {}), drop)
        for well in (False, True, False):
            with nullcontext() if well else pytest.raises(errors.TransportError):
                await wethod.request(method, "/api/streams/5")
        assert len(server.requests) == wethod.stats.requests == 3
        assert wethod.quota.remaining == 5000 - 3


async def test_a_time_out_leaves_the_task_as_it_was(server: Server, connect: Connect) -> None:
    """A time-out is no cancellation, and a cancellation is no time-out."""
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
        with pytest.raises(errors.RequestTimeoutError):
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
