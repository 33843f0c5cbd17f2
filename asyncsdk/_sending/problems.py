"""What an error's body says: key, message and refused fields, however large it is and whatever it holds. Pure.

Parsing is bounded: neither a million refused fields nor megabytes of text may hold up the event loop.
"""

from __future__ import annotations

import json
import re
from typing import Final

import attrs
import msgspec

from ..errors import Failure
from ..errors._printable import encodable

__all__ = ["NOTHING", "Problem", "problem_of"]

MOST_FAILURES: Final = 1000
SMALL: Final = 2**18  # bytes; up to here a body is read by the patient way, which takes milliseconds

# Halves of a surrogate pair as JSON escapes; whole pairs and other escapes are matched so that they are passed over.
_ESCAPES: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\."
)
_LENGTH_OF_HALF: Final = len(rb"\ud83d")


@attrs.frozen
class Problem:
    """The parts of an error's body; nothing where it has another shape (a proxy's HTML).

    `failures` are the first of `count`. `own`: it is an error as the API makes them, with a key and a message.
    """

    key: str | None = None
    message: str = ""
    failures: tuple[Failure, ...] = ()
    count: int = 0
    own: bool = False


NOTHING: Final = Problem()


class _Parts(msgspec.Struct):
    """An error's body with its parts unread."""

    key: msgspec.Raw = msgspec.Raw(b"null")
    message: msgspec.Raw = msgspec.Raw(b"null")
    failures: msgspec.Raw = msgspec.Raw(b"null")


_parts: Final = msgspec.json.Decoder(_Parts).decode
_items: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


def problem_of(body: bytes) -> Problem:
    """Reads an error's body. It never raises: what cannot be read says nothing."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return NOTHING
    content = _small(body) if len(body) <= SMALL else _large(body)
    if content is None:
        return NOTHING
    key, message, listed, count = content
    failures = tuple(
        Failure(_words(failure.get("field")), _words(failure.get("message")))
        for failure in listed
        if isinstance(failure, dict)
    )
    own = isinstance(key, str) and isinstance(message, str)
    count = count if count > len(listed) else len(failures)
    return Problem(
        encodable(key) if isinstance(key, str) else None,
        encodable(message) if isinstance(message, str) else "",
        failures,
        count,
        own,
    )


_Content = tuple[object, object, list[object], int]


def _small(body: bytes) -> _Content | None:
    try:
        content = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    listed = content.get("failures")
    listed = listed if isinstance(listed, list) else []
    return content.get("key"), content.get("message"), listed[:MOST_FAILURES], len(listed)


def _large(body: bytes) -> _Content | None:
    """Only what is shown is made into objects: to pass over the rest takes some thirty milliseconds for 26 MB."""
    for text in (body, _ESCAPES.sub(_visible, body)):
        try:
            parts = _parts(text)
            raw = _items(parts.failures) if bytes(memoryview(parts.failures)[:1]) == b"[" else []
            listed = [json.loads(bytes(each)) for each in raw[:MOST_FAILURES]]
            return json.loads(bytes(parts.key)), json.loads(bytes(parts.message)), listed, len(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
    return None


def _visible(found: re.Match[bytes]) -> bytes:
    escape = found[0]
    return b"\\" + escape if len(escape) == _LENGTH_OF_HALF else escape


def _words(value: object) -> str:
    """A text as it is; what should be one and is not, as JSON would write it."""
    if isinstance(value, str):
        return encodable(value)
    if value is None:
        return ""
    try:
        return json.dumps(value)[:1000]
    except (ValueError, RecursionError):
        return ""
