"""Text of rows and errors, made safe to show: what would move a cursor, colour a line or turn its order is an escape.

Whoever can write a note or name a project could else write to the terminal of everybody who lists it. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["ascii_json", "one_line", "visible", "visible_json"]

_JOINERS: Final = {"\u200c", "\u200d"}
"""Part of words in some scripts, and of emoji. They show nothing by themselves and move nothing."""

_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ODD: Final = re.compile(r"[^\x20-\x7e]")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")

LONGEST_LINE: Final = 4_000


def visible(text: str) -> str:
    r"""A text in which control and format characters, and halves of characters, are escapes that can be read.

    >>> print(visible("a\x1b[31mb\u202ec\nd\x9b"))
    a\x1b[31mb\u202ec\nd\x9b
    """
    return _ODD.sub(_shown, text)


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """A text for one line of a message: escaped, and cut where it is too long to be read."""
    shown = visible(text.strip())
    return shown if len(shown) <= longest else f"{shown[:longest]}... ({len(shown):,} characters)"


def visible_json(text: str) -> str:
    r"""A JSON text that says the same, for a terminal: JSON escapes most control characters itself, but not all.

    >>> print(visible_json('{"name":"a\x9b\u202eb"}'))
    {"name":"a\u009b\u202eb"}
    """
    return _ODD.sub(lambda found: _json_escape(found[0]) if _hidden(found[0]) and found[0] != "\n" else found[0], text)


def ascii_json(text: str) -> str:
    r"""A JSON text that says the same in ASCII, for an output whose character set lacks some.

    >>> print(ascii_json('"\u20ac \U0001f600"'))
    "\u20ac \ud83d\ude00"
    """
    return _NOT_ASCII.sub(lambda found: _json_escape(found[0]), text)


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    if not _hidden(sign):
        return sign
    escape = f"\\x{ord(sign):02x}" if ord(sign) < 0x80 else sign.encode("ascii", "backslashreplace").decode()
    return _SHORT.get(sign, escape)


def _hidden(sign: str) -> bool:
    return sign not in _JOINERS and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _json_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
