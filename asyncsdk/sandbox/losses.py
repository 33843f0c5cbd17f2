"""Puts an answer on the wire, whole or as a fault leaves it."""

from __future__ import annotations

import asyncio
import zlib

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from asyncsdk.sandbox.striking import Outgoing

_GZIP_FROM = 1024  # bytes; below it a compressed answer is not smaller by much


class _Nothing(web.Response):
    """Stands for an answer that never went out: its connection is closed."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


async def send(
    out: Outgoing, request: web.BaseRequest, date: str, closing: asyncio.Event
) -> tuple[web.StreamResponse, int | None]:
    """Sends an answer and returns what aiohttp is to think was sent, with the status of a whole answer.

    `date` is the Date header; a hung request ends with `closing`.
    """
    headers = {**out.headers, "Date": date}
    if out.ending == "kept" and out.status is not None:
        body = out.body
        if len(body) > _GZIP_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            body = packer.compress(body) + packer.flush()
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, status=out.status, headers=headers, content_type=out.content_type), out.status
    if out.ending == "never":
        await closing.wait()
    if out.status is not None:
        response = web.StreamResponse(status=out.status, headers={**headers, "Content-Length": str(out.length)})
        response.content_type = out.content_type or "application/json"
        await response.prepare(request)
        await response.write(out.body)
    if request.transport is not None:
        request.transport.close()
    return _Nothing(status=204), None
