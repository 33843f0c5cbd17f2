"""The session against a real server: what goes out, what comes back, and what is left behind."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import Hooks, RetryPolicy, Wethod, errors, filters
from asyncsdk.models import ProductionPlanStream, Project, Stream
from asyncsdk.testing.simulation import Conditions, Simulation
from tests.stub_server import STREAM, TOKEN, Server, cut, drop, hang, rows_json

Connect = Callable[..., Wethod]

ROW = rows_json(0, 1)[0]


async def test_every_request_carries_token_company_and_version(server: Server, connect: Connect) -> None:
    server.script((200, ROW))
    row = await connect(version="2024-06-15").production_plan_streams.get(1)
    assert row.id == 1
    headers = server.headers[0]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Wethod-Company"] == "acme"
    assert headers["Wethod-Version"] == "2024-06-15"
    assert headers["User-Agent"].startswith("asyncsdk/")
    assert "Content-Type" not in headers


async def test_bodies_hold_what_was_given_and_nothing_else(server: Server, connect: Connect) -> None:
    server.script((201, STREAM))
    await connect().streams.create(name="Designers")
    assert server.requests == ["POST /api/streams"]
    assert json.loads(server.bodies[0]) == {"name": "Designers"}
    assert server.headers[0]["Content-Type"] == "application/json"


async def test_actions_keep_their_colon_and_queries_their_falsy_values(server: Server, connect: Connect) -> None:
    server.script((200, STREAM), (200, [STREAM]))
    wethod = connect()
    await wethod.streams.archive(12)
    await wethod.streams.list(is_archived=False).first_page()
    assert server.requests == ["POST /api/streams/12:archive", "GET /api/streams?is_archived=false&limit=100&offset=0"]


async def test_a_delete_returns_nothing_whatever_the_body(server: Server, connect: Connect) -> None:
    server.script((200, b""), (204, b""), (200, b"{}"))
    delete: Callable[[int], Awaitable[object]] = connect().streams.delete
    assert [await delete(5) for _ in range(3)] == [None] * 3
    assert server.requests == ["DELETE /api/streams/5"] * 3


# --- errors -----------------------------------------------------------------------------------------------------------


async def test_an_api_error_names_the_request(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "no such project"}))
    with pytest.raises(errors.NotFoundError, match=r"404 not_found: no such project \(GET /api/projects/7\)") as caught:
        await connect().projects.get(7)
    assert caught.value.request == errors.RequestLine("GET", "/api/projects/7")
    assert caught.value.headers["content-type"]


async def test_a_row_that_does_not_fit_is_named(server: Server, connect: Connect) -> None:
    server.script((200, [ROW, {**ROW, "value": "much"}]))
    with pytest.raises(errors.DecodeError, match=r"\$\[1\]\.value \(GET /api/production-plan-streams\)"):
        await connect().production_plan_streams.list()
    assert len(server.requests) == 1, "what does not fit will not fit the second time"


async def test_no_traceback_shows_the_token(server: Server, connect: Connect) -> None:
    """Not even one that prints local variables, as error trackers do."""

    async def shown(**options: Any) -> str:
        try:
            await connect(**options).projects.get(7)
        except errors.WethodError as error:
            trace = traceback.TracebackException.from_exception(error, capture_locals=True)
            return "".join(trace.format()) + repr(error) + str(error.args) + str(error.__dict__)
        raise AssertionError("no error")

    server.script((500, b""))
    assert TOKEN not in await shown()
    server.script(drop)
    assert TOKEN not in await shown()
    server.script((200, b"<html>"))
    assert TOKEN not in await shown()
    assert TOKEN not in await shown(base_url="http://127.0.0.1:9")


async def test_nothing_of_aiohttp_hangs_on_an_error(server: Server, connect: Connect) -> None:
    """aiohttp's errors hold the request's headers."""
    server.script(drop)
    with pytest.raises(errors.TransportError) as caught:
        await connect().projects.get(7)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_a_redirect_is_not_followed(server: Server, connect: Connect) -> None:
    """It would carry the token elsewhere."""
    server.script((302, b"", {"Location": "http://127.0.0.1:9/"}))
    with pytest.raises(errors.APIError, match="redirects are not followed"):
        await connect().projects.get(7)


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


# --- seeing what happens ----------------------------------------------------------------------------------------------


async def test_hooks_hear_of_requests_answers_retries_and_waits(server: Server, connect: Connect) -> None:
    server.script((503, b""), (200, STREAM))
    heard: list[Any] = []
    hooks = Hooks(request=heard.append, response=heard.append, retry=heard.append, wait=heard.append)
    await connect(hooks=hooks).streams.get(5)
    assert [type(event).__name__ for event in heard] == [
        "RequestSent",
        "ResponseReceived",
        "RetryPlanned",
        "WaitBegun",
        "RequestSent",
        "ResponseReceived",
    ]
    assert [event.status for event in heard if hasattr(event, "status")] == [503, 200]


async def test_a_hook_that_raises_is_logged_and_does_no_harm(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    server.script((200, STREAM))

    def broken(event: object) -> None:
        raise RuntimeError("my hook is broken")

    stream = await connect(hooks=Hooks(request=broken, response=broken)).streams.get(5)
    assert stream.id == 5
    assert "my hook is broken" in caplog.text


async def test_logs_name_the_request_and_nothing_more(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="asyncsdk")
    server.script((503, {"message": "secret words"}), (200, [{**STREAM, "name": "secret name"}]))
    await connect().request("GET", "/api/streams", params={"search": "secret search"})
    assert "GET /api/streams -> 503" in caplog.text
    assert "attempt 2" in caplog.text
    assert "secret" not in caplog.text
    assert TOKEN not in caplog.text


async def test_statistics_count_what_happened(server: Server, connect: Connect) -> None:
    server.script((503, b""), (200, [ROW]))
    wethod = connect()
    await wethod.production_plan_streams.list()
    stats = wethod.stats
    assert (stats.requests, stats.retries, stats.rows) == (2, 1, 1)
    assert stats.received > 0


# --- the escape hatch -------------------------------------------------------------------------------------------------


async def test_request_gives_status_headers_body_and_value(server: Server, connect: Connect) -> None:
    server.script((200, STREAM, {"X-Request-Id": "7"}))
    answer = await connect().request("get", "/api/streams/5", into=Stream)
    assert answer.status == 200
    assert answer.headers["x-request-id"] == "7"
    assert answer.value.name == "Developers"
    assert answer.json() == STREAM


async def test_request_without_check_returns_errors(server: Server, connect: Connect) -> None:
    server.script((404, {"key": "not_found", "message": "gone"}))
    answer = await connect().request("GET", "/api/streams/5", check=False, into=Project)
    assert answer.status == 404
    assert answer.value is None
    assert answer.json() == {"key": "not_found", "message": "gone"}


async def test_request_sends_params_and_json(server: Server, connect: Connect) -> None:
    server.script((200, []))
    since = filters.gte("2026-01-01")
    await connect().request("PUT", "/api/x", params={"a": 0, "b": None, "c": since, "d": ["x", "y"]}, json={"k": [1]})
    assert server.requests == ["PUT /api/x?a=0&c=gte:2026-01-01&d=x,y"]
    assert json.loads(server.bodies[0]) == {"k": [1]}


async def test_lists_nobody_knows_yet_are_pagers_of_dicts(server: Server, connect: Connect) -> None:
    server.serve_list(250)
    rows = await connect().list("/api/brand-new-thing", params={"colour": "red"})
    assert [row["id"] for row in rows] == list(range(1, 251))
    assert server.requests[0] == "GET /api/brand-new-thing?colour=red&limit=100&offset=0"
    with pytest.raises(errors.ArgumentError, match="limit="):
        connect().list("/api/brand-new-thing", params={"limit": 5})


async def test_rows_are_typed(server: Server, connect: Connect) -> None:
    server.script((200, [ROW]))
    row = await connect().production_plan_streams.list().first()
    assert isinstance(row, ProductionPlanStream)
    assert row.created_at.tzinfo is not None
