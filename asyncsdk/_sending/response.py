"""A raw answer, as `wethod.request` returns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from ..errors import ArgumentError
from ..errors._printable import shown

if TYPE_CHECKING:
    from .._codec.decode import Decode, Decoding
    from .._codec.values import Json

__all__ = ["Response", "decoder_of"]

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
        from .._codec.decode import one_decoder

        return one_decoder(object)(self.body)  # type: ignore[return-value]  # any JSON value is a Json


def decoder_of(decoding: Decoding, into: type[T]) -> Decode[T]:
    """A function that decodes a body into a model.

    Raises:
        ArgumentError: `into` is none.
    """
    try:
        return decoding.one(into)
    except Exception as problem:  # msgspec and cattrs refuse what is no type in a dozen ways
        reason = type(problem).__name__
    raise ArgumentError(
        "into", f"a model, a list of one (`list[Project]`), dict or object, not {shown(into)} ({reason})"
    )
