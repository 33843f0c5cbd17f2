"""A real HTTP server that answers as a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
from aiohttp import web

TOKEN = "tok-very-secret-123"

STREAM = {
    "id": 5,
    "created_at": "2026-01-09T17:32:14.550Z",
    "updated_at": "2026-01-09T17:32:14.550Z",
    "name": "Developers",
    "is_default": False,
}

PATH = "/api/production-plan-streams"  # of the rows of `rows_json`

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def rows_json(start: int, stop: int) -> list[dict[str, object]]:
    """Rows of production plan streams by position: row n has id n + 1."""
    return [
        {
            "id": n + 1,
            "created_at": "2026-01-09T17:32:14.550Z",
            "updated_at": "2026-01-09T17:32:14.550Z",
            "date": "2026-01-01",
            "value": 12.5,
            "project_id": n % 7 + 1,
            "stream_id": n % 5 + 1,
            "production_plan_id": n % 3 + 1,
            "production_id": n % 3 + 1,
            "deleted_at": None,
        }
        for n in range(start, stop)
    ]


@attrs.define(eq=False)
class Server:
    """A server under test control.

    `handler` answers every request; `requests` holds what came in (method, path with query); `in_flight` and
    `most_in_flight` count requests being answered.
    """

    url: str = ""
    handler: Handler | None = None
    requests: list[str] = attrs.field(factory=list, repr=False)
    headers: list[dict[str, str]] = attrs.field(factory=list, repr=False)
    bodies: list[bytes] = attrs.field(factory=list, repr=False)
    in_flight: int = 0
    most_in_flight: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path_qs}")
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.read())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            assert self.handler is not None, "the test gave no handler"
            return await self.handler(request)
        finally:
            self.in_flight -= 1

    def script(
        self, *answers: web.StreamResponse | Handler | tuple[int, Any] | tuple[int, Any, dict[str, str]]
    ) -> None:
        """Answers one request after the other with what is given; the last answer is repeated."""
        left = list(answers)

        async def handler(request: web.Request) -> web.StreamResponse:
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, tuple):
                status, body, *headers = answer
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                return web.Response(status=status, body=raw, headers=headers[0] if headers else {})
            if isinstance(answer, web.StreamResponse):
                return answer
            return await answer(request)

        self.handler = handler

    def serve_list(self, count: int) -> None:
        """Serves `count` rows at every path, by limit and offset."""

        async def handler(request: web.Request) -> web.StreamResponse:
            offset, limit = int(request.query["offset"]), int(request.query["limit"])
            return web.json_response(rows_json(offset, min(offset + limit, count)))

        self.handler = handler


async def drop(request: web.Request) -> web.StreamResponse:
    """Closes the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    await asyncio.sleep(0)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    """Announces a long body and closes after its beginning."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'[{"id":')
    assert request.transport is not None
    request.transport.close()
    return response


async def hang(request: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")
