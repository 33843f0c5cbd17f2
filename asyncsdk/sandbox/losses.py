"""Answers that do not arrive as they should: the faults that lose one, put on the wire."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from asyncsdk.sandbox.faults import Fault

_HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>proxy</body></html>"


class _Nothing(web.Response):
    """Stands for an answer that never went out: its connection is closed."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


async def lose(
    fault: Fault, request: web.BaseRequest, data: bytes, date: str, closing: asyncio.Event
) -> tuple[web.StreamResponse, int | None]:
    """Puts a fault on the wire and returns what aiohttp is to think was sent, with the status that went out.

    `data` is the body that would have gone out, `date` the Date header; a hung request ends with `closing`.
    """
    dated = {"Date": date}
    if fault.kind == "fail":
        wait = {} if fault.retry_after is None else {"x-ratelimit-retry-after": str(fault.retry_after)}
        body = fault.body if fault.body is not None else {"key": "ordered", "message": f"An ordered {fault.status}."}
        headers = {**dated, **wait, **fault.headers}
        return _plain(json.dumps(body).encode(), fault.status, headers, "application/json"), fault.status
    if fault.kind == "html":
        page = _HTML.format("502 Bad Gateway" if fault.status == 502 else fault.status)
        return _plain(page.encode(), fault.status, dated, "text/html"), fault.status
    if fault.kind == "garbage":
        return _plain(b'[{"id": 1, \xff\xfe', 200, dated, "application/json"), 200
    if fault.kind == "hang":
        await closing.wait()
    if fault.kind == "cut":
        response = web.StreamResponse(headers={**dated, "Content-Length": str(max(len(data), 2))})
        response.content_type = "application/json"
        await response.prepare(request)
        await response.write(data[: max(len(data) // 2, 1)] or b"[")
    if request.transport is not None:
        request.transport.close()
    return _Nothing(status=204), None


def _plain(body: bytes, status: int, headers: dict[str, str], content_type: str) -> web.Response:
    return web.Response(body=body, status=status, headers=headers, content_type=content_type)
