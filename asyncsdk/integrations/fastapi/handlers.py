"""How an application answers errors of Wethod: over HTTP, and over a WebSocket before and after it was accepted."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import FastAPI, Request, WebSocket
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse, Response
from starlette.websockets import WebSocketState

from ...errors import APIError, WethodError
from .clients import refused_user
from .failures import TokenMissing, Verdict, printable, verdict

__all__ = ["install_error_handlers"]

logger: logging.Logger = logging.getLogger("asyncsdk")

_LONGEST_REASON: Final = 123
"""Bytes: the WebSocket protocol's own bound."""


def install_error_handlers(app: FastAPI) -> None:
    """Lets an application answer errors of Wethod instead of failing with 500.

    | error | status | | error | status |
    |---|---|---|---|---|
    | NotFoundError | 404 | | RateLimitError | 503 with Retry-After |
    | InvalidDataError | 400 with `failures` | | ServerError 503 / 504 | 503 with Retry-After / 504 |
    | PermissionDeniedError | 403 | | RequestTimeoutError | 504 |
    | ConflictError | 409 | | OutcomeUnknownError | 504, key `outcome_unknown` |
    | PreconditionFailedError | 412 | | ClientClosedError | 503 with Retry-After |
    | ArgumentError | 422 with `failures` | | ConfigurationError (no token) | 500 |
    | a user's token: missing, refused | 401 | | done, but the answer cannot be read | 502, key `carried_out` |
    | | | | every other (the application's token among them) | 502 |

    Bodies are `ErrorBody`: `{"key": ..., "message": ...}` in words of our own, `failures` and `request_id` where there
    are any: neither a token nor the API's answer is passed on. What becomes a 5xx is logged.

    A WebSocket that was not accepted yet is answered in the same way where the server can, and is closed (403) where it
    cannot. One that was accepted is closed with 1008 for a 4xx, 1013 for a 503 and 1011 for every other, and
    `key: message` as its reason.
    """
    app.add_exception_handler(WethodError, _answer)  # type: ignore[arg-type]  # None: a WebSocket was answered already
    app.add_exception_handler(TokenMissing, _answer)  # type: ignore[arg-type]  # as above


async def _answer(connection: Request | WebSocket, error: Exception) -> Response | None:
    if not isinstance(error, (WethodError, TokenMissing)):
        raise error
    told = verdict(error, of_user=refused_user(connection), request_id=connection.headers.get("x-request-id"))
    if told.status >= 500:
        _log(connection, error, told)
    response = JSONResponse(dict(told.content), told.status, dict(told.headers))
    if not isinstance(connection, WebSocket):
        return response
    await _close(connection, told, response)
    return None


def _log(connection: HTTPConnection, error: Exception, told: Verdict) -> None:
    # The API's words stay out of the log as well where they are not needed to find the request again.
    line = str(error.request if isinstance(error, APIError) else error)
    path = printable(connection.scope["path"])
    logger.warning("%s answered %d: %s: %s", path, told.status, type(error).__name__, printable(line, 2000))


async def _close(socket: WebSocket, told: Verdict, response: Response) -> None:
    """Ends a WebSocket in the way that its state and its server allow."""
    if socket.application_state is WebSocketState.DISCONNECTED or socket.client_state is WebSocketState.DISCONNECTED:
        return
    code = 1008 if told.status < 500 else 1013 if told.status == 503 else 1011
    reason = f"{told.content['key']}: {told.content['message']}"
    end = {"type": "websocket.close", "code": code, "reason": reason.encode()[:_LONGEST_REASON].decode(errors="ignore")}
    accepted = socket.application_state is WebSocketState.CONNECTED
    if accepted or "websocket.http.response" not in socket.scope.get("extensions", {}):
        await socket.send(end)
        return
    try:
        await response(socket.scope, socket.receive, socket.send)
    except RuntimeError:
        # It was accepted by an application that is mounted in this one, and this object has not seen it. By now it
        # would send nothing more.
        await socket._send(end)
