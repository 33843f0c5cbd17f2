"""A raw answer, as `wethod.request` returns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

if TYPE_CHECKING:
    from .wire import Json

__all__ = ["Response"]

T = TypeVar("T")


@attrs.frozen
class Response(Generic[T]):
    """A raw answer: `status`, `headers` (lower-case names), `body`, and `value` where `into` was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    value: T

    def json(self) -> Json:
        """The body as plain data.

        Raises:
            DecodeError: it is not JSON.
        """
        from .codec import one_decoder

        return one_decoder(object)(self.body)  # type: ignore[return-value]  # any JSON value is a Json
