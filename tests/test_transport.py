"""The address of a request, and what time-outs make of an answer that comes slowly, late or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors
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


async def test_a_body_that_comes_slowly_is_no_time_out(server: Server, connect: Connect) -> None:
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
        with pytest.raises(errors.RequestTimeout) as caught:
            await connect(read_timeout=0.02, retry=RetryPolicy(attempts=1)).streams.get(5)
    finally:
        stopped.set()
    assert caught.value.phase == "read"


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
