"""A raw answer, as `wethod.request` and `wethod.with_response` return it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import attrs

from ..errors import ArgumentError
from ..errors._printable import shown
from .headers import plain_headers

if TYPE_CHECKING:
    from .._codec.decode import Decode, Decoding
    from .._codec.values import Json
    from .wire import Reply

__all__ = ["Response", "decoder_of", "listing", "responding", "response_of"]

P = ParamSpec("P")
T = TypeVar("T")
Calls = TypeVar("Calls")
Own = TypeVar("Own")


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


def responding(
    method: Callable[Concatenate[Calls, P], Coroutine[Any, Any, T]],
) -> Callable[[Callable[[Own], None]], Callable[Concatenate[Own, P], Coroutine[Any, Any, Response[T]]]]:
    """Declares a method as that of another class, but typed as one whose sender returns responses.

    A decorator, because checkers take the type of what is decorated as declared, and of what is assigned as guessed.
    """

    def declared(_: Callable[[Own], None]) -> Callable[Concatenate[Own, P], Coroutine[Any, Any, Response[T]]]:
        return cast("Callable[Concatenate[Own, P], Coroutine[Any, Any, Response[T]]]", method)

    return declared


def listing(
    method: Callable[Concatenate[Calls, P], T],
) -> Callable[[Callable[[Own], None]], Callable[Concatenate[Own, P], T]]:
    """Declares a method as that of another class: of a list, whose pages have their headers anyway."""

    def declared(_: Callable[[Own], None]) -> Callable[Concatenate[Own, P], T]:
        return cast("Callable[Concatenate[Own, P], T]", method)

    return declared


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
