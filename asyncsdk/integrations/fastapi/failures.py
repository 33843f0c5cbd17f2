"""Errors of Wethod as answers of an application: which status, which words, and never what the API said verbatim.

Clients of the application learn what they can act on. The answer of the API itself may hold data of its own, and is
not passed on; refused fields of a 400 are, because that is what they are for. Pure: `handlers` sends what is decided
here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Final

import attrs
from fastapi import HTTPException
from pydantic import BaseModel

from ..._codec.values import Json
from ...errors import (
    APIError,
    ArgumentError,
    AuthenticationError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    Failure,
    InvalidDataError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    WethodError,
)

__all__ = ["ErrorBody", "FieldFailure", "TokenMissing", "Verdict", "printable", "verdict"]

RETRY_AFTER: Final = 60.0
"""Seconds a client of the application is asked to wait where nobody knows better."""

LONGEST_RETRY_AFTER: Final = 86_400
MOST_FAILURES: Final = 50
LONGEST_TEXT: Final = 500

_VERDICTS: Final[tuple[tuple[type[WethodError], int, str, str], ...]] = (
    (NotFoundError, 404, "not_found", "Wethod has no such row, or this person may not see it."),
    (InvalidDataError, 400, "invalid_data", "Wethod refused the data."),
    (PermissionDeniedError, 403, "permission_denied", "This person may not do that in Wethod."),
    (ConflictError, 409, "conflict", "That is in Wethod already, or was changed meanwhile."),
    (
        PreconditionFailedError,
        412,
        "precondition_failure",
        "Its state, or a feature of the company, does not allow that.",
    ),
    (RateLimitError, 503, "rate_limited", "The hour's requests to Wethod are spent; try again later."),
    (RequestTimeoutError, 504, "timeout", "Wethod did not answer in time."),
    (
        OutcomeUnknownError,
        504,
        "outcome_unknown",
        "Wethod's answer was lost; it may be done. Look before you repeat it.",
    ),
    (ClientClosedError, 503, "shutting_down", "This application is shutting down; try again."),
    (ConfigurationError, 500, "not_configured", "This application is not set up to use Wethod."),
    (WethodError, 502, "upstream_error", "Wethod did not give a usable answer."),
)
"""From the special to the general: the first class that fits decides."""

_UPSTREAM: Final = {
    503: (503, "unavailable", "Wethod is not available at the moment; try again later."),
    504: (504, "timeout", "Wethod did not answer in time."),
}
_DONE: Final = (502, "carried_out", "Wethod did it, but its answer cannot be read. Do not repeat it; look at the row.")
_REFUSED: Final = (401, "token_refused", "Wethod refused the token of this request.")
_MISSING: Final = (401, "token_missing", "Send a Wethod API token: Authorization: Bearer ...")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


class FieldFailure(BaseModel):
    """A field that was refused, and why."""

    field: str
    message: str


class ErrorBody(BaseModel):
    """The body of every error that `install_error_handlers` answers: `responses={404: {"model": ErrorBody}}`.

    `key` is for programs, `message` for people; `failures` is there where fields were refused, `request_id` where the
    API's answer, or the request, had an `X-Request-Id`.
    """

    key: str
    message: str
    failures: list[FieldFailure] | None = None
    request_id: str | None = None


class TokenMissing(HTTPException):
    """A request without a token, where a user's is asked for: 401, also where no error handlers are installed."""

    def __init__(self) -> None:
        status, key, message = _MISSING
        super().__init__(status, {"key": key, "message": message}, {"WWW-Authenticate": "Bearer"})


@attrs.frozen
class Verdict:
    """What a client of the application is told."""

    status: int
    content: Mapping[str, Json]
    headers: Mapping[str, str] = attrs.field(factory=dict)


def verdict(error: WethodError | TokenMissing, *, of_user: bool = False, request_id: str | None = None) -> Verdict:
    """The answer for an error: its status, its headers and an `ErrorBody` without what it does not have.

    Args:
        error: what was raised.
        of_user: whether a refused token was the user's, who then has to log in again.
        request_id: the `X-Request-Id` of the request, where the error has none of its own.
    """
    headers: dict[str, str] = {}
    failures: Iterable[Failure] = ()
    if isinstance(error, TokenMissing):
        status, key, message = _MISSING
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, ArgumentError):
        status, key, message = 422, "invalid_argument", printable(str(error))
        failures = (Failure(error.argument, str(error).removeprefix(f"{error.argument}: ")),)
    elif of_user and isinstance(error, AuthenticationError):
        status, key, message = _REFUSED
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    elif getattr(error, "carried_out", None) is True:
        status, key, message = _DONE
    elif isinstance(error, ServerError) and error.status in _UPSTREAM:
        status, key, message = _UPSTREAM[error.status]
    else:
        status, key, message = next(row[1:] for row in _VERDICTS if isinstance(error, row[0]))
    if isinstance(error, InvalidDataError):
        failures = error.failures
    content: dict[str, Json] = {"key": key, "message": message}
    told: list[Json] = [
        {"field": printable(failure.field), "message": printable(failure.message)}
        for _, failure in zip(range(MOST_FAILURES), failures, strict=False)
    ]
    if told:
        content["failures"] = told
    if (found := _request_id(error, request_id)) is not None:
        content["request_id"] = found
    if status == 503:
        headers["Retry-After"] = str(_retry_after(error))
    return Verdict(status, content, headers)


def printable(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text that any JSON, log or terminal can hold: bounded, control characters and lone surrogates escaped."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    if short.isprintable():
        return short
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in short)


def _retry_after(error: object) -> int:
    """Seconds to wait, from 1 to a day, whatever the API said."""
    seconds: float | None = None
    if isinstance(error, RateLimitError):
        seconds = error.retry_after
    elif isinstance(error, APIError) and re.fullmatch(r"[0-9]{1,9}", said := error.headers.get("retry-after", "")):
        seconds = float(said)
    if seconds is None or math.isnan(seconds):
        seconds = RETRY_AFTER
    return max(1, math.ceil(min(seconds, LONGEST_RETRY_AFTER)))


def _request_id(error: object, given: str | None) -> str | None:
    own = error.headers.get("x-request-id") if isinstance(error, APIError) else None
    return next((each for each in (own, given) if each and _REQUEST_ID.fullmatch(each)), None)
