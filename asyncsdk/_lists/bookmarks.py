"""Bookmarks: where a walk stands, exact to the row, as a short string that is safe in URLs, files and logs.

The text is a checksum and JSON, deflated, in URL-safe base64. It is data: reading it never runs anything, and a text
that was cut, altered or made for another list is refused before anything is sent.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b
from typing import NoReturn

import attrs

from .._sending.page_sizes import LARGEST_PAGE
from ..errors import ArgumentError
from .seen import Key

__all__ = ["TAIL_ROWS", "Bookmark", "ListSource", "source_of"]

TAIL_ROWS = 12
_FORMAT = 1
_CHECKSUM_BYTES = 4
_MOST_BYTES = 65_536
_FURTHEST = 2**53  # rows; what other readers of JSON hold exactly


@attrs.frozen
class ListSource:
    """Names the list a bookmark belongs to: a digest of its path and query, and the SDK version that reads it."""

    digest: str
    sdk: str


def source_of(path: str, query: Iterable[tuple[str, str]] = (), *, sdk: str = "") -> ListSource:
    """Names a list by its path and encoded filters, in any order; `limit` and `offset` are no part of it."""
    kept = sorted((name, value) for name, value in query if name not in {"limit", "offset"})
    text = json.dumps([path, kept], separators=(",", ":"))
    return ListSource(blake2b(text.encode(), digest_size=8).hexdigest(), sdk)


@attrs.frozen
class Bookmark:
    """Says where a walk of a list is to go on.

    `start` is the offset the walk began at, `offset` where the next row stood when its page was read, `limit` the page
    size, `delivered` the rows handed out so far, `since` the `Date` of the walk's first answer (a sweep asks from it),
    `tail` the keys and fingerprints of the rows delivered last, newest last (empty for plain walks). `doubtful` says
    that the walk had to go back before it, so that rows further on may have been handed out already.
    """

    source: ListSource
    start: int
    offset: int
    limit: int
    stable: bool
    delivered: int
    since: str | None = None
    tail: tuple[tuple[Key, str], ...] = ()
    doubtful: bool = False

    def write(self) -> str:
        """Returns the text that `read` takes."""
        facts = [
            _FORMAT,
            self.source.sdk,
            self.source.digest,
            self.start,
            self.offset,
            self.limit,
            int(self.stable),
            self.delivered,
            self.since,
            [key for key, _ in self.tail],
            "".join(mark for _, mark in self.tail),
            int(self.doubtful),
        ]
        body = zlib.compress(json.dumps(facts, separators=(",", ":")).encode(), 9)
        return urlsafe_b64encode(_checksum(body) + body).decode().rstrip("=")


def read(text: str, source: ListSource) -> Bookmark:
    """Reads what `Bookmark.write` gave, for the list `source`.

    Raises `ArgumentError` when the text is no bookmark, was cut or altered, was written by a version with another
    format, belongs to another list or to other filters, or was taken where rows further on had been delivered already.
    """
    facts = _facts(text)
    match facts:
        case [int(version), *_] if version != _FORMAT:
            _refuse(f"it has format {version}, this version of asyncsdk reads {_FORMAT}; begin the walk anew")
        case [
            _,
            str(sdk),
            str(digest),
            int(start),
            int(offset),
            int(limit),
            int(stable),
            int(delivered),
            None | str() as since,
            list(keys),
            str(marks),
            int(doubtful),
        ]:
            pass
        case _:
            _refuse("it is not a bookmark of asyncsdk")
    width = len(marks) // len(keys) if keys else 0
    if width * len(keys) != len(marks) or not all(type(key) in {int, str} for key in keys):
        _refuse("it is not a bookmark of asyncsdk")
    if min(start, offset, delivered) < 0 or max(start, offset, delivered) > _FURTHEST or not 1 <= limit <= LARGEST_PAGE:
        _refuse("it is not a bookmark of asyncsdk")
    if digest != source.digest:
        _refuse("it belongs to another list or to other filters; resume with the path and filters it was taken from")
    if doubtful:
        _refuse(
            "so much changed while its walk was under way that it had to go back, and a short text cannot say which of "
            "the rows further on were delivered already; begin the walk anew"
        )
    tail = tuple((key, marks[at * width : (at + 1) * width]) for at, key in enumerate(keys))
    return Bookmark(ListSource(digest, sdk), start, offset, limit, bool(stable), delivered, since, tail)


def _facts(text: object) -> object:
    if not isinstance(text, str):
        _refuse("it is the text of walk.bookmark, nothing else")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        check, body = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
        if not body or check != _checksum(body):
            _refuse("it was cut or altered; pass the whole string as it was given")
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(body, _MOST_BYTES)
        return json.loads(plain) if not unpacker.unconsumed_tail else None
    except (ValueError, zlib.error, RecursionError) as error:
        if isinstance(error, ArgumentError):
            raise
        _refuse("it is not a bookmark of asyncsdk")


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=_CHECKSUM_BYTES, person=b"bookmark").digest()


def _refuse(why: str) -> NoReturn:
    # What is refused is not quoted: it may be anything, a token pasted by mistake among it.
    raise ArgumentError("resume", f"this bookmark cannot be used: {why}") from None
