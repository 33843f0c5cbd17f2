"""A connection on which something came that nobody asked for is closed, and its bytes answer no request."""

from __future__ import annotations

import asyncio
import resource
import socket
import threading
from typing import Any

import pytest

from asyncsdk import RetryPolicy, Wethod, errors
from tests.raw_server import Certificate, Conversation, Run, answer, serving
from tests.sending.raw_connections import STRAY, STRAYS, Strays, ask, client, connector_of, in_context


def idle(wethod: Wethod) -> list[Any]:
    return [protocol for each in connector_of(wethod)._conns.values() for protocol, _ in each]


@pytest.mark.parametrize("ends", [False, True], ids=["goes on", "ends"])
@pytest.mark.parametrize("stray", STRAYS)
@pytest.mark.parametrize("read", [False, True], ids=["in the kernel", "read"])
def test_what_came_unasked_is_not_the_answer_to_the_next_request(
    run: Run,
    certified: Certificate | None,
    stray: str,
    read: bool,
    ends: bool,
) -> None:
    strays = Strays(STRAYS[stray], ends=ends)

    async def main() -> None:
        async with client(server, certified) as wethod:
            bob = wethod.with_options(token="bob", company="globex")
            assert await ask(wethod, "/api/1") == ("/api/1", "alice")
            [protocol] = idle(wethod)
            strays.now()
            if read:
                for _ in range(20):
                    await asyncio.sleep(0)
            assert await ask(bob, "/api/2", "POST") == ("/api/2", "bob")
            assert await ask(wethod, "/api/3") == ("/api/3", "alice")
            assert not protocol.is_connected()
            assert bob.stats.requests + wethod.stats.requests == 3

    with serving(strays, in_context(certified)) as server:
        run(main())
    assert len(server.conversations) == 2


@pytest.mark.parametrize("stray", STRAYS)
def test_what_comes_in_one_piece_with_an_answer_is_not_the_next_one(certified: Certificate | None, stray: str) -> None:
    def talk(conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer(conversation.row()) + (STRAYS[stray] if conversation.number == 1 else b""))

    async def main() -> None:
        async with client(server, certified, retry=RetryPolicy(attempts=2, backoff=0)) as wethod:
            for number in range(3):  # one that ends in garbage may be refused whole, and asked for again
                assert await ask(wethod, f"/api/{number}") == (f"/api/{number}", "alice")

    with serving(talk, in_context(certified)) as server:
        asyncio.run(main())


def test_the_rest_of_a_stray_answer_is_not_the_next_one_either(certified: Certificate | None) -> None:
    """Its first half came with an answer, or a moment later; the second is an answer in itself, and comes in time."""

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            if conversation.number > 1:
                conversation.write(answer(conversation.row()))
            elif conversation.target == "/api/1":
                conversation.write(answer(conversation.row()) + b"HTTP/1.1 200 OK\r\nX-Half: ")
            else:
                conversation.write(b"\r\n\r\n" + STRAY)

    async def main() -> None:
        async with client(server, certified) as wethod:
            await ask(wethod, "/api/1")
            assert await ask(wethod, "/api/2") == ("/api/2", "alice")

    with serving(talk, in_context(certified)) as server:
        asyncio.run(main())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_comes_between_the_last_look_and_the_sending_cannot_be(
    run: Run, certified: Certificate | None, method: str
) -> None:
    """The request is begun, and the loop is busy before its next turn. Its bytes must have left by then."""
    read = threading.Event()

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            if conversation.target == "/api/2":
                read.set()
            conversation.write(answer(conversation.row()))

    async def main() -> None:
        async with client(server, certified) as wethod:
            await ask(wethod, "/api/1")
            call = asyncio.ensure_future(wethod.request(method, "/api/2", json={"name": "x"}, into=dict))
            left: list[bool] = []
            asyncio.get_running_loop().call_soon(lambda: left.append(read.wait(2)))
            assert (await call).value["path"] == "/api/2"
            assert left == [True]

    with serving(talk, in_context(certified)) as server:
        run(main())


def test_a_large_body_is_written_to_its_end(run: Run, certified: Certificate | None) -> None:
    """It does not fit into the buffers: the writing waits in between."""

    async def main() -> None:
        async with client(server, certified) as wethod:
            for size in (10, 8_000_000, 10):
                reply = await wethod.request("POST", "/api/1", json={"name": "x" * size}, into=dict)
                assert reply.value["path"] == "/api/1"

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer(conversation.row()))

    with serving(talk, in_context(certified)) as server:
        run(main())


def test_a_large_body_whose_server_goes_away_is_an_unknown_outcome(run: Run) -> None:
    def talk(conversation: Conversation) -> None:
        conversation.socket.recv(10)

    async def main() -> None:
        async with client(server) as wethod:
            with pytest.raises(errors.OutcomeUnknownError):
                await wethod.request("POST", "/api/1", json={"name": "x" * 8_000_000})

    with serving(talk) as server:
        run(main())


def test_rows_of_a_walk_are_not_lost_to_a_stray_empty_page() -> None:
    strays = Strays(answer([]))

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            if conversation.target.startswith("/api/warm"):
                conversation.write(answer({}))
                strays.word.wait(10)
                conversation.write(strays.stray)
                strays.written.set()
            else:
                conversation.write(answer([{"id": number} for number in range(1, 8)]))

    async def main() -> None:
        async with client(server) as wethod:
            await wethod.request("GET", "/api/warm")
            strays.now()
            assert len(await wethod.list("/api/things").all()) == 7

    with serving(talk) as server:
        asyncio.run(main())


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system counts its descriptors otherwise")
def test_descriptors_above_those_select_knows_are_looked_at() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1300:
        pytest.skip("too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1300), hard))
    strays = Strays(STRAY)
    held = [socket.socket() for _ in range(1030)]

    async def main() -> None:
        async with client(server) as wethod:
            await ask(wethod, "/api/1")
            [protocol] = idle(wethod)
            assert protocol.transport.get_extra_info("socket").fileno() > 1023
            strays.now()
            assert await ask(wethod, "/api/2") == ("/api/2", "alice")

    try:
        with serving(strays) as server:
            asyncio.run(main())
    finally:
        for each in held:
            each.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
