"""Text of others made fit to print: one line, bounded, and nothing in it that a terminal or an encoder stumbles over.

What a server or a caller wrote reaches error messages and log lines through here. The bottom of the package, with the
errors: nothing here imports the rest.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MOST_SHOWN", "encodable", "printable", "shown"]

MOST_SHOWN: Final = 2000
"""Characters of a server's text that an error message or a log line holds."""

# Controls, line separators, marks that turn the direction of writing (they make a line read as another one), halves
# of a surrogate pair (no encoder writes them).
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str, most: int = MOST_SHOWN) -> str:
    r"""Returns `text` on one line: control characters and halves of a pair as escapes, at most `most` characters of it.

    Example:
        >>> printable("two\nlines")
        'two\\nlines'
    """
    kept = text[:most]
    if _UNFIT.search(kept):
        kept = _UNFIT.sub(_escaped, kept)[:most]
    return kept if len(text) <= most else f"{kept}... ({len(text) - most:,} more characters)"


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def encodable(text: str) -> str:
    r"""Returns `text` with halves of a surrogate pair as visible escapes (`\ud83d`), so that every encoder takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def shown(value: object, most: int = 200) -> str:
    """Returns the repr of a value that was refused, whatever it is: bounded, on one line, and it never raises."""
    try:
        text = repr(value)
    except Exception:  # an integer of 5,000 digits, a list nested too deep, an object whose repr is broken
        return f"a value of type {type(value).__name__}"
    return printable(text, most)
