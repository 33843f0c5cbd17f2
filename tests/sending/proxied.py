"""Proxies on loopback, and what tests of them share."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import attrs

from tests.raw_server import Conversation, RawServer, answer

Environment = Callable[..., None]

PASSWORD = "hunter2-and-more"


def pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@attrs.define
class Tunnels:
    """A proxy that makes tunnels to one server, whatever name is asked for; refusals come first."""

    target: RawServer
    refusals: list[bytes] = attrs.field(factory=list)
    heads: list[bytes] = attrs.field(factory=list)

    def __call__(self, conversation: Conversation) -> None:
        if not conversation.read():
            return
        self.heads.append(conversation.head)
        if self.refusals:
            refusal = self.refusals.pop(0) if len(self.refusals) > 1 else self.refusals[0]
            conversation.write(refusal)
            return
        with socket.create_connection(("127.0.0.1", self.target.port)) as onward:
            conversation.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pipe, args=(onward, conversation.socket), daemon=True)
            back.start()
            pipe(conversation.socket, onward)
            back.join(5)


def rows(conversation: Conversation) -> None:
    while conversation.read():
        conversation.write(answer(conversation.row()))
