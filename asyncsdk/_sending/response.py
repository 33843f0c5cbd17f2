"""A raw answer, as `wethod.request` and `wethod.with_response` return it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

import attrs

from ..errors import ArgumentError
from ..errors._printable import shown
from .headers import plain_headers

if TYPE_CHECKING:
    from .._codec.decode import Decode, Decoding
    from .._codec.values import Json
    from .wire import Reply

__all__ = ["Response", "decoder_of", "responding", "response_of"]

P = ParamSpec("P")
T = TypeVar("T")


@attrs.frozen
class Response(Generic[T]):
    """A raw answer: `status`, `headers` (lower-case names), `body`, and the decoded `value` where there is one."""

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


def response_of(reply: Reply[T]) -> Response[T]:
    """A success as a `Response`."""
    answer = reply.answer
    return Response(answer.status, plain_headers(answer.headers), answer.body, reply.value)


def responding(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, Response[T]]]:
    """Types a method of a resource whose sender returns responses; at run time it is the method itself."""
    return cast("Callable[P, Coroutine[Any, Any, Response[T]]]", call)


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
