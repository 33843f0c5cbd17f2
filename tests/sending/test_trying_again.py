"""What is sent again after bad luck and what is not, and how long a request may take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Hooks, RetryPolicy, Wethod, errors
from asyncsdk.models import Stream
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.stub_server import STREAM, Server, cut, drop, hang

Connect = Callable[..., Wethod]


# --- trying again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [(502, b""), (503, b""), (504, b""), (200, b"<html>"), drop, cut])
async def test_a_get_survives_bad_luck(server: Server, connect: Connect, bad: Any) -> None:
    server.script(bad, (200, STREAM))
    stream = await connect().streams.get(5)
    assert stream.name == "Developers"


@pytest.mark.parametrize("bad", [(408, b""), (500, b""), (502, b""), (503, b""), (504, b""), (524, b""), drop])
async def test_a_post_whose_answer_was_lost_is_not_repeated(server: Server, connect: Connect, bad: Any) -> None:
    server.script(bad, (201, STREAM))
    with pytest.raises(errors.OutcomeUnknownError, match="look before repeating"):
        await connect().streams.create(name="x")
    assert len(server.requests) == 1


async def test_a_post_is_repeated_after_a_refused_connection(server: Server, connect: Connect) -> None:
    """Nothing was sent, so nothing can happen twice; when it never connects, that is what the error says."""
    retries: list[Any] = []
    wethod = connect(base_url="http://127.0.0.1:9", hooks=Hooks(retry=retries.append))
    with pytest.raises(errors.ConnectError):
        await wethod.streams.create(name="x")
    assert len(retries) == 3


async def test_a_delete_that_finds_nothing_after_a_lost_answer_is_done(server: Server, connect: Connect) -> None:
    server.script(drop, (404, {"key": "not_found", "message": "gone"}))
    await connect().streams.delete(5)
    assert server.requests == ["DELETE /api/streams/5"] * 2


async def test_a_delete_that_finds_nothing_at_once_is_an_error(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "gone"}))
    with pytest.raises(errors.NotFoundError):
        await connect().streams.delete(5)


async def test_a_get_whose_kept_connection_breaks_is_sent_again_as_another_attempt(
    server: Server, connect: Connect
) -> None:
    """aiohttp would send it again by itself, and nobody would know."""
    wethod = connect()
    server.script((200, STREAM), drop, (200, STREAM))
    await wethod.streams.get(5)
    await wethod.streams.get(5)
    assert len(server.requests) == 3
    assert wethod.stats.requests == 3
    remaining = wethod.quota.remaining
    assert remaining == 5000 - 3


async def test_attempts_are_bounded(server: Server, connect: Connect) -> None:
    server.script((503, {"message": "busy"}))
    with pytest.raises(errors.ServerError):
        await connect(retry=RetryPolicy(attempts=3, backoff=1e-9)).streams.get(5)
    assert len(server.requests) == 3


def test_a_write_goes_again_when_the_server_says_when() -> None:
    simulation = Simulation(1)
    simulation.sandbox.fail("POST /api/streams", status=429, retry_after=60)

    async def main() -> Stream:
        async with simulation.client() as wethod:
            return await wethod.streams.create(name="x")

    assert simulation.run(main).name == "x"
    assert simulation.counts["requests"] == 2
    assert simulation.seconds >= 60


async def test_a_wait_beyond_patience_is_an_error_at_once(server: Server, connect: Connect) -> None:
    server.script((429, {"message": "slow"}, {"x-ratelimit-retry-after": "900"}))
    with pytest.raises(errors.RateLimitError) as caught:
        await connect().streams.get(5)
    assert caught.value.retry_after == 900
    assert len(server.requests) == 1


# --- time-outs --------------------------------------------------------------------------------------------------------


def test_waiting_for_a_slot_is_no_time_out() -> None:
    """With 2 slots and 12 requests the last ones queue far longer than the read time-out; none fails."""
    simulation = Simulation(1, Conditions(round_trip=0.9))

    async def main() -> None:
        async with simulation.client(max_in_flight=2, read_timeout=1.0) as wethod:
            await asyncio.gather(*(wethod.streams.get(1) for _ in range(12)))

    simulation.run(main)
    assert simulation.counts["requests"] == 12
    assert simulation.seconds > 5 * 1.0


async def test_a_server_that_says_nothing_is_a_read_time_out(server: Server, connect: Connect) -> None:
    server.script(hang)
    with pytest.raises(errors.RequestTimeoutError) as caught:
        await connect(read_timeout=0.02, retry=RetryPolicy(attempts=2, backoff=1e-9)).streams.get(5)
    assert caught.value.phase == "read"
    assert len(server.requests) == 2


async def test_a_write_that_times_out_is_unknown(server: Server, connect: Connect) -> None:
    server.script(hang)
    with pytest.raises(errors.OutcomeUnknownError):
        await connect(read_timeout=0.02).streams.create(name="x")
    assert len(server.requests) == 1


async def test_the_deadline_covers_everything(server: Server, connect: Connect) -> None:
    server.script(hang)
    with pytest.raises(errors.RequestTimeoutError, match="waiting for the answer") as caught:
        await connect(deadline=0.02).streams.get(5)
    assert caught.value.phase == "deadline"


async def test_no_sleep_is_begun_that_would_pass_the_deadline(server: Server, connect: Connect) -> None:
    """A wait of 60 s against a deadline of 5: the error comes at once and says what it would have waited for."""
    server.script((429, {"message": "slow"}, {"x-ratelimit-retry-after": "60"}))
    with pytest.raises(errors.RequestTimeoutError, match=r"deadline of 5.* status 429 \(60") as caught:
        await connect(deadline=5).streams.get(5)
    assert caught.value.phase == "deadline"


async def test_an_answer_that_is_too_long_is_not_read(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk._sending.attempt.MAX_BODY", 1000)
    server.script((200, b" " * 1001))
    with pytest.raises(errors.ResponseTooLargeError):
        await connect().streams.get(5)

    async def packed(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b" " * 100_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    server.script(packed)
    with pytest.raises(errors.ResponseTooLargeError):
        await connect().streams.get(5)
