"""Tokens that a client is given: fixed ones, and functions that give them. A function stands for one person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import attrs

from .secret import Secret, secret, wrapped

__all__ = ["Token", "TokenFunction", "TokenSource", "hidden", "source_of"]

TokenFunction: TypeAlias = "Callable[[], str | Secret | Awaitable[str | Secret]]"
"""Returns the token of a person, or awaits it. A plain function runs on the event loop: keep it quick."""

Token: TypeAlias = "str | Secret | TokenFunction | TokenSource"  # noqa: S105  # it names types


@attrs.frozen
class TokenSource:
    """The function that gives a person's token. Two are equal where the function is the same."""

    function: TokenFunction = attrs.field(repr=False)

    def __hash__(self) -> int:
        try:
            return hash(self.function)
        except TypeError:  # a method of an object that cannot be hashed
            return hash(getattr(self.function, "__func__", type(self.function)))


def hidden(token: Token) -> Secret | TokenFunction | TokenSource:
    """`token` out of sight, unchecked, for those whose variables a traceback may show; a function shows nothing."""
    return token if isinstance(token, TokenSource) or callable(token) else wrapped(token)


def source_of(token: object) -> Secret | TokenSource:
    """A token or a function of one, checked and out of sight.

    Raises:
        ConfigurationError: it is neither.
    """
    if isinstance(token, TokenSource):
        return token
    if callable(token):
        return TokenSource(token)
    return secret(token)
