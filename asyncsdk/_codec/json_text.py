"""JSON text that a strict parser refuses: what can be mended without a guess, where its rows end, where it is broken.

A page is one array of some hundred rows, and a parser that meets one broken row refuses them all. Here the text is cut
into the texts of its rows by its quotes and brackets alone, so that whatever is wrong inside a row stays there.
Everything takes time and memory in proportion to the text, however it is nested. Nothing here knows models.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from contextlib import suppress
from typing import Final, NoReturn

__all__ = ["UnreadableText", "facts", "fault", "first_half", "mended", "row_texts"]

_SPACE: Final = b" \t\n\r"
_STRING: Final = rb'"(?:[^"\\]++|\\.)*+"?'  # one that is not closed reaches to the end
_MARKS: Final = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
_PARTS: Final = re.compile(_STRING + rb"|[\[\]{},:]|-?Infinity|NaN|-?[0-9][0-9.eE+-]*+", re.DOTALL)
_MOST_DIGITS: Final = 4300

# Escapes, so that "\\ud83d" is a backslash and five letters; and surrogates that were encoded like other characters.
_SURROGATES: Final = re.compile(
    rb"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}(?P<low>\\u[dD][c-fC-F][0-9a-fA-F]{2})?|(?P<alone>[dD][c-fC-F][0-9a-fA-F]{2}))|.)"
    rb"|(?:\xed[\xa0-\xaf][\x80-\xbf])?\xed[\xb0-\xbf][\x80-\xbf]|\xed[\xa0-\xaf][\x80-\xbf]",
    re.DOTALL,
)
_MAY_HOLD_SURROGATES: Final = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")

_OTHER_ENCODINGS: Final = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class UnreadableText(ValueError):
    """A text of which not even the rows can be told apart. The message says why."""


def mended(text: bytes) -> bytes:
    """The text without a byte order mark, and with U+FFFD for every half of a character; itself where it has neither.

    A half, a lone surrogate, is what is left where a program cuts a text in the middle of an emoji.

    Raises:
        UnreadableText: it is not UTF-8, as its byte order mark says.
    """
    for mark, encoding in _OTHER_ENCODINGS:
        if text.startswith(mark):
            raise UnreadableText(f"the answer is {encoding}, as its byte order mark says; JSON is sent as UTF-8")
    text = text.removeprefix(codecs.BOM_UTF8)
    return _SURROGATES.sub(_whole_character, text) if _MAY_HOLD_SURROGATES.search(text) else text


def _whole_character(found: re.Match[bytes]) -> bytes:
    text = found.group()
    if text[:1] != b"\\":
        # Two halves that were encoded one by one are one character.
        halves = text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return halves.decode("utf-16-le", "replace").encode()
    alone = found["alone"] is not None or (len(text) == 6 and found["low"] is None)
    return rb"\ufffd" if alone else text


def first_half(text: bytes) -> str:
    """The path of the first value or key that `mended` mends, from `$` on without the `$`."""
    mends = (part.start() for part in _SURROGATES.finditer(text) if _whole_character(part) != part.group())
    return _path(text, next(mends, 0))


def row_texts(text: bytes) -> list[bytes]:
    """The texts of the elements of an array, whatever is in them.

    Raises:
        UnreadableText: it is no array, ends too early, goes on behind its end, or its brackets do not match.
    """
    begin = len(text) - len(text.lstrip(_SPACE))
    if text[begin : begin + 1] != b"[":
        raise UnreadableText("it does not begin with an array")
    rows: list[bytes] = []
    closing = bytearray()  # the brackets that are open
    start = begin + 1
    for mark in _MARKS.finditer(text, begin):
        at = mark.start()
        match text[at]:
            case 0x5B | 0x7B as opening:  # [ {
                closing.append(opening + 2)  # in ASCII a closing bracket comes two after its opening one
            case 0x2C:  # ,
                if len(closing) == 1:
                    rows.append(text[start:at].strip(_SPACE))
                    start = at + 1
            case 0x5D | 0x7D as bracket:  # ] }
                if closing.pop() != bracket:
                    raise UnreadableText(f"the brackets of row {len(rows)} do not match")
                if not closing:
                    last, rest = text[start:at].strip(_SPACE), text[at + 1 :].strip(_SPACE)
                    if rest:
                        raise UnreadableText(f"it goes on behind the end of the array, with {_quoted(rest)}")
                    return [*rows, last] if rows or last else rows
    raise UnreadableText(f"it was cut off in row {len(rows)}")


def fault(text: bytes) -> tuple[str, str] | None:
    """Where and how a text breaks the grammar of JSON or the bounds of numbers; None where it does not.

    The place is a path from `$` on, without the `$`.

    >>> fault(b'{"id": 7, "days": [{"hours": NaN}]}')
    ('.days[0].hours', 'NaN, which JSON does not have')
    """
    try:
        characters = text.decode()
    except UnicodeDecodeError as problem:
        return _path(text, problem.start), "not valid UTF-8"
    try:
        json.loads(characters, parse_constant=_constant, parse_int=_whole, parse_float=_fraction)
    except json.JSONDecodeError as problem:
        start = len(characters[: problem.pos].encode())
        return _path(text, start), f"not JSON: {problem.msg.removesuffix(' at')} at byte {start}"
    except RecursionError:
        return "", "nested too deeply"
    except _NoNumber as number:
        at = next((part.start() for part in _PARTS.finditer(text) if part.group() == number.text.encode()), 0)
        return _path(text, at), number.reason
    return None


def facts(text: bytes, *keys: str) -> dict[str, object]:
    """What an object says under some of its own keys, however broken the rest of it is.

    >>> facts(b'{"id": 7, "hours": NaN, "leader": {"id": 8}}', "id")
    {'id': 7}
    """
    wanted = {b'"%b"' % key.encode(): key for key in keys}
    found: dict[str, object] = {}
    depth, said, key, start = 0, b"", None, 0
    for part in _PARTS.finditer(text):
        token = part.group()
        if token in {b"[", b"{"}:
            depth += 1
        elif token in {b"]", b"}"}:
            depth -= 1
        elif token == b":" and depth == 1 and key is None:
            key, start = wanted.get(said), part.end()
        if key is not None and (depth == 0 or (depth == 1 and token == b",")):
            with suppress(ValueError, RecursionError):
                found[key] = json.loads(text[start : part.start()])
            key = None
        said = token
    return found


class _NoNumber(Exception):
    """A number that cannot be one. Never leaves this module."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason


def _constant(name: str) -> NoReturn:
    raise _NoNumber(name, f"{name}, which JSON does not have")


def _whole(text: str) -> str:
    if len(text) > _MOST_DIGITS:
        raise _NoNumber(text, f"a number of {len(text)} digits")
    return text


def _fraction(text: str) -> str:
    if math.isinf(float(text)):
        raise _NoNumber(text, "a number beyond all floats")
    return text


def _path(text: bytes, at: int) -> str:
    """The path of the value that a byte of an object or array belongs to."""
    steps: list[str | int] = []  # a key or an index for each bracket that is open; "" before the first key
    said = b""
    for part in _PARTS.finditer(text, 0):
        if part.start() >= at:
            break
        token = part.group()
        if token in {b"[", b"{"}:
            steps.append(0 if token == b"[" else "")
        elif not steps:
            continue
        elif token in {b"]", b"}"}:
            steps.pop()
        elif token == b"," and isinstance(last := steps[-1], int):
            steps[-1] = last + 1
        elif token == b",":
            steps[-1] = ""
        elif token == b":" and steps[-1] == "":
            steps[-1] = said.strip(b'"').decode(errors="replace")
        said = token
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps if step != "")


def _quoted(text: bytes) -> str:
    return repr(text[:20].decode(errors="replace"))
