"""A list of rows over HTTP, as cheap as Python serves it: the other side of every measurement.

Rows are serialised once; a page is their texts joined. It runs in a process of its own (`serving`), so that what it
costs is not counted as the client's.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from urllib.parse import parse_qs, urlsplit


def row(n: int) -> dict[str, object]:
    """Row n of the list, a production plan stream with the id n + 1."""
    return {
        "id": n + 1,
        "created_at": "2026-01-09T17:32:14.550Z",
        "updated_at": "2026-01-09T17:32:14.550Z",
        "date": "2026-01-01",
        "value": 12.5,
        "project_id": n % 700 + 1,
        "stream_id": n % 50 + 1,
        "production_plan_id": n % 3000 + 1,
        "deleted_at": None,
    }


class _Serve(asyncio.Protocol):
    def __init__(self, rows: list[bytes], latency: float) -> None:
        self._rows = rows
        self._latency = latency
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            target = urlsplit(head.split(b" ", 2)[1].decode())
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._answer, target.path, target.query)
            else:
                self._answer(target.path, target.query)

    def _answer(self, path: str, query: str) -> None:
        tail = path.rsplit("/", 1)[-1]
        if tail.isdecimal():
            body = self._rows[int(tail) - 1]
        else:
            asked = parse_qs(query)
            offset, limit = int(asked["offset"][0]), int(asked["limit"][0])
            body = b"[" + b",".join(self._rows[offset : offset + limit]) + b"]"
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Date: Fri, 01 May 2026 12:00:00 GMT\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head.encode() + body)


def _run(count: int, latency: float, ready: Connection) -> None:
    rows = [json.dumps(row(n), separators=(",", ":")).encode() for n in range(count)]

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Serve(rows, latency), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def serving(count: int, latency: float = 0.0) -> Iterator[str]:
    """A server of `count` rows that takes `latency` seconds over each answer; gives its base URL."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(count, latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join(10)
