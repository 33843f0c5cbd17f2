"""The one hierarchy of everything asyncsdk raises.

The bottom of the package: nothing here imports the rest, so every layer can raise from it. Each class says
what happened in terms a caller can act on: nothing was sent, the answer was lost, the API refused.

No error carries a token: requests are kept as a `RequestLine`, never with their headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

__all__ = [
    "APIError",
    "ArgumentError",
    "AuthenticationError",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DecodeError",
    "Failure",
    "NotFound",
    "OutcomeUnknown",
    "PermissionDenied",
    "Phase",
    "PreconditionFailed",
    "RateLimited",
    "RequestLine",
    "RequestTimeout",
    "ResponseTooLarge",
    "ServerError",
    "TransportError",
    "ValidationError",
    "WalkError",
    "WethodError",
]

Phase = Literal["connect", "read", "deadline"]


@attrs.frozen
class RequestLine:
    """What was asked for, without headers or body: enough to name a request, nothing that is secret.

    `path` is the path as sent, `query` the encoded query string without its question mark.
    """

    method: str
    path: str
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@attrs.frozen
class Failure:
    """One field the API refused: its wire name and the API's own words."""

    field: str
    message: str


def _restore(cls: type[WethodError], args: tuple[object, ...], state: dict[str, object]) -> WethodError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class WethodError(Exception):
    """Anything asyncsdk raises. `bookmark` is set when a walk raised it: resume from there."""

    bookmark: str | None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.bookmark = None

    def __reduce__(self) -> tuple[object, ...]:
        # The default calls cls(*args), which keyword-only details break; a pool that cannot unpickle an error hangs.
        return _restore, (type(self), self.args, self.__dict__)


class ConfigurationError(WethodError, ValueError):
    """The client cannot be set up as asked, or a call was refused: nothing was sent."""


class ArgumentError(ConfigurationError):
    """An argument was refused before anything was sent. `argument` is its name; the message says what to write."""

    argument: str

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(f"{argument}: {message}")
        self.argument = argument


class ClientClosed(WethodError):
    """The client, or the client it was copied from, was closed. Make a new one."""

    def __init__(self, message: str = "this Wethod is closed; make a new one, or keep it open longer") -> None:
        super().__init__(message)


class TransportError(WethodError):
    """No usable answer came back. `request` names what was asked."""

    request: RequestLine

    def __init__(self, message: str, *, request: RequestLine) -> None:
        super().__init__(f"{message} ({request})")
        self.request = request


class ConnectionFailed(TransportError):
    """No connection was made: nothing was sent, so nothing happened on the other side."""


class RequestTimeout(TransportError):
    """Time ran out while connecting, while reading, or because the deadline passed (`phase`)."""

    phase: Phase

    def __init__(self, message: str, *, request: RequestLine, phase: Phase) -> None:
        super().__init__(message, request=request)
        self.phase = phase


class OutcomeUnknown(TransportError):
    """The request was sent and its answer lost; sending it again could do it twice. Look before repeating it."""


class ResponseTooLarge(TransportError):
    """The answer was longer than the client accepts and was not read to its end."""


class APIError(WethodError):
    """The API answered with an error.

    `status` is the HTTP status (None where the client refused on its own), `key` the API's error key,
    `message` its words, `failures` the refused fields, `headers` lower-case names to values, `body` the raw answer.
    """

    status: int | None
    key: str | None
    message: str
    failures: tuple[Failure, ...]
    request: RequestLine
    headers: Mapping[str, str]
    body: bytes

    def __init__(
        self,
        message: str,
        *,
        request: RequestLine,
        status: int | None,
        key: str | None = None,
        failures: tuple[Failure, ...] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(_sentence(status, key, message, failures, request))
        self.status = status
        self.key = key
        self.message = message
        self.failures = failures
        self.request = request
        self.headers = dict(headers or {})
        self.body = body


def _sentence(
    status: int | None, key: str | None, message: str, failures: tuple[Failure, ...], request: RequestLine
) -> str:
    start = " ".join(part for part in (str(status or ""), key or "") if part)
    details = "; ".join(f"{failure.field}: {failure.message}" for failure in failures)
    text = f"{message} [{details}]" if details else message
    return f"{start}: {text} ({request})" if start else f"{text} ({request})"


class ValidationError(APIError):
    """invalid_data, 400: `failures` names the fields."""


class AuthenticationError(APIError):
    """401: the token is missing, unknown or expired."""


class PermissionDenied(APIError):
    """403: the token's person lacks a permission, or is not of this company."""


class NotFound(APIError):
    """not_found, 404: no such row, or none this person may see."""


class Conflict(APIError):
    """409: the row is already there, or was changed meanwhile."""


class PreconditionFailed(APIError):
    """precondition_failure, 412: mostly a company feature (Streams, Custom Fields ...) that is switched off."""


class RateLimited(APIError):
    """429, or the local budget would be waited for too long (`status` is then None).

    `retry_after` is the seconds until it is worth trying again, where known.
    """

    retry_after: float | None

    def __init__(
        self,
        message: str,
        *,
        request: RequestLine,
        status: int | None,
        key: str | None = None,
        failures: tuple[Failure, ...] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message, request=request, status=status, key=key, failures=failures, headers=headers, body=body
        )
        self.retry_after = retry_after


class ServerError(APIError):
    """5xx: the API, or a proxy before it, failed."""


class DecodeError(WethodError):
    """A 2xx answer that is not JSON, or does not fit the model.

    `path` says where (`$[3].value`: field `value` of the fourth row), `body` is an excerpt of the offending text,
    `request` is set once the request is known.
    """

    path: str
    body: bytes
    request: RequestLine | None

    def __init__(self, message: str, *, path: str = "$", body: bytes = b"") -> None:
        super().__init__(message)
        self.path = path
        self.body = body
        self.request = None

    def __str__(self) -> str:
        where = f" ({self.request})" if self.request else ""
        return f"{self.args[0]} at {self.path}{where}"


class WalkError(WethodError):
    """A list cannot be walked: it repeats for ever, or its pages never join. The message says what to do."""
