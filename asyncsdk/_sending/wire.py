"""HTTP without I/O: what to send, and what an answer means.

Everything here is a pure function of its arguments: no clock, no network, no aiohttp. Tests feed statuses and bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Generic, TypeVar
from urllib.parse import quote

import attrs

from .._codec.values import Field, Json, text_of
from ..errors import (
    APIError,
    ArgumentError,
    AuthenticationError,
    ConflictError,
    Failure,
    InvalidDataError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RequestLine,
    ServerError,
)
from ..errors._printable import printable, shown
from .headers import plain_headers, server_wait
from .problems import problem_of
from .secret import Secret, redacted, redacted_bytes
from .statuses import READS, carried_out

__all__ = [
    "Answer",
    "Reply",
    "Request",
    "build",
    "encode_fields",
    "encode_json",
    "encode_query",
    "error_of",
]

T = TypeVar("T")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

_PLAIN_PATH = re.compile(r"[A-Za-z0-9/:._~-]*")


@attrs.frozen
class Request:
    """A request ready to send, without the headers that carry the token and the company.

    `operation` is its name in this package (`projects.get`), `route` its path without ids; None where the contract does
    not know it. Two requests that differ in these alone are equal.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    operation: str | None = attrs.field(default=None, eq=False)
    route: str | None = attrs.field(default=None, eq=False)

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


@attrs.define(eq=False)  # one a request, and made in a third of the time of a frozen one
class Reply(Generic[T]):
    """A success: the decoded value and the answer it came in."""

    value: T
    answer: Answer


def build(
    method: object,
    path: str,
    query: Iterable[Field] = (),
    body: bytes | None = None,
    *,
    operation: str | None = None,
    route: str | None = None,
) -> Request:
    """Makes a request of a path and its parameters.

    Args:
        method: GET, POST, PUT, PATCH, DELETE or HEAD, in any case.
        path: from the base URL on, such as `/api/streams/12:archive`; sent as it is, the colon included.
        query: parameters by wire name; entries that are None are left out, `False` and 0 are sent.
        body: an encoded body (`encode_fields`, `encode_json`), or None.
        operation: its name in this package, such as `streams.archive`.
        route: its path without ids, such as `/api/streams/{id}:archive`.

    Raises:
        ArgumentError: an unknown method, or a path that is a whole URL or holds its own query.
    """
    if not isinstance(method, str) or (verb := method.upper()) not in _METHODS:
        raise ArgumentError("method", f"one of {', '.join(sorted(_METHODS))}, not {shown(method)}")
    if not isinstance(path, str):
        raise ArgumentError("path", f"is text such as '/api/projects', not {shown(path)}")
    if not path.startswith("/"):
        raise ArgumentError(
            "path", f"starts with a slash, such as '/api/projects'; the host is base_url, not {shown(path)}"
        )
    if "?" in path or "#" in path:
        raise ArgumentError("path", f"holds no '?' or '#'; give parameters as params={{...}}, not {shown(path)}")
    if not _PLAIN_PATH.fullmatch(path):
        path = _quoted("path", path, "/:%@!$&'()*+,;=~")
    return Request(verb, path, encode_query(query) if query else "", body, operation, route)


def encode_fields(fields: Iterable[Field]) -> bytes:
    """The JSON object of a body's fields; those that are None were left out by the caller and are not sent."""
    return encode_json({field[0]: field[1] for field in fields if field is not None})


def encode_json(value: Json) -> bytes:
    """A value as JSON text.

    Raises:
        ArgumentError: it holds what JSON cannot (nan, a date-time: send its text instead), or is nested too deep.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        reason = "a text in it holds half of a surrogate pair; write text.encode('utf-8', 'replace').decode()"
    except RecursionError:
        reason = "it is nested too deep, or holds itself"
    except (TypeError, ValueError, OverflowError) as problem:
        reason = printable(str(problem), 500)
    raise ArgumentError("json", f"cannot be written as JSON: {reason}")


def encode_query(query: Iterable[Field]) -> str:
    """Percent-encodes parameters. Colons and commas stay readable; `+` becomes %2B, or it would be read as a space.

    Raises:
        ArgumentError: a value that no query can hold.
    """
    return "&".join(
        f"{_quoted('params', field[0], '')}={_quoted(field[0], text_of(field[0], field[1]), ':,')}"
        for field in query
        if field is not None
    )


def _quoted(name: str, text: object, safe: str) -> str:
    if not isinstance(text, str):
        raise ArgumentError(name, f"names are text, not {shown(text)}")
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        pass
    raise ArgumentError(
        printable(name, 100), f"{shown(text)} holds half of a surrogate pair, which no request can carry; take it out"
    )


_BY_KEY: dict[str, type[APIError]] = {
    "invalid_data": InvalidDataError,
    "not_found": NotFoundError,
    "precondition_failure": PreconditionFailedError,
}
_BY_STATUS: dict[int, type[APIError]] = {
    400: InvalidDataError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    429: RateLimitError,
}


def error_of(
    request: Request, answer: Answer, *, now: datetime | None = None, secrets: Iterable[Secret] = ()
) -> APIError | None:
    """The error an answer stands for, or None where it is a success. The key decides the class, then the status.

    Args:
        request: what was answered.
        answer: status, headers and body.
        now: what a moment in `Retry-After` is measured from where the answer has no Date.
        secrets: blotted out wherever the answer repeats them.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    secrets = tuple(secrets)
    body = redacted_bytes(answer.body, secrets)
    problem = problem_of(body)
    headers = {name: redacted(value, secrets) for name, value in plain_headers(answer.headers).items()}
    message = redacted(problem.message, secrets) or _phrase(status, headers, body)
    failures = tuple(
        Failure(redacted(failure.field, secrets), redacted(failure.message, secrets)) for failure in problem.failures
    )
    key = None if problem.key is None else redacted(problem.key, secrets)
    kind = _BY_KEY.get(key or "") or _BY_STATUS.get(status) or (ServerError if status >= 500 else APIError)
    done = False if request.method in READS else carried_out(status)
    if issubclass(kind, RateLimitError):
        return RateLimitError(
            message,
            request=request.line,
            status=status,
            key=key,
            failures=failures,
            failure_count=problem.count,
            headers=headers,
            body=body,
            carried_out=done,
            retry_after=server_wait(answer.headers, now=now),
        )
    return kind(
        message,
        request=request.line,
        status=status,
        key=key,
        failures=failures,
        failure_count=problem.count,
        headers=headers,
        body=body,
        carried_out=done,
    )


def _phrase(status: int, headers: Mapping[str, str], body: bytes) -> str:
    from http import HTTPStatus  # dozens of names, for answers that rarely come

    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = _PHRASES.get(status, "unexpected status")
    if status == 304:
        return f"{phrase}: nothing was asked that allows this answer; a proxy caches what it should not"
    if 300 <= status < 400:
        to = printable(headers.get("location", ""), 500)
        return f"{phrase}{f' to {to}' if to else ''}: redirects are not followed; is base_url right?"
    if body.lstrip()[:1] == b"<":
        return f"{phrase} (the body is HTML: a proxy answered, not the API)"
    return phrase


_PHRASES: Final = {
    520: "the origin's answer was none that the proxy understood",
    521: "the origin is down",
    522: "the proxy's connection to the origin timed out",
    523: "the origin is out of reach",
    524: "the origin did not answer the proxy in time",
    525: "no TLS between proxy and origin",
    526: "the origin's certificate is not valid",
    527: "the proxy lost the origin",
    529: "the proxy is overloaded",
    530: "the proxy cannot find the origin",
}
"""What proxies mean by statuses that no standard names."""
