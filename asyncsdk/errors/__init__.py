"""The one hierarchy of everything asyncsdk raises.

The bottom of the package: nothing here imports more than what errors are made of, so every layer can raise from it.
Each class says what happened in terms a caller can act on: nothing was sent, the answer was lost, the API refused.
Those of a request have `carried_out`: True where a write was done, False where nothing was, None where nobody knows.

No error carries a token: requests are kept as a `RequestLine`, never with their headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from ._parts import Failure, Redacting, RequestLine, sentence
from ._printable import printable

__all__ = [
    "APIError",
    "ArgumentError",
    "AuthenticationError",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "DecodeError",
    "Failure",
    "InvalidDataError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "Phase",
    "PreconditionFailedError",
    "RateLimitError",
    "Redacting",
    "RequestLine",
    "RequestTimeoutError",
    "ResponseTooLargeError",
    "ServerError",
    "TransportError",
    "WalkError",
    "WethodError",
]

Phase = Literal["connect", "read", "deadline"]


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


class ClientClosedError(WethodError):
    """The client, or the client it was copied from, was closed. Make a new one."""

    def __init__(self, message: str = "this Wethod is closed; make a new one, or keep it open longer") -> None:
        super().__init__(message)


class TransportError(WethodError):
    """No usable answer came back. `request` names what was asked.

    `status` and `headers` (lower-case names) are those of the answer as far as one came, else None and empty; `body` is
    what could be read of it. `carried_out` says whether a write was done; None: it may have been.
    """

    request: RequestLine
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    carried_out: bool | None

    def __init__(
        self,
        message: str,
        *,
        request: RequestLine,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        carried_out: bool | None = None,
    ) -> None:
        super().__init__(f"{printable(message)} ({request})")
        self.request = request
        self.status = status
        self.headers = dict(headers or {})
        self.body = body
        self.carried_out = carried_out


class ConnectError(TransportError):
    """No connection was made: nothing was sent, so nothing happened on the other side (`carried_out` is False)."""

    def __init__(self, message: str, *, request: RequestLine) -> None:
        super().__init__(message, request=request, carried_out=False)


class RequestTimeoutError(TransportError):
    """Time ran out while connecting, while reading, or because the deadline passed (`phase`)."""

    phase: Phase

    def __init__(
        self,
        message: str,
        *,
        request: RequestLine,
        phase: Phase,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        carried_out: bool | None = None,
    ) -> None:
        super().__init__(message, request=request, status=status, headers=headers, body=body, carried_out=carried_out)
        self.phase = phase


class OutcomeUnknownError(TransportError):
    """The request was sent and its answer lost; sending it again could do it twice. Look before repeating it.

    `status` is the one that says so (502, 504 ...: what a proxy answers that lost the API's answer), or None.
    """


class ResponseTooLargeError(TransportError):
    """The answer was longer than the client accepts and was not read to its end."""


class APIError(WethodError):
    """The API answered with an error.

    `status` is the HTTP status (None where the client refused on its own), `key` the API's error key,
    `message` its words, whole, `failures` the refused fields (the first thousand of `failure_count`), `headers`
    lower-case names to values, `body` the raw answer, `carried_out` whether a write was done nevertheless: False for a
    refusal, None where a server that failed (5xx) may have done it before.

    The text of the error holds at most 2,000 characters of the API's words, on one line.
    """

    status: int | None
    key: str | None
    message: str
    failures: tuple[Failure, ...]
    failure_count: int
    request: RequestLine
    headers: Mapping[str, str]
    body: bytes
    carried_out: bool | None

    def __init__(
        self,
        message: str,
        *,
        request: RequestLine,
        status: int | None,
        key: str | None = None,
        failures: tuple[Failure, ...] = (),
        failure_count: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        carried_out: bool | None = False,
    ) -> None:
        count = len(failures) if failure_count is None else failure_count
        super().__init__(sentence(status, key, message, failures, count, request))
        self.status = status
        self.key = key
        self.message = message
        self.failures = failures
        self.failure_count = count
        self.request = request
        self.headers = dict(headers or {})
        self.body = body
        self.carried_out = carried_out


class InvalidDataError(APIError):
    """invalid_data, 400: `failures` names the fields."""


class AuthenticationError(APIError):
    """401: the token is missing, unknown or expired."""


class PermissionDeniedError(APIError):
    """403: the token's person lacks a permission, or is not of this company."""


class NotFoundError(APIError):
    """not_found, 404: no such row, or none this person may see."""


class ConflictError(APIError):
    """409: the row is already there, or was changed meanwhile."""


class PreconditionFailedError(APIError):
    """precondition_failure, 412: mostly a company feature (Streams, Custom Fields ...) that is switched off."""


class RateLimitError(APIError):
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
        failure_count: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        carried_out: bool | None = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message,
            request=request,
            status=status,
            key=key,
            failures=failures,
            failure_count=failure_count,
            headers=headers,
            body=body,
            carried_out=carried_out,
        )
        self.retry_after = retry_after


class ServerError(APIError):
    """5xx: the API, or a proxy before it, failed."""


class DecodeError(WethodError):
    """A 2xx answer that is not JSON, or does not fit the model.

    `path` says where (`$[3].value`: field `value` of the fourth row), `body` is an excerpt of the offending text.
    `request`, `status` and `headers` (lower-case names) are set once the answer they belong to is known.

    Where the request was a write it was done: `carried_out` is True, `id` is that of its row where the answer shows
    one, and it must not be sent again. For reads `carried_out` is False.
    """

    path: str
    body: bytes
    request: RequestLine | None
    status: int | None
    headers: Mapping[str, str]
    carried_out: bool
    id: int | str | None

    def __init__(self, message: str, *, path: str = "$", body: bytes = b"") -> None:
        super().__init__(message)
        self.path = path
        self.body = body
        self.request = None
        self.status = None
        self.headers = {}
        self.carried_out = False
        self.id = None

    def answered(
        self,
        request: RequestLine,
        status: int,
        headers: Mapping[str, str],
        *,
        carried_out: bool = False,
        id: int | str | None = None,
        secrets: Iterable[Redacting] = (),
    ) -> None:
        """Notes which answer it was that could not be read, and whether what it answers was a write.

        `secrets` are blotted out of what the answer shows.
        """
        for each in secrets:
            self.args: tuple[object, ...] = (each.redact(str(self.args[0])),)
            self.path = each.redact(self.path)
            self.body = each.redact_bytes(self.body)
        self.request = request
        self.status = status
        self.headers = dict(headers)
        self.carried_out = carried_out
        self.id = id

    def __str__(self) -> str:
        where = f" ({self.request})" if self.request else ""
        text = f"{printable(str(self.args[0]))} at {printable(self.path, 500)}{where}"
        if not self.carried_out:
            return text
        row = "" if self.id is None else f" (id {printable(str(self.id), 100)})"
        return f"{text}; the status {self.status} says that it was carried out{row}: do not send it again"


class WalkError(WethodError):
    """A list cannot be walked: it repeats for ever, or its pages never join. The message says what to do."""
