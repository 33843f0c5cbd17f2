"""What tests of connections share: a client of a raw server, and a look at the connections that it keeps."""

from __future__ import annotations

import ssl
import threading
from typing import Any

from asyncsdk import RetryPolicy, Wethod
from asyncsdk._sending.connector import Connector
from tests.raw_server import Certificate, Conversation, RawServer, answer

ONCE = RetryPolicy(attempts=1)

STRAY = answer({"path": "/stray", "token": "nobody"})


def client(server: RawServer, certificate: Certificate | None = None, **options: Any) -> Wethod:
    defaults = {"token": "alice", "company": "acme", "base_url": server.url, "retry": ONCE, "read_timeout": 5.0}
    return Wethod(**{**defaults, "ssl": certificate.client() if certificate else None, **options})


async def ask(wethod: Wethod, path: str, method: str = "GET") -> tuple[str, str]:
    row = (await wethod.request(method, path, into=dict)).value
    return row["path"], row["token"]


def connector_of(wethod: Wethod) -> Connector:
    connector = wethod._sender.transport.pool().http.connector
    assert isinstance(connector, Connector)
    return connector


def in_context(certificate: Certificate | None) -> ssl.SSLContext | None:
    return None if certificate is None else certificate.server()


class Strays:
    """Answers each request; after the first it writes more, at a word of the test."""

    def __init__(self, stray: bytes, *, ends: bool = False) -> None:
        self.stray = stray
        self.ends = ends
        self.word, self.written = threading.Event(), threading.Event()

    def __call__(self, conversation: Conversation) -> None:
        while conversation.read():
            conversation.write(answer(conversation.row()))
            if conversation.number == 1 and not self.written.is_set():
                assert self.word.wait(10)
                conversation.write(self.stray)
                if self.ends:
                    conversation.finish()
                self.written.set()

    def now(self) -> None:
        """Lets it write, and does not let the loop read meanwhile."""
        self.word.set()
        assert self.written.wait(10)


STRAYS = {
    "an answer": STRAY,
    "two answers": STRAY * 2,
    "an empty page": answer([]),
    "a time-out of a proxy": b"HTTP/1.0 408 Request Time-out\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "an interim answer": b"HTTP/1.1 102 Processing\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nX-Half: ",
    "one letter": b"H",
    "half a body": STRAY[:-3],
    "garbage": b"\x00\xff garbage",
}
