"""What errors are made of: the request they name, the fields that were refused, and the sentence that tells of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs

from ._printable import MOST_SHOWN, printable

__all__ = ["Failure", "Redacting", "RequestLine", "sentence"]


@attrs.frozen
class RequestLine:
    """What was asked for, without headers or body: enough to name a request, nothing that is secret.

    `path` is the path as sent, `query` the encoded query string without its question mark.
    """

    method: str
    path: str
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@attrs.frozen
class Failure:
    """One field the API refused: its wire name and the API's own words."""

    field: str
    message: str


class Redacting(Protocol):
    """Something that blots a secret out of what an error shows."""

    def redact(self, text: str) -> str:
        """`text` without the secret."""
        ...

    def redact_bytes(self, body: bytes) -> bytes:
        """`body` without the secret."""
        ...


def sentence(
    status: int | None,
    key: str | None,
    message: str,
    failures: Sequence[Failure],
    count: int,
    request: RequestLine,
) -> str:
    """The text of an API's error, on one line: at most 2,000 characters of what the server wrote."""
    start = " ".join(part for part in (str(status or ""), printable(key or "", 100)) if part)
    text = printable(message)
    if details := _details(failures, count, MOST_SHOWN - len(text)):
        text = f"{text} [{details}]"
    return f"{start}: {text} ({request})" if start else f"{text} ({request})"


def _details(failures: Sequence[Failure], count: int, most: int) -> str:
    """As many failures as fit into `most` characters, and how many more there are."""
    told: list[str] = []
    for failure in failures:
        words = printable(f"{failure.field[:most]}: {failure.message[:most]}", max(0, most))
        if len(words) > most:
            break
        told.append(words)
        most -= len(words) + 2
    if count > len(told):
        told.append(f"{f'and {count - len(told):,} more' if told else f'{count:,} refused fields'}")
    return "; ".join(told)
