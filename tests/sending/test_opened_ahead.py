"""New connections, and those that were opened ahead: what comes over them unasked is no answer."""

from __future__ import annotations

import asyncio
import ssl
import threading
from typing import Any

import aiohttp
import pytest
from yarl import URL

from asyncsdk import RetryPolicy, Wethod
from asyncsdk._sending.connector import look
from tests.raw_server import Certificate, Conversation, RawServer, Run, answer, serving
from tests.sending.raw_connections import STRAYS, ask, client, connector_of, in_context


def test_what_a_server_writes_before_it_is_asked_is_no_answer() -> None:
    """A server at its limit says 503 to whoever connects. Nothing was sent, so a write may go again."""
    full = answer({"message": "full"}, "503 Service Unavailable", "Connection: close")

    def talk(conversation: Conversation) -> None:
        if conversation.number <= 2:
            conversation.write(full)
            return
        while conversation.read():
            conversation.write(answer(conversation.row(), "201 Created"))

    async def main() -> None:
        async with client(server, retry=RetryPolicy(backoff=1e-9)) as wethod:
            connector = connector_of(wethod)
            made = connector._create_connection

            async def slowly(*args: Any) -> Any:
                protocol = await made(*args)
                while look(protocol) != "spoilt" and len(server.conversations) <= 2:
                    await asyncio.sleep(0)
                return protocol

            connector._create_connection = slowly  # type: ignore[assignment,method-assign]  # it comes in time
            assert await ask(wethod, "/api/things", "POST") == ("/api/things", "alice")
            assert wethod.stats.requests == 1

    with serving(talk) as server:
        asyncio.run(main())


async def opened(wethod: Wethod, server: RawServer, certificate: Certificate | None, count: int) -> None:
    """Opens connections ahead, as a walk does."""
    pool = wethod._sender.transport.pool()
    request = aiohttp.ClientRequest(
        "GET",
        URL(server.url),
        loop=asyncio.get_running_loop(),
        session=pool.http,
        response_class=aiohttp.ClientResponse,
        ssl=wethod.settings.ssl or True,
    )
    for _ in range(count):
        await connector_of(wethod).open(request, [], aiohttp.ClientTimeout(connect=5, sock_connect=5))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("tickets", [0, 2, 20])
@pytest.mark.parametrize("busy", [False, True])
def test_tickets_of_the_encryption_are_no_stray_answers(
    run: Run,
    certificate: Certificate,
    version: ssl.TLSVersion,
    tickets: int,
    busy: bool,
) -> None:
    """They come after the handshake, unasked, and wait in the kernel while the loop is busy."""
    context = certificate.server()
    context.maximum_version = context.minimum_version = version
    context.num_tickets = tickets
    accepted = threading.Semaphore(0)

    def talk(conversation: Conversation) -> None:
        accepted.release()
        while conversation.read():
            conversation.write(answer(conversation.row()))

    async def main() -> None:
        async with client(server, certificate) as wethod:
            await opened(wethod, server, certificate, 3)
            for _ in range(3):
                # The handshake is over there, and the tickets are here. uvloop has to write its end of it first.
                while not accepted.acquire(timeout=0.2 if busy else 0):
                    await asyncio.sleep(0)
            rows = await asyncio.gather(*(ask(wethod, f"/api/{number}", "POST") for number in range(3)))
            assert rows == [(f"/api/{number}", "alice") for number in range(3)]
            for number in range(6):
                await ask(wethod, f"/api/{number}")

    with serving(talk, context) as server:
        run(main())
    assert len(server.conversations) == 3


def test_what_came_over_a_connection_that_was_opened_ahead_is_no_answer(
    run: Run, certified: Certificate | None
) -> None:
    word, wrote = threading.Event(), threading.Semaphore(0)

    def talk(conversation: Conversation) -> None:
        if conversation.number <= 2:
            assert word.wait(10)
            conversation.write(STRAYS["a time-out of a proxy"])
            wrote.release()
        while conversation.read():
            conversation.write(answer(conversation.row()))

    async def main() -> None:
        async with client(server, certified) as wethod:
            await opened(wethod, server, certified, 2)
            while len(server.conversations) < 2:
                await asyncio.sleep(0)
            word.set()
            for _ in range(2):
                assert wrote.acquire(timeout=10)
            for number, method in enumerate(("GET", "POST", "GET")):
                assert await ask(wethod, f"/api/{number}", method) == (f"/api/{number}", "alice")
            assert wethod.stats.requests == 3

    with serving(talk, in_context(certified)) as server:
        run(main())
    assert len(server.conversations) == 3
