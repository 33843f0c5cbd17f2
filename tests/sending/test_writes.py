"""Writes whose answer cannot be read: they were done, the error says so, and nothing sends them again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from asyncsdk import RetryPolicy, Wethod, errors
from asyncsdk.models import Stream
from tests.stub_server import STREAM, TOKEN, Server, cut, hang

Connect = Callable[..., Wethod]


async def packed_wrongly(request: web.Request) -> web.StreamResponse:
    """Says gzip and sends plain text."""
    return web.Response(status=201, body=b'{"id": 12}', headers={"Content-Encoding": "gzip"})


async def half_packed(request: web.Request) -> web.StreamResponse:
    """A compressed body that ends too early."""
    import gzip

    body = gzip.compress(b'{"id": 12, "name": "' + b"x" * 5000 + b'"}')[:-12]
    return web.Response(status=201, body=body, headers={"Content-Encoding": "gzip"})


async def stalled(request: web.Request) -> web.StreamResponse:
    """Sends its head and then nothing."""
    response = web.StreamResponse(status=201, headers={"Content-Length": "10"})
    await response.prepare(request)
    await response.write(b"{")
    return await hang(request)


UNREADABLE: dict[str, tuple[Any, object]] = {
    "a field of the wrong kind": ((201, {**STREAM, "id": 12, "name": 5}), 12),
    "a field that is gone": ((201, {"id": 12}), 12),
    "no id": ((201, {"name": "x"}), None),
    "HTML": ((200, b"<html>"), None),
    "empty": ((201, b""), None),
    "cut JSON": ((201, b'{"id": 12, "name": "'), 12),
    "an array": ((201, []), None),
    "no UTF-8": ((201, b"\xff\xfe"), None),
    "nested": ((201, b"[" * 100_000), None),
    "broken off": (cut, None),
    "packed wrongly": (packed_wrongly, None),
    "half packed": (half_packed, 12),
    "stalled": (stalled, None),
}


@pytest.mark.parametrize("case", UNREADABLE)
@pytest.mark.parametrize("write", ["create", "update"])
async def test_a_write_that_was_done_says_so(server: Server, connect: Connect, case: str, write: str) -> None:
    answer, id = UNREADABLE[case]
    server.script(answer, (200, STREAM))
    wethod = connect(read_timeout=0.3, retry=RetryPolicy(backoff=1e-9, repeat={"PATCH", "POST"}))
    with pytest.raises(errors.DecodeError, match="do not send it again") as caught:
        await (wethod.streams.create(name="x") if write == "create" else wethod.streams.update(5, name="x"))
    error = caught.value
    assert error.carried_out is True
    assert error.id == id
    assert error.status in (200, 201)
    assert "date" in error.headers
    assert error.request == errors.RequestLine("POST" if write == "create" else "PATCH", error.request.path)  # type: ignore[union-attr]  # it is set
    assert len(server.requests) == 1
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), twin.__dict__) == (str(error), error.__dict__)


async def test_a_write_whose_answer_is_too_long_was_done(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncsdk._sending.attempt.MAX_BODY", 1000)
    server.script((201, b" " * 1001))
    with pytest.raises(errors.DecodeError, match="longer than 1000 bytes") as caught:
        await connect().streams.create(name="x")
    assert (caught.value.carried_out, caught.value.status) == (True, 201)
    server.script((404, b" " * 1001))
    with pytest.raises(errors.NotFoundError):
        await connect().streams.get(5)


async def test_a_deadline_that_ends_the_reading_of_an_answer_does_not_hide_that_it_was_done(
    server: Server, connect: Connect
) -> None:
    server.script(stalled)
    with pytest.raises(errors.DecodeError, match="deadline") as caught:
        await connect(deadline=0.3).streams.create(name="x")
    assert caught.value.carried_out is True


async def test_a_read_that_does_not_fit_says_which_answer_it_was(server: Server, connect: Connect) -> None:
    server.script((200, {**STREAM, "name": 5}, {"X-Request-Id": "7"}))
    with pytest.raises(errors.DecodeError) as caught:
        await connect().streams.get(5)
    error = caught.value
    assert (error.status, error.carried_out, error.path) == (200, False, "$.name")
    assert error.headers["x-request-id"] == "7"
    assert error.body.startswith(b"{")
    assert "do not send it again" not in str(error)


async def test_a_delete_whose_answer_breaks_off_is_done(server: Server, connect: Connect) -> None:
    server.script(cut, (404, {"key": "not_found", "message": "gone"}))
    await connect().streams.delete(5)
    assert len(server.requests) == 2
    server.script((200, b"<html>"), (404, {"key": "not_found", "message": "gone"}))
    with pytest.raises(errors.DecodeError) as caught:
        await connect().request("DELETE", "/api/streams/5", into=Stream)
    assert caught.value.carried_out is True


async def test_an_action_whose_answer_cannot_be_read_is_settled_by_a_look(server: Server, connect: Connect) -> None:
    archived = {**STREAM, "archived_at": "2026-01-09T17:32:14.550Z"}
    for answer in ((200, b"<html>"), cut):
        server.requests.clear()
        server.script(answer, (200, archived))
        assert (await connect().streams.archive(5, settle=True)).archived_at is not None
        assert [line.split()[0] for line in server.requests] == ["POST", "GET"]
    server.script((200, b"<html>"), (404, b""))
    with pytest.raises(errors.DecodeError) as caught:
        await connect().streams.archive(5, settle=True)
    assert caught.value.carried_out is True


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_of_a_write_leaves_it_open_and_says_where_to(
    server: Server, connect: Connect, status: int
) -> None:
    server.script((status, b"", {"Location": f"http://127.0.0.1:9/?t={TOKEN}"}))
    with pytest.raises(errors.APIError, match=r"to http://127.0.0.1:9/\?t=\*\*\*.*: redirects are not") as caught:
        await connect().streams.create(name="x")
    assert caught.value.carried_out is None
    assert len(server.requests) == 1


async def test_an_unknown_outcome_keeps_the_answer_that_says_so(server: Server, connect: Connect) -> None:
    server.script((504, b"<html>", {"X-Request-Id": "7"}))
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await connect().streams.create(name="x")
    error = caught.value
    assert (error.status, error.headers["x-request-id"], error.body, error.carried_out) == (504, "7", b"<html>", None)


async def test_the_apis_own_failure_leaves_a_write_open(server: Server, connect: Connect) -> None:
    server.script((500, {"key": "internal_error", "message": "sorry"}))
    with pytest.raises(errors.ServerError) as caught:
        await connect().streams.create(name="x")
    assert caught.value.carried_out is None
    server.script((409, {"key": "conflict", "message": "sorry"}))
    with pytest.raises(errors.ConflictError) as refused:
        await connect().streams.create(name="x")
    assert refused.value.carried_out is False


@pytest.mark.parametrize("status", [425, 429, 521, 523, 525, 526, 529])
async def test_a_write_that_was_turned_away_is_sent_again(server: Server, connect: Connect, status: int) -> None:
    server.script((status, b""), (201, STREAM))
    wethod: Any = connect()
    assert (await wethod.streams.create(name="x")).id == 5
    assert len(server.requests) == 2
