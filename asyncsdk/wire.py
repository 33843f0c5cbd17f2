"""HTTP without I/O: what to send, and what an answer means.

Everything here is a pure function of its arguments: no clock, no network, no aiohttp. Tests feed statuses and bytes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import quote

import attrs

from .errors import (
    APIError,
    ArgumentError,
    AuthenticationError,
    Conflict,
    Failure,
    NotFound,
    PermissionDenied,
    PreconditionFailed,
    RateLimited,
    RequestLine,
    ServerError,
    ValidationError,
)

__all__ = [
    "Answer",
    "Field",
    "Json",
    "Request",
    "build",
    "encode_fields",
    "encode_json",
    "encode_query",
    "error_of",
    "server_wait",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Field: TypeAlias = "tuple[str, Json] | None"
"""One query parameter or body field by its wire name; None where an argument was left out."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

_PLAIN_PATH = re.compile(r"[A-Za-z0-9/:._~-]*")

# A wait in seconds never comes near this; a moment in seconds since 1970 is always above it (the year 2001).
_EARLIEST_EPOCH = 1_000_000_000
_EARLIEST_EPOCH_MS = 1_000_000_000_000


@attrs.frozen
class Request:
    """A request ready to send, without the headers that carry the token and the company."""

    method: str
    path: str
    query: str = ""
    body: bytes | None = None

    @property
    def line(self) -> RequestLine:
        """The request as errors and logs name it."""
        return RequestLine(self.method, self.path, self.query)


@attrs.frozen
class Answer:
    """An answer read to its end. `headers` are found by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def build(method: str, path: str, query: Iterable[Field] = (), body: bytes | None = None) -> Request:
    """Makes a request of a path and its parameters.

    Args:
        method: GET, POST, PUT, PATCH, DELETE or HEAD, in any case.
        path: from the base URL on, such as `/api/streams/12:archive`; sent as it is, the colon included.
        query: parameters by wire name; entries that are None are left out, `False` and 0 are sent.
        body: an encoded body (`encode_fields`, `encode_json`), or None.

    Raises:
        ArgumentError: an unknown method, or a path that is a whole URL or holds its own query.
    """
    verb = method.upper()
    if verb not in _METHODS:
        raise ArgumentError("method", f"one of {', '.join(sorted(_METHODS))}, not {method!r}")
    if not path.startswith("/"):
        raise ArgumentError("path", f"starts with a slash, such as '/api/projects'; the host is base_url, not {path!r}")
    if "?" in path or "#" in path:
        raise ArgumentError("path", f"holds no '?' or '#'; give parameters as params={{...}}, not {path!r}")
    if not _PLAIN_PATH.fullmatch(path):
        path = quote(path, safe="/:%@!$&'()*+,;=~")
    return Request(verb, path, encode_query(query) if query else "", body)


def encode_fields(fields: Iterable[Field]) -> bytes:
    """The JSON object of a body's fields; those that are None were left out by the caller and are not sent."""
    return encode_json({field[0]: field[1] for field in fields if field is not None})


def encode_json(value: Json) -> bytes:
    """A value as JSON text.

    Raises:
        ArgumentError: it holds what JSON cannot (nan, a date-time: send its text instead).
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as problem:
        raise ArgumentError("json", f"cannot be written as JSON: {problem}") from None


def encode_query(query: Iterable[Field]) -> str:
    """Percent-encodes parameters. Colons and commas stay readable; `+` becomes %2B, or it would be read as a space."""
    return "&".join(
        f"{quote(field[0], safe='')}={quote(_text(field[0], field[1]), safe=':,')}"
        for field in query
        if field is not None
    )


def _text(name: str, value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise ArgumentError(name, f"a query parameter is text, a number or a bool, not {value!r}")


_BY_KEY: dict[str, type[APIError]] = {
    "invalid_data": ValidationError,
    "not_found": NotFound,
    "precondition_failure": PreconditionFailed,
}
_BY_STATUS: dict[int, type[APIError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    429: RateLimited,
}


def error_of(request: Request, answer: Answer, *, now: datetime | None = None) -> APIError | None:
    """The error an answer stands for, or None where it is a success. The key decides the class, then the status."""
    status = answer.status
    if 200 <= status < 300:
        return None
    key, message, failures = _problem(answer.body)
    if not message:
        message = _phrase(answer)
    kind = _BY_KEY.get(key or "") or _BY_STATUS.get(status) or (ServerError if status >= 500 else APIError)
    # A plain dict: the case-insensitive one of the wire does not pickle.
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if issubclass(kind, RateLimited):
        return RateLimited(
            message,
            request=request.line,
            status=status,
            key=key,
            failures=failures,
            headers=headers,
            body=answer.body,
            retry_after=server_wait(answer.headers, now=now),
        )
    return kind(
        message, request=request.line, status=status, key=key, failures=failures, headers=headers, body=answer.body
    )


def _problem(body: bytes) -> tuple[str | None, str, tuple[Failure, ...]]:
    """Key, message and failures of an error body; nothing where it has another shape (a proxy's HTML)."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None, "", ()
    if not isinstance(content, dict):
        return None, "", ()
    key, message = content.get("key"), content.get("message")
    listed = content.get("failures")
    failures = tuple(
        Failure(str(failure.get("field", "")), str(failure.get("message", "")))
        for failure in (listed if isinstance(listed, list) else ())
        if isinstance(failure, dict)
    )
    return key if isinstance(key, str) else None, message if isinstance(message, str) else "", failures


def _phrase(answer: Answer) -> str:
    from http import HTTPStatus  # dozens of names, for answers that rarely come

    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "unexpected status"
    if 300 <= answer.status < 400:
        return f"{phrase}: redirects are not followed; is base_url right?"
    if answer.body.lstrip()[:1] == b"<":
        return f"{phrase} (the body is HTML: a proxy answered, not the API)"
    return phrase


def server_wait(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds the server asks to wait; None where it does not say.

    `x-ratelimit-retry-after` (the API's own, whole seconds) goes before `Retry-After` (RFC 9110, 10.2.3: seconds or
    a date). A number too large to be a wait is read as a moment since 1970. Moments are measured from the answer's own
    Date, else from `now`; with neither they say nothing.
    """
    for name in ("x-ratelimit-retry-after", "retry-after"):
        value = headers.get(name)
        if value is not None and (wait := _wait(value.strip(), headers, now)) is not None:
            return wait
    return None


def _wait(value: str, headers: Mapping[str, str], now: datetime | None) -> float | None:
    try:
        number = float(value)
    except ValueError:
        moment = _date(value)
        return None if moment is None else _until(moment.timestamp(), headers, now)
    if not math.isfinite(number):
        return None
    if number >= _EARLIEST_EPOCH_MS:
        number /= 1000
    if number >= _EARLIEST_EPOCH:
        return _until(number, headers, now)
    return max(0.0, number)


def _until(moment: float, headers: Mapping[str, str], now: datetime | None) -> float | None:
    present = _date(headers.get("date", "")) or now
    return None if present is None else max(0.0, moment - present.timestamp())


def _date(value: str) -> datetime | None:
    # Imported here: it takes as long as a tenth of the package, for headers that rarely come.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
