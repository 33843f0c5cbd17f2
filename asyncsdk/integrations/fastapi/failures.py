"""Errors of Wethod as answers of an application: which status, which words, and never what the API said verbatim.

Clients of the application learn what they can act on. The answer of the API itself may hold data of its own, and is
not passed on; refused fields of a 400 are, because that is what they are for.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Final

import attrs
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from ...errors import (
    APIError,
    ArgumentError,
    ConfigurationError,
    Conflict,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    PreconditionFailed,
    RateLimited,
    RequestTimeout,
    ValidationError,
    WethodError,
)
from ...wire import Json

__all__ = ["Verdict", "install_error_handlers", "verdict"]

logger = logging.getLogger("asyncsdk")

RETRY_AFTER: Final = 60.0
"""Seconds a client of the application is asked to wait where nobody knows better."""

_VERDICTS: Final[tuple[tuple[type[WethodError], int, str, str], ...]] = (
    (NotFound, 404, "not_found", "Wethod has no such row, or this person may not see it."),
    (ValidationError, 400, "invalid_data", "Wethod refused the data."),
    (PermissionDenied, 403, "permission_denied", "This person may not do that in Wethod."),
    (Conflict, 409, "conflict", "That is in Wethod already, or was changed meanwhile."),
    (PreconditionFailed, 412, "precondition_failure", "Its state, or a feature of the company, does not allow that."),
    (RateLimited, 503, "rate_limited", "The hour's requests to Wethod are spent; try again later."),
    (RequestTimeout, 504, "timeout", "Wethod did not answer in time."),
    (OutcomeUnknown, 504, "outcome_unknown", "Wethod's answer was lost; it may be done. Look before you repeat it."),
    (ConfigurationError, 500, "not_configured", "This application is not set up to use Wethod."),
    (WethodError, 502, "upstream_error", "Wethod did not give a usable answer."),
)
"""From the special to the general: the first class that fits decides."""


@attrs.frozen
class Verdict:
    """What a client of the application is told."""

    status: int
    content: Mapping[str, Json]
    headers: Mapping[str, str] = attrs.field(factory=dict)


def verdict(error: WethodError) -> Verdict:
    """The answer for an error: its status and a body `{key, message}`, with `failures` or `argument` where it helps."""
    if isinstance(error, ArgumentError):
        return Verdict(422, {"key": "invalid_argument", "message": str(error), "argument": error.argument})
    status, key, message = next(row[1:] for row in _VERDICTS if isinstance(error, row[0]))
    content: dict[str, Json] = {"key": key, "message": message}
    if isinstance(error, ValidationError):
        content["failures"] = [{"field": failure.field, "message": failure.message} for failure in error.failures]
    if isinstance(error, RateLimited):
        seconds = RETRY_AFTER if error.retry_after is None else error.retry_after
        return Verdict(status, content, {"Retry-After": str(max(1, math.ceil(seconds)))})
    return Verdict(status, content)


def install_error_handlers(app: FastAPI) -> None:
    """Lets an application answer errors of Wethod instead of failing with 500.

    | error | status | | error | status |
    |---|---|---|---|---|
    | NotFound | 404 | | RateLimited | 503 with Retry-After |
    | ValidationError | 400 with `failures` | | RequestTimeout | 504 |
    | PermissionDenied | 403 | | OutcomeUnknown | 504, key `outcome_unknown` |
    | Conflict | 409 | | ArgumentError | 422 with `argument` |
    | PreconditionFailed | 412 | | ConfigurationError (no token) | 500 |
    | | | | every other | 502 |

    Bodies are `{"key": ..., "message": ...}` in words of our own: neither a token nor the API's answer is passed on.
    What becomes a 5xx is logged.
    """
    app.add_exception_handler(WethodError, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if not isinstance(error, WethodError):
        raise error
    told = verdict(error)
    if told.status >= 500:
        # The API's words stay out of the log as well where they are not needed to find the request again.
        line = error.request if isinstance(error, APIError) else error
        logger.warning("%s answered %d: %s: %s", request.scope["path"], told.status, type(error).__name__, line)
    return JSONResponse(told.content, told.status, told.headers)
