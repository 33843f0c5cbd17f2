"""Odd requests are refused before they are sent, and odd answers give values or errors of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings

from asyncsdk import RetryPolicy, errors
from asyncsdk import filters as F  # noqa: N812  # as the documentation has it
from asyncsdk._codec.query import query_of
from asyncsdk._sending.wire import build, encode_json, encode_query
from asyncsdk.errors import ArgumentError, WethodError
from tests.odd_values import Broken, Connect, odd, refusal
from tests.stub_server import STREAM, Server, rows_json


def nested(depth: int) -> list[object]:
    inner: list[object] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@given(odd, odd, odd)
@settings(max_examples=300, deadline=None)
def test_any_request_is_built_or_refused(method: Any, path: Any, value: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: build(method, path),
        lambda: build("GET", f"/{path}" if isinstance(path, str) else path),
        lambda: encode_query(query_of(value)),
        lambda: encode_query(query_of({"q": value})),
        lambda: encode_query(query_of({"q": F.gt(value)})),
        lambda: encode_query(query_of({value: "q"})) if isinstance(value, str) else None,
        lambda: encode_json(value),
    ]
    for call in calls:
        str(refusal(call)).encode()


async def test_odd_calls_are_refused_before_anything_is_sent(server: Server, connect: Connect) -> None:
    server.script((200, STREAM))
    wethod: Any = connect()
    circle: list[object] = []
    circle.append(circle)
    calls: list[Callable[[], Any]] = [
        lambda: wethod.request(None, "/x"),
        lambda: wethod.request("GET", None),
        lambda: wethod.request("GET", "/\ud800"),
        lambda: wethod.request("GET", "/x", params={"q": "\ud800"}),
        lambda: wethod.request("GET", "/x", params={"\ud800": "q"}),
        lambda: wethod.request("GET", "/x", params={5: "q"}),
        lambda: wethod.request("GET", "/x", params=5),
        lambda: wethod.request("GET", "/x", params={"q": 10**5000}),
        lambda: wethod.request("GET", "/x", params={"q": float("nan")}),
        lambda: wethod.request("GET", "/x", params={"q": F.gt(10**5000)}),
        lambda: wethod.request("GET", "/x", params={"q": F.Filter("in", ())}),
        lambda: wethod.request("POST", "/x", json=nested(100_000)),
        lambda: wethod.request("POST", "/x", json=circle),
        lambda: wethod.request("POST", "/x", json={"a": "\ud800"}),
        lambda: wethod.request("POST", "/x", json={(1, 2): 3}),
        lambda: wethod.request("POST", "/x", json=10**5000),
        lambda: wethod.request("GET", "/x", into=5),
        lambda: wethod.request("GET", "/x", into="Stream"),
        *(lambda odd=odd: wethod.list("/x").into(odd).all() for odd in (5, None, "Stream", list[int], dict[str, int])),
        lambda: wethod.projects.get(10**5000),
        lambda: wethod.projects.get(-(10**5000)),
        lambda: wethod.list("/\ud800").all(),
        lambda: wethod.list(None).all(),
        lambda: wethod.list("/x", params={"q": Broken()}).all(),
        lambda: wethod.projects.list().items(resume=b"x").__anext__(),
        lambda: wethod.projects.list().items(resume=5).__anext__(),
        lambda: wethod.projects.list().items(resume="\ud800").__anext__(),
        lambda: wethod.projects.list(probability=F.gt(10**5000)).all(),
        lambda: wethod.production_plan_streams.list(updated_at=F.between(10**5000, 1)).all(),
    ]
    for call in calls:
        with pytest.raises(ArgumentError) as caught:
            await call()
        str(caught.value).encode()
    assert server.requests == []


async def test_control_characters_of_a_path_are_sent_encoded(server: Server, connect: Connect) -> None:
    server.script((200, {}))
    await connect().request("GET", "/a\tX: y\x00/ü", params={"a\r\n": "\x00"})
    assert server.requests == ["GET /a%09X:%20y%00/%C3%BC?a%0D%0A=%00"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000, b"9" * 100_000])
@pytest.mark.parametrize("status", [200, 400, 503])
async def test_answers_nested_without_end_are_answers_or_errors_of_ours(
    server: Server, connect: Connect, body: bytes, status: int
) -> None:
    server.script((status, body))
    wethod = connect(retry=RetryPolicy(attempts=1))
    with pytest.raises(WethodError):
        await wethod.streams.get(5)
    answer = await wethod.request("GET", "/x", check=False)
    with pytest.raises(errors.DecodeError):
        answer.json()


@pytest.mark.parametrize(
    "value", ["9" * 300, "1e300", "nan", "inf", "-inf", "-5", "Wed, 25 Nov 2026 00:00:00 +" + "9" * 22]
)
@pytest.mark.parametrize("name", ["x-ratelimit-retry-after", "Retry-After", "Date"])
@pytest.mark.parametrize("status", [200, 429, 503])
async def test_no_header_raises_anything_but_errors_of_ours(
    server: Server, connect: Connect, status: int, name: str, value: str
) -> None:
    server.script((status, [], {"x-ratelimit-retry-after": "1795569963", name: value}))
    wethod = connect(retry=RetryPolicy(attempts=1, max_wait=0.0))
    if status == 200:
        assert (await wethod.request("GET", "/x")).status == 200
        return
    with pytest.raises(errors.APIError) as caught:
        await wethod.request("GET", "/x")
    retry_after = getattr(caught.value, "retry_after", None)
    assert retry_after is None or 0 <= retry_after < 1e11


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Wed, 25 Nov 2026 00:00:00 +" + "9" * 22])
async def test_a_walk_survives_any_date(server: Server, connect: Connect, date: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows_json(offset, min(offset + limit, 250)), headers={"Date": date})

    server.handler = handler
    assert len(await connect().production_plan_streams.list()) == 250
