"""A server of bare sockets in threads: it writes what a test says and when, whatever the client's loop is busy with."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import pytest

__all__ = ["Certificate", "Conversation", "RawServer", "Run", "answer", "certificate_in", "serving"]


def answer(body: object, status: str = "200 OK", *headers: str) -> bytes:
    """Bytes of a whole answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = ["Content-Type: application/json", *headers, f"Content-Length: {len(raw)}"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + raw


@attrs.define(eq=False)
class Conversation:
    """One accepted connection. `number` counts them from 1; `target` is that of the request read last."""

    socket: socket.socket
    number: int
    target: str = ""
    head: bytes = b""
    _bytes: bytes = b""

    def read(self) -> bool:
        """Reads one request with its body; False where the client has closed."""
        while b"\r\n\r\n" not in self._bytes:
            if not self._more():
                return False
        self.head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        self.target = self.head.split(b" ")[1].decode("latin-1")
        lengths = [line for line in self.head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0].partition(b":")[2]) if lengths else 0
        while len(self._bytes) < size:
            if not self._more():
                return False
        self._bytes = self._bytes[size:]
        return True

    def _more(self) -> bool:
        data = self.socket.recv(65536)
        self._bytes += data
        return bool(data)

    def write(self, data: bytes) -> None:
        """Writes bytes; they are in the client's kernel when this returns, as all happens on one machine."""
        self.socket.sendall(data)

    def finish(self) -> None:
        """Ends the server's direction."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def row(self) -> dict[str, object]:
        """A row that names what was asked for, and by whom."""
        head = {name.lower(): value for name, _, value in (line.partition(b": ") for line in self.head.split(b"\r\n"))}
        return {"path": self.target, "token": head.get(b"authorization", b"").decode("latin-1").rpartition(" ")[2]}


Talk = Callable[[Conversation], None]
Run = Callable[[Coroutine[Any, Any, None]], None]
"""Runs a coroutine on a loop of its own, of the kind that a test is about."""


@attrs.define(eq=False)
class RawServer:
    """`talk` is called for each connection in a thread of its own; the connection closes when it returns."""

    talk: Talk
    context: ssl.SSLContext | None = None
    port: int = 0
    conversations: list[Conversation] = attrs.field(factory=list)
    _threads: list[threading.Thread] = attrs.field(factory=list)
    _listener: socket.socket = attrs.field(factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __attrs_post_init__(self) -> None:
        self.port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'http' if self.context is None else 'https'}://localhost:{self.port}"

    def start(self) -> None:
        self._run(self._accept)

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._run(lambda connection=connection: self._serve(connection))  # type: ignore[misc]  # bound now

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or small pieces wait for the client
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                conversation = Conversation(connection, len(self.conversations) + 1)
                self.conversations.append(conversation)
                self.talk(conversation)

    def take_little_at_a_time(self) -> None:
        """Keeps what connections still to come hold for the server small."""
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conversation in self.conversations:
            with suppress(OSError):
                conversation.socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()


@contextmanager
def serving(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    server = RawServer(talk, context)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@attrs.frozen
class Certificate:
    """A certificate of localhost that signs itself."""

    file: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.file)


def certificate_in(directory: Path) -> Certificate:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the program openssl is not installed")
    made = Certificate(directory / "localhost.pem", directory / "localhost.key")
    command = [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(made.key), "-out", str(made.file), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,DNS:api.example.test,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return made
