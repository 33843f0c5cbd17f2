"""Secrets: values that show themselves to nobody, and are blotted out of texts in which they come back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from ..errors import ConfigurationError

__all__ = ["Secret", "redacted", "redacted_bytes", "secret", "wrapped"]

SHORTEST_REDACTED: Final = 8
"""Characters. A shorter value stands in ordinary words too, and blotting it out would tear messages apart."""

_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]+")


class Secret:
    """A value that shows itself to nobody: not in repr, str, logs, nor in a traceback that prints local variables."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return self._value

    @property
    def kind(self) -> type:
        """What it is: text, or what somebody gave instead."""
        return type(self._value)

    def digest(self) -> str:
        """A stable name of this token that does not give it away (for keys of shared budgets)."""
        import hashlib

        return hashlib.sha256(b"asyncsdk budget\0" + self._value.encode()).hexdigest()[:32]

    def redact(self, text: str) -> str:
        """`text` with every occurrence of the value blotted out, as it is or as URLs and JSON write it."""
        for spelling in self._spellings():
            text = text.replace(spelling, "***")
        return text

    def redact_bytes(self, body: bytes) -> bytes:
        """The same for the bytes of a body."""
        for spelling in self._spellings():
            body = body.replace(spelling.encode(), b"***")
        return body

    def _spellings(self) -> set[str]:
        value = self._value
        if len(value) < SHORTEST_REDACTED:
            return set()
        return {value, quote(value, safe=""), json.dumps(value)[1:-1]}

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a token is not pickled; give it to the other process through its environment (WETHOD_TOKEN)")


def redacted(text: str, secrets: Iterable[Secret]) -> str:
    """`text` without any of `secrets`."""
    for each in secrets:
        text = each.redact(text)
    return text


def redacted_bytes(body: bytes, secrets: Iterable[Secret]) -> bytes:
    """`body` without any of `secrets`."""
    for each in secrets:
        body = each.redact_bytes(body)
    return body


def wrapped(value: object) -> Secret:
    """Takes a value that may be secret out of sight, unchecked: a check that refuses it must not show it either.

    One line break at its end is dropped: that is how a token comes out of a file.
    """
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret(value.removesuffix("\n").removesuffix("\r"))
    return Secret(value)  # type: ignore[arg-type]  # whatever was given; the check that follows refuses it


def secret(token: object) -> Secret:
    """Wraps and checks a token without ever quoting it.

    Raises:
        ConfigurationError: it cannot be sent in a header.
    """
    token = wrapped(token)  # from here on no frame of ours holds it in the open
    if not issubclass(token.kind, str):
        raise ConfigurationError("token is text, or a function that returns it; yours is something else")
    if not _HEADER_VALUE.fullmatch(token.reveal()):
        raise ConfigurationError("token is plain text without spaces or line breaks; yours has some, or is empty")
    return token
