"""What servers write is bounded, on one line and printable where it is shown; deadlines hold no loop up."""

from __future__ import annotations

import asyncio

import pytest

from asyncsdk import errors
from tests.odd_values import Connect, client
from tests.stub_server import Server


async def test_what_a_server_writes_is_bounded_and_on_one_line_where_it_is_printed(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    message = "first\nWARNING forged\x1b[31m" + "x" * 5_000_000
    server.script((400, {"key": "invalid_data", "message": message}))
    with pytest.raises(errors.InvalidDataError) as caught:
        await connect().streams.get(5)
    assert caught.value.message == message
    text = str(caught.value)
    assert len(text) < 2200
    assert text.splitlines() == [text]
    assert r"first\nWARNING forged\x1b[31m" in text


async def test_a_million_refused_fields_are_counted_and_the_first_of_them_told(
    server: Server, connect: Connect
) -> None:
    one = b'{"field":"name","message":"bad \\ud83d"}'
    body = b'{"key":"invalid_data","message":"m","failures":[' + b",".join([one] * 1_000_000) + b"]}"
    server.script((400, body))
    with pytest.raises(errors.InvalidDataError) as caught:
        await connect().streams.get(5)
    error = caught.value
    assert (len(error.failures), error.failure_count) == (1000, 1_000_000)
    assert "more]" in str(error)
    assert len(str(error)) < 2200
    assert error.failures[0] == errors.Failure("name", r"bad \ud83d")


async def test_halves_of_a_pair_never_make_printing_fail(server: Server, connect: Connect) -> None:
    body = rb'{"key":"k\ud83d","message":"m\ud83d","failures":[{"field":"f\udc00","message":"x \ud83d\ude00 \ud83d"}]}'
    server.script((400, body, {"X-Half": "ü"}))
    with pytest.raises(errors.APIError) as caught:
        await connect().streams.get(5)
    error = caught.value
    for text in (str(error), error.message, error.key or "", str(error.headers), *map(str, error.failures)):
        text.encode()
    assert error.failures[0].message == "x \N{GRINNING FACE} \\ud83d"


async def test_the_loop_goes_on_while_deadlines_pass() -> None:
    """A refusal costs nothing but itself."""
    async with client(deadline=1e-6) as wethod:
        with pytest.raises(errors.WethodError):
            await asyncio.wait_for(wethod.streams.get(5), 10)
