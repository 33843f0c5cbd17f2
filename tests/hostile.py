"""A server that means no good: it answers as the contract says, and then spoils what it says, as a test draws it.

What can be spoilt: the rows (odd values at any place, keys gone, rows that are no objects, twice, too many, none), the
text (cut, not UTF-8, a BOM, another language), the head (status, headers of any content), the way over the wire
(compressed in a way that is not said, framed wrongly, in pieces), and what follows (bytes that nobody asked for, an
end in the middle, silence).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncsdk.sandbox.service import ReceivedRequest
from asyncsdk.testing.simulation import Simulation
from asyncsdk.testing.simulation.http import AskedRequest, RequestReader
from asyncsdk.testing.simulation.network import Link
from asyncsdk.testing.simulation.run import HOST

ODD_TEXTS: Final = (
    "null", "true", "-1", "0", "1e400", "-1e400", "NaN", "Infinity", "9" * 400, "1.5", '""', '"x"', '"\\ud83d"', "[]",
    '"2026-02-30"', '"0001-01-01T00:00:00+14:00"', '"2026-05-01"', '"9999-12-31T23:59:59.999999-14:00"', '"7"', '" "',
    "{}", '"\\u0000\\u001b[31m"', "[" * 50 + "]" * 50, '{"id": {"id": 1}}', "123456789012345678901", '"\\u202e"',
)  # fmt: skip
"""Values as JSON spells them, or nearly."""

STATUSES: Final = (
    200, 200, 200, 200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 408, 409, 412, 418, 425, 429, 500, 502, 503, 504,
    520, 522, 525, 530, 599, 999, 100, 99, 600,
)  # fmt: skip

HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"Retry-After", b"9" * 300),
    (b"Retry-After", b"-1"),
    (b"Retry-After", b"Mon, 99 Foo 2026 99:99:99 GMT"),
    (b"Retry-After", b"Fri, 31 Dec 9999 23:59:59 -1400"),
    (b"x-ratelimit-retry-after", b"nan"),
    (b"x-ratelimit-retry-after", b"1e9"),
    (b"Date", b"yesterday"),
    (b"Date", b"Mon, 01 Jan 0001 00:00:00 GMT"),
    (b"Date", b"Fri, 31 Dec 9999 23:59:59 GMT"),
    (b"Content-Type", b"text/html; charset=\xff"),
    (b"Content-Type", b"application/json; charset=utf-16"),
    (b"Content-Encoding", b"br, gzip, unknown"),
    (b"Content-Encoding", b"deflate"),
    (b"Set-Cookie", b"a=b"),
    (b"Location", b"//evil.example/%0d%0a"),
    (b"X-\xe9", b"\xff\xfe"),
    (b"Connection", b"close"),
    (b"Connection", b"upgrade"),
    (b"ETag", b'"' * 200),
)


@attrs.frozen
class Act:
    """What the server does to one answer. `seed` decides where the rows are spoilt."""

    seed: int = 0
    rows: str = ""
    text: str = ""
    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    packing: str = ""
    framing: str = "length"
    pieces: int = 1
    after: str = ""


ROWS: Final = (
    "",
    "",
    "",
    "value",
    "value",
    "key gone",
    "no object",
    "twice",
    "too many",
    "none",
    "wrapped",
    "same page",
)
TEXT: Final = (
    "",
    "",
    "",
    "cut",
    "empty",
    "bytes",
    "bom",
    "html",
    "trailing",
    "deep",
    "utf-16",
    "long text",
)
PACKING: Final = (
    "",
    "",
    "",
    "gzip",
    "deflate",
    "raw deflate",
    "said and not done",
    "cut gzip",
    "twice gzip",
)
FRAMING: Final = (
    "length",
    "length",
    "length",
    "chunked",
    "close",
    "too long",
    "too short",
    "both",
    "bad chunk",
    "none",
)
AFTER: Final = (
    "",
    "",
    "",
    "stray",
    "half a head",
    "end",
    "reset",
    "silence",
    "end in the middle",
    "hang in the middle",
)

acts: st.SearchStrategy[Act] = st.builds(
    Act,
    seed=st.integers(0, 10_000),
    rows=st.sampled_from(ROWS),
    text=st.sampled_from(TEXT),
    status=st.one_of(st.none(), st.none(), st.sampled_from(STATUSES)),
    headers=st.lists(st.sampled_from(HEADERS), max_size=2).map(tuple),
    packing=st.sampled_from(PACKING),
    framing=st.sampled_from(FRAMING),
    pieces=st.sampled_from((1, 1, 2, 50)),
    after=st.sampled_from(AFTER),
)


@attrs.define(eq=False)
class Hostile:
    """The server: its `acts` follow each other, request by request, and begin again; None is an honest answer."""

    simulation: Simulation
    acts: Sequence[Act | None]
    requests: int = 0

    def __attrs_post_init__(self) -> None:
        self.simulation.network.listen(HOST, 443, lambda link: _Conversation(self, link))

    def answer(self, link: Link, asked: AskedRequest) -> None:
        """Serves one request."""
        act = self.acts[self.requests % len(self.acts)]
        self.requests += 1
        target = asked.target
        if act is not None and act.rows == "same page":
            target = asked.path
        kind = asked.headers.get("content-type", "").partition(";")[0]
        query = target.partition("?")[2]
        received = ReceivedRequest(asked.method, asked.path, query, CIMultiDict(asked.headers), kind, asked.body)
        honest = self.simulation.server.service.answer(received)
        _send(link, act or Act(), honest.status, honest.text or "")


class _Conversation:
    def __init__(self, server: Hostile, link: Link) -> None:
        self._server, self._link, self._reader = server, link, RequestReader()

    def received(self, data: bytes) -> None:
        for asked in self._reader.feed(data):
            self._server.answer(self._link, asked)

    def ended(self) -> None:
        pass


def _send(link: Link, act: Act, status: int, honest: str) -> None:
    if act.after == "silence":
        return
    body = _text(act, _rows(act, honest))
    body, packing = _packed(act.packing, body)
    head, framed = _framed(act.framing, body)
    code = status if act.status is None else act.status
    lines = [b"HTTP/1.1 %d Said" % code, *head, *packing, *(b"%b: %b" % header for header in act.headers)]
    data = b"\r\n".join(lines) + b"\r\n\r\n" + framed
    if act.after in {"end in the middle", "hang in the middle"}:
        data = data[: max(1, len(data) * 2 // 3)]
    size = max(1, len(data) // act.pieces)
    for at in range(0, len(data), size):
        link.send(data[at : at + size], 0.001 * (at > 0))
    match act.after:
        case "stray":
            link.send(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"id":9}', 0.01)
        case "half a head":
            link.send(b"HTTP/1.1 200 OK\r\nContent-Le", 0.0)
        case "end" | "end in the middle":
            link.finish(0.002)
        case "reset":
            link.reset(0.002)
        case _ if act.framing == "close":
            link.finish(0.002)


def _rows(act: Act, honest: str) -> str:
    """The text with its rows spoilt; as it is where it has none."""
    if not act.rows or not honest:
        return honest
    draw, data = Random(act.seed), json.loads(honest)
    rows = data if isinstance(data, list) else [data]
    match act.rows:
        case "value" if rows:
            return _with_odd_value(draw, data, rows)
        case "key gone" if rows:
            row = draw.choice(rows)
            row.pop(draw.choice(list(row)), None)
        case "no object":
            rows.append(draw.choice([None, 7, "x", [], True]))
        case "twice" if rows:
            rows.append(draw.choice(rows))
        case "too many" if rows:
            rows += [{**rows[-1], "id": rows[-1].get("id", 0) + n} for n in range(1, 150)]
        case "none":
            rows.clear()
        case "wrapped":
            return json.dumps({"data": data, "total": len(rows)})
    return json.dumps(data)


def _with_odd_value(draw: Random, data: Any, rows: list[dict[str, Any]]) -> str:
    row = draw.choice(rows)
    key = draw.choice(list(row)) if draw.random() < 0.9 else "brand_new"
    row[key] = "\ue000"
    return json.dumps(data, ensure_ascii=False).replace('"\ue000"', draw.choice(ODD_TEXTS))


_TEXTS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "cut": lambda body: body[: len(body) // 2],
    "empty": lambda body: b"",
    "bytes": lambda body: body[:20] + b"\xff\xfe\x80" + body[20:],
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "html": lambda body: b"<html><h1>Sorry</h1>\x00\x1b[2J</html>",
    "trailing": lambda body: body + b"]]} x",
    "deep": lambda body: b"[" * 100_000 + b"]" * 100_000,
    "utf-16": lambda body: body.decode(errors="replace").encode("utf-16"),
    "long text": lambda body: b'{"key": "invalid_data", "message": "' + b"x\\n" * 50_000 + b'"}',
}


def _text(act: Act, text: str) -> bytes:
    body = text.encode("utf-8", "surrogatepass")
    return _TEXTS[act.text](body) if act.text else body


def _packed(packing: str, body: bytes) -> tuple[bytes, list[bytes]]:
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    match packing:
        case "gzip":
            return gzip.compress(body), [b"Content-Encoding: gzip"]
        case "deflate":
            return zlib.compress(body), [b"Content-Encoding: deflate"]
        case "raw deflate":
            return raw.compress(body) + raw.flush(), [b"Content-Encoding: deflate"]
        case "said and not done":
            return body, [b"Content-Encoding: gzip"]
        case "cut gzip":
            return gzip.compress(body)[:-6], [b"Content-Encoding: gzip"]
        case "twice gzip":
            return gzip.compress(gzip.compress(body)), [b"Content-Encoding: gzip"]
        case _:
            return body, []


def _framed(framing: str, body: bytes) -> tuple[list[bytes], bytes]:
    length = b"Content-Length: %d"
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    match framing:
        case "chunked":
            return [b"Transfer-Encoding: chunked"], chunks
        case "close":
            return [b"Connection: close"], body
        case "too long":
            return [length % (len(body) + 10)], body
        case "too short":
            return [length % max(0, len(body) - 10)], body
        case "both":
            return [length % len(body), b"Transfer-Encoding: chunked"], chunks
        case "bad chunk":
            return [b"Transfer-Encoding: chunked"], b"zz\r\n" + body + b"\r\n"
        case "none":
            return [], body
        case _:
            return [length % len(body)], body
