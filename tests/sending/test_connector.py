"""Connections one can trust: what arrived unasked is never taken for an answer, whoever asked and wherever it waits."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._sending.connector import Connector, look
from tests.raw_server import Certificate, Conversation, RawServer, Run, answer, serving

ONCE = RetryPolicy(attempts=1)
STRAY = answer({"path": "/stray", "token": "nobody"})


def client(server: RawServer, certificate: Certificate | None = None, **options: Any) -> Wethod:
    defaults = {"token": "alice", "company": "acme", "base_url": server.url, "retry": ONCE, "read_timeout": 5.0}
    return Wethod(**{**defaults, "ssl": certificate.client() if certificate else None, **options})


async def ask(wethod: Wethod, path: str, method: str = "GET") -> tuple[str, str]:
    row = (await wethod.request(method, path, into=dict)).value
    return row["path"], row["token"]


def connector_of(wethod: Wethod) -> Connector:
    connector = wethod._sender.transport.pool().http.connector
    assert isinstance(connector, Connector)
    return connector


def idle(wethod: Wethod) -> list[Any]:
    return [protocol for each in connector_of(wethod)._conns.values() for protocol, _ in each]


def in_context(certificate: Certificate | None) -> ssl.SSLContext | None:
    return None if certificate is None else certificate.server()


# --- what comes after an answer ---------------------------------------------------------------------------------------


class Strays:
    """Answers each request; after the first it writes more, at a word of the test."""

    def __init__(self, stray: bytes, *, ends: bool = False) -> None:
        self.stray = stray
        self.ends = ends
        self.word, self.written = threading.Event(), threading.Event()

    def __call__(self, conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer(conversation.row()))
            if conversation.number == 1 and not self.written.is_set():
                assert self.word.wait(10)
                conversation.write(self.stray)
                if self.ends:
                    conversation.finish()
                self.written.set()

    def now(self) -> None:
        """Lets it write, and does not let the loop read meanwhile."""
        self.word.set()
        assert self.written.wait(10)


STRAYS = {
    "an answer": STRAY,
    "two answers": STRAY * 2,
    "an empty page": answer([]),
    "a time-out of a proxy": b"HTTP/1.0 408 Request Time-out\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "an interim answer": b"HTTP/1.1 102 Processing\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nX-Half: ",
    "one letter": b"H",
    "half a body": STRAY[:-3],
    "garbage": b"\x00\xff garbage",
}


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


# --- new connections, and those opened ahead --------------------------------------------------------------------------


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


# --- which connection -------------------------------------------------------------------------------------------------


async def test_a_transport_without_a_socket_is_judged_by_its_protocol() -> None:
    class Transport(asyncio.Transport):
        def is_closing(self) -> bool:
            return False

        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return default

    protocol = aiohttp.client_proto.ResponseHandler(asyncio.get_running_loop())
    protocol.connection_made(Transport())
    assert look(protocol) == "sound"
    protocol.data_received(b"H")
    assert look(protocol) == "spoilt"


def test_an_answer_that_does_not_fit_ends_its_connection() -> None:
    """Another one may be still to come, which would be taken for the answer to somebody else's request."""

    def talk(conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer(b"{ no JSON" if conversation.target == "/api/1" else conversation.row()))

    async def main() -> None:
        async with client(server) as wethod:
            with pytest.raises(errors.DecodeError):
                await ask(wethod, "/api/1")
            assert await ask(wethod, "/api/2") == ("/api/2", "alice")

    with serving(talk) as server:
        asyncio.run(main())
    assert len(server.conversations) == 2


def test_strays_of_a_proxy_in_between_are_no_answers(tmp_path: Path) -> None:
    """A plain HTTP proxy passes on what the server says, and a word of its own a moment later."""
    strays = Strays(STRAYS["a time-out of a proxy"])

    async def main() -> None:
        async with client(server, base_url="http://api.example.test", proxy=server.url) as wethod:
            assert await ask(wethod, "/api/1") == ("http://api.example.test/api/1", "alice")
            strays.now()
            assert await ask(wethod, "/api/2", "POST") == ("http://api.example.test/api/2", "alice")

    with serving(strays) as server:
        asyncio.run(main())
