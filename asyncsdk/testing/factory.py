"""Rows and errors made to order, for tests of code that takes them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from types import NoneType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

import attrs
import msgspec
from cattrs import BaseValidationError

from .._codec.decode import one_decoder, to_json
from .._codec.keys import field_types, is_model
from .._codec.omitted import OMITTED, Omitted
from .._codec.rules import converter, locate
from ..errors import (
    APIError,
    ArgumentError,
    AuthenticationError,
    ClientClosedError,
    ConflictError,
    DecodeError,
    Failure,
    InvalidDataError,
    NotFoundError,
    PermissionDeniedError,
    Phase,
    PreconditionFailedError,
    RateLimitError,
    RequestLine,
    RequestTimeoutError,
    ServerError,
    TransportError,
    WethodError,
)

__all__ = ["Factory"]

T = TypeVar("T")
E = TypeVar("E", bound=WethodError)

_MOMENT = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
_MONTH = dt.date(2026, 1, 1)


class Factory:
    """Makes models and errors. Ids count from 1, for each model; the rest is as plain as the model allows.

    make = Factory()
    make(Project, name="Relaunch", date_start="2026-05-01", metadata={13: "Finance"})
    make.many(Stream, 3)
    make.error(InvalidDataError, failures={"name": "too long"})
    """

    def __init__(self) -> None:
        self._made: Counter[type] = Counter()

    def __call__(self, model: type[T], /, **fields: object) -> T:
        """A row of `model` with these fields; the others have plausible values, optional ones none.

        Dates and moments may be given as text, nested models as mappings.

        Raises:
            ArgumentError: the model has no such field, or it cannot hold the value.
            DecodeError: the API could not have sent the value.
        """
        if not is_model(model):
            raise ArgumentError("model", f"a model of asyncsdk.models, not {model!r}")
        self._made[model] += 1
        number, types = self._made[model], field_types(model)
        for name in fields.keys() - types.keys():
            raise ArgumentError(name, f"{model.__name__} has no such field; it has {', '.join(types)}")
        values = {name: _read(name, value, types[name]) for name, value in fields.items()}
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", model)):
            if field.name not in values and field.default is attrs.NOTHING:
                values[field.name] = self._value(model.__name__, field.name, types[field.name], number)
        return one_decoder(model)(to_json(model(**values)))

    def many(self, model: type[T], count: int, /, **fields: object) -> list[T]:
        """Several rows of `model` with these fields and ids of their own."""
        return [self(model, **fields) for _ in range(count)]

    def error(
        self,
        kind: type[E],
        message: str = "made for a test",
        *,
        status: int | Omitted | None = OMITTED,
        key: str | None = None,
        failures: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        phase: Phase = "read",
        argument: str = "name",
        path: str = "$",
        body: bytes = b"",
        request: RequestLine | None = None,
        bookmark: str | None = None,
    ) -> E:
        """An error of any class of asyncsdk as the client raises it.

        Args:
            kind: its class; status and key follow from it where they are not given.
            message: its words.
            status: the HTTP status, of an APIError.
            key: the API's key, of an APIError.
            failures: refused fields and why, of an APIError.
            retry_after: seconds, of a RateLimitError.
            phase: of a RequestTimeoutError.
            argument: of an ArgumentError.
            path: where a DecodeError lies.
            body: the answer of an APIError, or the excerpt of a DecodeError.
            request: what was asked for; a GET of projects by default.
            bookmark: where a walk that raised it goes on.
        """
        line = request or RequestLine("GET", "/api/projects")
        make = cast("Any", kind)  # each class has arguments of its own
        if issubclass(kind, APIError):
            usual_status, usual_key = next((row[1:] for row in _USUAL if issubclass(kind, row[0])), (500, None))
            details: dict[str, object] = {"retry_after": retry_after} if issubclass(kind, RateLimitError) else {}
            error = make(
                message,
                request=line,
                status=usual_status if isinstance(status, Omitted) else status,
                key=key or usual_key,
                failures=tuple(Failure(field, reason) for field, reason in (failures or {}).items()),
                body=body,
                **details,
            )
        elif issubclass(kind, RequestTimeoutError):
            error = make(message, request=line, phase=phase)
        elif issubclass(kind, TransportError):
            error = make(message, request=line)
        elif issubclass(kind, DecodeError):
            error = make(message, path=path, body=body)
            error.request = line
        elif issubclass(kind, ArgumentError):
            error = make(argument, message)
        else:
            error = make() if issubclass(kind, ClientClosedError) and message == "made for a test" else make(message)
        error.bookmark = bookmark
        return cast("E", error)

    def _value(self, model: str, name: str, type_: object, number: int) -> object:
        if get_origin(type_) is Annotated:
            type_ = get_args(type_)[0]
        if name == "id":
            return number
        if NoneType in get_args(type_):
            return None
        if is_model(type_):
            return self(cast("type[object]", type_))
        if get_origin(type_) is tuple:
            return ()
        if type_ is str:
            return f"{model} {number}" if name == "name" else name
        plain: dict[object, object] = {bool: False, int: 1, float: 1.0, dt.date: _MONTH, dt.datetime: _MOMENT}
        return plain.get(type_)


def _read(name: str, value: object, type_: object) -> object:
    """A value as written in a test; what is already of the field's type stays as it is."""
    if not isinstance(value, (str, list, Mapping)):
        return value
    try:
        return converter().structure(value, cast("Any", type_))
    except (msgspec.ValidationError, BaseValidationError) as refusal:
        reason = locate(refusal)[1]
    raise ArgumentError(name, f"{reason}, so the API could not have sent {value!r}")


_USUAL: tuple[tuple[type[APIError], int, str | None], ...] = (
    (InvalidDataError, 400, "invalid_data"),
    (AuthenticationError, 401, None),
    (PermissionDeniedError, 403, None),
    (NotFoundError, 404, "not_found"),
    (ConflictError, 409, None),
    (PreconditionFailedError, 412, "precondition_failure"),
    (RateLimitError, 429, None),
    (ServerError, 503, None),
)
