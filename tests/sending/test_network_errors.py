"""Whatever a server writes ends in a result or in one line of words that shows no secret."""

from __future__ import annotations

import asyncio
import random

import aiohttp
import pytest
from aiohttp.http_exceptions import BadStatusLine
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk._sending.attempt import Attempt, Base, Headers
from asyncsdk._sending.connector import Connector
from asyncsdk._sending.network_errors import explain, one_line, outcome_of
from asyncsdk._sending.retry import Lost, NotSent
from asyncsdk._sending.transport import Transport
from asyncsdk._sending.wire import build
from tests.raw_server import Conversation, answer, serving

ADDRESS = "https://api.wethod.com/api/persons?email=eq:secret%40example.com"
TOKEN = "tok-very-secret-456"
INFO = aiohttp.RequestInfo(
    URL(ADDRESS), "GET", CIMultiDictProxy(CIMultiDict(Authorization=f"Bearer {TOKEN}")), URL(ADDRESS)
)


def told(problem: BaseException) -> str:
    return explain(problem, address=ADDRESS, connect=5.0, read=30.0)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (TimeoutError(), "TimeoutError: nothing came for 30 s"),
        (aiohttp.SocketTimeoutError("Timeout on reading"), "SocketTimeoutError: nothing came for 30 s"),
        (
            aiohttp.ConnectionTimeoutError(f"Connection timeout to host {ADDRESS}"),
            "ConnectionTimeoutError: no connection came about within 5 s",
        ),
        (
            aiohttp.ClientOSError(32, f"Can not write request body for {ADDRESS}"),
            "ClientOSError: Broken pipe",
        ),
        (aiohttp.ServerDisconnectedError(), "ServerDisconnectedError: the server closed the connection unanswered"),
        (
            aiohttp.ClientResponseError(INFO, (), status=400, message=BadStatusLine("SSH-2.0\n  ^").message),
            "ClientResponseError: Bad status line 'SSH-2.0\\n ^'",
        ),
        (
            aiohttp.ClientPayloadError("Response payload is not completed: <Bad: 400, message='Not enough data'>"),
            "ClientPayloadError: Response payload is not completed: <Bad: 'Not enough data'>",
        ),
        (aiohttp.ClientConnectionError(), "ClientConnectionError: no more is known"),
        (ValueError(f"odd {ADDRESS}"), "ValueError: odd the address"),
    ],
)
def test_an_error_is_told_in_a_line_without_the_address(problem: BaseException, text: str) -> None:
    assert told(problem) == text


@given(st.text(max_size=6000))
def test_a_line_is_one_printable_line_of_bounded_length(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= 2000
    line.encode()


def test_what_was_not_sent_is_known_by_how_far_it_came_and_else_by_its_kind() -> None:
    for problem in (TimeoutError(), aiohttp.ServerDisconnectedError(), OSError(5, "odd"), RuntimeError("odd")):
        assert outcome_of(problem, sent=True) == Lost()
        assert outcome_of(problem, sent=False) == NotSent()
    assert outcome_of(aiohttp.ServerDisconnectedError(), sent=None) == Lost()
    assert outcome_of(aiohttp.ConnectionTimeoutError(), sent=None) == NotSent()
    assert outcome_of(RuntimeError("Sender is closed"), sent=None) == NotSent()
    assert outcome_of(UnicodeError("label too long"), sent=False) == NotSent(final=True)
    assert outcome_of(aiohttp.InvalidUrlClientError("x"), sent=False) == NotSent(final=True)
    for status, final in ((407, True), (403, True), (408, False), (429, False), (502, False)):
        refused = aiohttp.ClientHttpProxyError(INFO, (), status=status, message="no")
        assert outcome_of(refused, sent=False) == NotSent(final=final)


# --- servers that write anything --------------------------------------------------------------------------------------


def odd_answers(draw: random.Random, count: int) -> list[bytes]:
    """Answers with one part or several exchanged for something odd."""

    def noise(most: int) -> bytes:
        return draw.randbytes(draw.randrange(most))

    def number() -> bytes:
        return draw.choice([b"-1", b"0", b"1", b"9" * 30, b"0x10", b"+5", b"", b"1e3", b"\xb2", noise(6)])

    def head() -> bytes:
        version = draw.choice([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2", b"HTTP/9.9", b"http/1.1", b"ICY", noise(8)])
        status = draw.choice([b"200", b"204", b"304", b"101", b"100", b"99", b"600", b"20", b"abc", noise(5)])
        return version + b" " + status + b" " + draw.choice([b"OK", b"", b"\x1b[31m", noise(30), b"x" * 9000]) + b"\r\n"

    def header() -> bytes:
        return draw.choice(
            [
                b"Content-Length: " + number(),
                b"Transfer-Encoding: " + draw.choice([b"chunked", b"gzip, chunked", b"chunked, chunked", noise(9)]),
                b"Content-Encoding: " + draw.choice([b"gzip", b"deflate", b"br", b"zstd", b"identity", noise(9)]),
                b"Connection: " + draw.choice([b"close", b"keep-alive", b"upgrade", noise(9)]),
                b"Upgrade: " + draw.choice([b"websocket", b"h2c", noise(5)]),
                b"Content-Type: " + draw.choice([b"application/json; charset=" + noise(9), noise(20)]),
                b"Set-Cookie: " + noise(40),
                b"Location: " + noise(40),
                b"Retry-After: " + number(),
                noise(50),
                b" folded" + noise(9),
                b"X: " + b"y" * draw.choice([10, 9000]),
                noise(9) + b": " + noise(9),
            ]
        )

    def body() -> bytes:
        chunk = draw.choice(
            [b"2\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", number() + b"\r\n{}\r\n", b"2;" + noise(9)]
        )
        return draw.choice([b"{}", b"", noise(300), b"\x1f\x8b" + noise(60), b"\x28\xb5\x2f\xfd" + noise(30), chunk])

    made = []
    for _ in range(count):
        lines = b"".join(header() + b"\r\n" for _ in range(draw.choice([0, 1, 2, 3, 140])))
        made.append(draw.choice([head() + lines + b"\r\n" + body(), noise(400), head() + lines, b""]))
    return made


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lent", [False, True])
def test_whatever_a_server_writes_ends_in_an_attempt(seed: int, lent: bool) -> None:
    """Nothing raw comes out, and the words of what went wrong are one line without secrets."""
    answers = odd_answers(random.Random(seed), 250)

    def talk(conversation: Conversation) -> None:
        if conversation.read():
            conversation.write(answers[(conversation.number - 1) % len(answers)])

    async def main() -> None:
        async with aiohttp.ClientSession() as http:
            transport = Transport(max_in_flight=4, borrowed=http if lent else None)
            request = build("GET", "/api/persons", [("email", "eq:secret@example.com")])
            headers = Headers(Authorization=f"Bearer {TOKEN}")
            for _ in answers:
                attempt = Attempt()
                await transport.pool().attempt(
                    attempt, request, base=Base.of(server.url), headers=headers, route=transport.route(2.0, 2.0)
                )
                assert (attempt.answer is None) == bool(attempt.problem)
                assert attempt.sends <= 1
                assert attempt.problem.isprintable()
                assert len(attempt.problem) <= 2000
                assert "secret" not in attempt.problem
            await transport.aclose()

    with serving(talk) as server:
        asyncio.run(main())


@pytest.mark.parametrize("before", [0, 1900, 1970, 1980, 1990, 5000])
def test_a_token_that_comes_back_is_not_shown_nor_a_part_of_it(before: int) -> None:
    def talk(conversation: Conversation) -> None:
        if conversation.read():
            conversation.write(b"x" * before + TOKEN.encode() + b" is no status\r\n\r\n")

    async def main() -> None:
        transport, attempt = Transport(max_in_flight=4, borrowed=None), Attempt()
        await transport.pool().attempt(
            attempt,
            build("GET", "/api/persons"),
            base=Base.of(server.url),
            headers=Headers(Authorization=f"Bearer {TOKEN}"),
            route=transport.route(2.0, 2.0),
        )
        await transport.aclose()
        assert attempt.problem
        assert "tok-v" not in attempt.problem

    with serving(talk) as server:
        asyncio.run(main())


def test_a_name_that_is_being_looked_up_when_the_client_closes_is_no_cancellation() -> None:
    """Nobody cancelled the request: in a task group a cancellation would end it without a word."""

    async def main() -> None:
        wethod = Wethod(token="alice", company="c", base_url="http://api.example.test", retry=RetryPolicy(attempts=1))
        connector = wethod._sender.transport.pool().http.connector
        assert isinstance(connector, Connector)
        asked = asyncio.Event()

        async def never(*args: object, **kwargs: object) -> list[aiohttp.abc.ResolveResult]:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        connector._resolver.resolve = never  # type: ignore[method-assign]  # a name server that is slow
        calls = [asyncio.ensure_future(wethod.streams.get(5)) for _ in range(2)]
        await asked.wait()
        await wethod.aclose()
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(outcome, errors.ClientClosedError)

    asyncio.run(main())


def test_an_error_of_the_encryption_is_one_line() -> None:
    def talk(conversation: Conversation) -> None:
        conversation.write(answer({}))

    async def main() -> None:
        url = f"https://localhost:{server.port}"
        async with Wethod(token="alice", company="c", base_url=url, retry=RetryPolicy(attempts=1)) as wethod:
            with pytest.raises(errors.ConnectError) as caught:
                await wethod.streams.create(name="Design")
        assert str(caught.value).isprintable()

    with serving(talk) as server:
        asyncio.run(main())
