"""The session against a real server: what goes out, what comes back, and what is left behind."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asyncsdk import Hooks, Wethod, errors, filters
from asyncsdk.models import ProductionPlanStream, Project, Stream
from tests.stub_server import STREAM, TOKEN, Server, drop, rows_json

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
