"""HTTP/1.1 as a simulated server needs it: requests out of bytes, bytes out of answers. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final, Literal

import attrs

__all__ = ["AskedRequest", "Framing", "RequestReader", "answer_bytes"]

Framing = Literal["length", "chunked", "close"]
"""How the end of a body is told: by its length, by a last empty chunk, or by the end of the connection."""

_BLANK: Final = b"\r\n\r\n"


@attrs.frozen
class AskedRequest:
    """One request: `target` is the path with its query as it was sent, `headers` have lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path alone."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query alone, without its question mark."""
        return self.target.partition("?")[2]


class RequestReader:
    """Takes bytes as they come and gives whole requests."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[AskedRequest]:
        """Takes bytes in and gives the requests that are whole by now."""
        self._bytes += data
        while (asked := self._next()) is not None:
            yield asked

    def _next(self) -> AskedRequest | None:
        end = self._bytes.find(_BLANK)
        if end < 0:
            return None
        first, *lines = self._bytes[:end].decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(headers.get("content-length", "0"))
        whole = end + len(_BLANK) + size
        if len(self._bytes) < whole:
            return None
        body = bytes(self._bytes[end + len(_BLANK) : whole])
        del self._bytes[:whole]
        method, target, _ = first.split(" ", 2)
        return AskedRequest(method, target, headers, body)


def answer_bytes(
    status: int, headers: Mapping[str, str], body: bytes, *, framing: Framing = "length", packed: bool = False
) -> bytes:
    """Returns an answer as it goes over the wire.

    Args:
        status: its code.
        headers: without those that say how the body is framed and packed.
        body: not packed yet.
        framing: how its end is told. `close` needs the connection to be closed after it.
        packed: compress it with gzip.
    """
    fields = dict(headers)
    if packed:
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        body = packer.compress(body) + packer.flush()
        fields["Content-Encoding"] = "gzip"
    if framing == "length" or not body:
        fields["Content-Length"] = str(len(body))
    elif framing == "chunked":
        fields["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        fields["Connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {_phrase(status)}\r\n{head}\r\n".encode("latin-1") + body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
