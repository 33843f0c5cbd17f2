"""Requests and lists that the contract does not know: any path, plain data, with all that other calls have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .._codec.omitted import OMITTED, Omitted
from .._sending.response import Response, decoder_of, response_of
from ..errors import APIError

if TYPE_CHECKING:
    from .._codec.query import Params
    from .._codec.values import Json
    from .._sending.sender import Sender
    from .pager import Pager

__all__ = ["RawCalls"]

T = TypeVar("T")


class RawCalls:
    """The calls of a client that take a path."""

    _sender: Sender

    def list(
        self, path: str, *, params: Params | None = None, limit: int = 100, offset: int = 0
    ) -> Pager[dict[str, Json]]:
        """A pager of plain dictionaries, for a list that asyncsdk does not know yet.

        Args:
            path: such as `/api/brand-new-thing`.
            params: query parameters by wire name, filters included.
            limit: rows a page, 1 to 100; never a maximum of rows (that is `max_items`).
            offset: the first row, from 0.

        Raises:
            ArgumentError: the path is not one, or a value that a query cannot hold.
        """
        from .._codec.query import query_of
        from .._sending import wire
        from .pager import Pager

        wire.build("GET", path)  # refused here and not at the first row
        query = query_of(params, own=("limit", "offset"))
        pager: Pager[dict[str, Json]] = Pager(self._sender, path, dict, query, limit=limit, offset=offset)
        return pager

    @overload
    async def request(
        self, method: str, path: str, *, params: Params | None = ..., json: Json | Omitted = ..., check: bool = ...
    ) -> Response[None]: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = ...,
        json: Json | Omitted = ...,
        into: type[T],
        check: Literal[True] = ...,
    ) -> Response[T]: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = ...,
        json: Json | Omitted = ...,
        into: type[T],
        check: bool,
    ) -> Response[T | None]: ...
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Json | Omitted = OMITTED,
        into: type[T] | None = None,
        check: bool = True,
    ) -> Response[T] | Response[T | None] | Response[None]:
        """Any request, with the same budget, retries and errors as every other.

        Args:
            method: GET, POST, PUT, PATCH, DELETE or HEAD.
            path: from the base URL on, such as `/api/anything`.
            params: query parameters by wire name.
            json: the body; left out, none is sent.
            into: a model (or `list[Model]`) the body is decoded into, as `response.value`.
            check: raise for error statuses; False returns them like any other answer, once retrying is over.

        Raises:
            ArgumentError: nothing was sent; the message says what to write.
            WethodError: as every call; `APIError` only where `check` is true.
        """
        from .._codec.query import query_of
        from .._sending import wire
        from .._sending.sender import ignore

        request = wire.build(
            method, path, query_of(params), None if isinstance(json, Omitted) else wire.encode_json(json)
        )
        decode: Any = ignore if into is None else decoder_of(self._sender.decoding, into)
        try:
            reply = await self._sender.send(request, decode)
        except APIError as error:
            if check or error.status is None:
                raise
            return Response(error.status, error.headers, error.body, None)
        return response_of(reply)
