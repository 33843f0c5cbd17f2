"""Headers of the caller's own: checked, found in any case, and shown to nobody.

What they hold may be a key of a gateway or a cookie; so no value is ever printed, and those that look like credentials
are blotted out of what a server repeats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ..errors import ConfigurationError
from ..errors._printable import shown
from .secret import Secret, wrapped

__all__ = ["NONE", "ExtraHeaders", "extra_headers"]

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_CREDENTIAL: Final = re.compile(r"auth|token|key|secret|cookie|passw|session|signature|credential", re.IGNORECASE)

_OURS: Final = {
    "authorization": "give the token as token=...",
    "host": "the host is that of base_url",
    "content-type": "bodies are JSON",
    "accept": "answers are JSON",
    "accept-encoding": "the client unpacks what it asks for",
    "proxy-authorization": "a proxy's password belongs into its address",
    "content-length": "it follows from the body",
    "transfer-encoding": "it follows from the body",
    "trailer": "bodies have none",
    "te": "the connection is the client's",
    "connection": "the connection is the client's",
    "keep-alive": "the connection is the client's",
    "proxy-connection": "the connection is the client's",
    "upgrade": "the connection is the client's",
    "expect": "bodies are sent at once",
    "range": "answers are read whole",
}
"""Headers that the client writes, and what to do instead."""


class ExtraHeaders:
    """Headers of the caller's own, by their lower-case names. Equal where names and values are."""

    __slots__ = ("_items", "secrets")

    def __init__(self, items: Mapping[str, tuple[str, Secret]]) -> None:
        self._items = dict(items)
        self.secrets: tuple[Secret, ...] = tuple(
            value for name, value in self._items.values() if _CREDENTIAL.search(name)
        )

    def over(self, defaults: Mapping[str, str]) -> dict[str, str]:
        """`defaults` with these in their places."""
        kept = {name: value for name, value in defaults.items() if name.lower() not in self._items}
        return kept | {name: value.reveal() for name, value in self._items.values()}

    def changed(self, changes: ExtraHeaders, without: frozenset[str]) -> ExtraHeaders:
        """These, `changes` in their places, those named in `without` (lower case) left out."""
        kept = {name: item for name, item in self._items.items() if name not in without}
        return ExtraHeaders(kept | changes._items)

    def __repr__(self) -> str:
        return f"<headers {', '.join(name for name, _ in self._items.values()) or 'none'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExtraHeaders) and other._items == self._items

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))


NONE: Final = ExtraHeaders({})


def extra_headers(given: object, before: ExtraHeaders = NONE) -> ExtraHeaders:
    """Checks headers and puts them over those there were before: None removes one of them.

    Args:
        given: names and values, wrapped or not; None for no headers at all.
        before: those of the client that is copied.

    Raises:
        ConfigurationError: a name or a value that cannot be sent, or a header that the client writes itself.
    """
    if isinstance(given, Secret):
        given = given.reveal()
    if isinstance(given, ExtraHeaders):
        return given
    if given is None:
        return NONE
    if not isinstance(given, Mapping):
        given = None  # it may be a secret in the wrong place
        raise ConfigurationError('headers are a mapping such as {"X-Request-Id": "7"}, not what was given')
    # Out of sight before anything is refused: a traceback shows the variables of this function.
    pairs = [(name, None if value is None else wrapped(value)) for name, value in given.items()]
    given = None
    items: dict[str, tuple[str, Secret]] = {}
    removed = set()
    for name, value in pairs:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"headers: {shown(name, 100)} is no name of a header; write one such as X-Request-Id"
            )
        if (instead := _refused(name.lower())) is not None:
            raise ConfigurationError(f"headers: {name} is written by the client itself; {instead}")
        if value is None:
            removed.add(name.lower())
            continue
        if not issubclass(value.kind, str) or not _VALUE.fullmatch(value.reveal()):
            raise ConfigurationError(
                f"headers: the value of {name} is text of printable ASCII characters, without spaces at its ends"
            )
        if name.lower() in items:
            raise ConfigurationError(f"headers: {name} is given twice; their names do not differ by case")
        items[name.lower()] = (name, value)
    return before.changed(ExtraHeaders(items), frozenset(removed))


def _refused(name: str) -> str | None:
    if name.startswith("wethod-"):
        return "give company=... and version=..."
    return _OURS.get(name)
