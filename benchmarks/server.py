"""A list of rows over HTTP, as cheap as Python serves it: the other side of every measurement.

Rows are serialised once and stand in one block of bytes; a page is a slice of it. The server runs in a process of its
own (`serving`), so that what it costs is not counted as the client's, counts the requests for rows (`requests_of`), and
ends with the process that started it, however that one ends. A list that never changes: a question for what changed
since finds nothing.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import itertools
import json
import multiprocessing
import re
import signal
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from multiprocessing.connection import Connection

PATH = "/api/production-plan-streams"
COUNT = "/requests"

_LIMIT, _OFFSET = re.compile(rb"[?&]limit=(\d+)"), re.compile(rb"[?&]offset=(\d+)")
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Date: " + formatdate(usegmt=True).encode() + b"\r\n%bContent-Length: %d\r\n\r\n"
)


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


class Rows:
    """All rows as one text, `{...},{...},`, and where each begins."""

    def __init__(self, count: int) -> None:
        texts = [json.dumps(row(n), separators=(",", ":")).encode() + b"," for n in range(count)]
        self._starts = [0, *itertools.accumulate(map(len, texts))]
        self._text = b"".join(texts)
        self._count = count

    def page(self, offset: int, limit: int) -> bytes:
        """A page as JSON; empty behind the end."""
        first, last = min(offset, self._count), min(offset + limit, self._count)
        return b"[%b]" % self._text[self._starts[first] : max(self._starts[last] - 1, self._starts[first])]

    @functools.cache  # noqa: B019  # it lives as long as its process
    def packed(self, offset: int, limit: int) -> bytes:
        """A page as gzip, made once: compressing is what a server's proxy does, on another machine."""
        return gzip.compress(self.page(offset, limit), 6)

    def one(self, id: int) -> bytes:
        """The row of an id."""
        return self._text[self._starts[id - 1] : self._starts[id] - 1]


class _Counter:
    requests = 0


class _Serve(asyncio.Protocol):
    def __init__(self, rows: Rows, latency: float, counter: _Counter, *, zipped: bool) -> None:
        self._rows = rows
        self._latency = latency
        self._counter = counter
        self._zipped = zipped
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            target = head.split(b" ", 2)[1]
            if target == COUNT.encode():
                self._write(b"%d" % self._counter.requests)
                continue
            self._counter.requests += 1
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._answer, target)
            else:
                self._answer(target)

    def _answer(self, target: bytes) -> None:
        limit, offset = _LIMIT.search(target), _OFFSET.search(target)
        if b"updated_at=" in target or b"deleted_at=" in target:
            self._write(b"[]")
        elif limit and offset:
            of = self._rows.packed if self._zipped else self._rows.page
            self._write(of(int(offset[1]), int(limit[1])), b"Content-Encoding: gzip\r\n" if self._zipped else b"")
        else:
            self._write(self._rows.one(int(target.rsplit(b"/", 1)[1])))

    def _write(self, body: bytes, header: bytes = b"") -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_HEAD % (header, len(body)) + body)


def _run(count: int, latency: float, certificate: str | None, parent: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this; the end of the pipe ends it
    rows, counter = Rows(count), _Counter()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        zipped = context is not None
        server = await loop.create_server(
            lambda: _Serve(rows, latency, counter, zipped=zipped), "127.0.0.1", 0, backlog=256, ssl=context
        )
        over = asyncio.Event()
        loop.add_reader(parent.fileno(), over.set)
        parent.send(server.sockets[0].getsockname()[1])
        await over.wait()

    asyncio.run(main())


@contextmanager
def serving(count: int, latency: float = 0.0, certificate: str | None = None) -> Iterator[str]:
    """A server of `count` rows that takes `latency` seconds over each answer; gives its base URL.

    With a certificate (a file with key and certificate) it speaks TLS, and its pages are gzip.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(count, latency, certificate, there), daemon=True)
    process.start()
    there.close()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{here.recv()}"
    finally:
        here.close()
        process.terminate()
        process.join(10)


def requests_of(url: str, authority: str | None = None) -> int:
    """How many requests for rows a server has had."""
    context = ssl.create_default_context(cafile=authority) if authority else None
    with urllib.request.urlopen(url + COUNT, context=context) as answer:
        return int(answer.read())
