"""What the sandbox says no with: a status, the API's key for it, a message and the failing fields."""

from __future__ import annotations

import attrs

from asyncsdk.sandbox.contract import Object

_KEYS = {
    400: "invalid_data",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "precondition_failure",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
}


@attrs.frozen
class Complaint:
    """One refused field, by its wire name."""

    field: str
    message: str


class Refusal(Exception):
    """Answered instead of a result. `headers` are added to the answer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        failures: tuple[Complaint, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.failures = failures
        self.headers = headers

    def body(self) -> Object:
        """Returns the answer's body: key and message, and on a 400 the failures."""
        body: Object = {"key": _KEYS.get(self.status, "error"), "message": self.message}
        if self.status == 400:
            body["failures"] = [{"field": failure.field, "message": failure.message} for failure in self.failures]
        return body


def invalid(failures: list[Complaint]) -> Refusal:
    """Returns the 400 that names every failing field."""
    message = "You provided invalid data. Check 'failures' for details."
    return Refusal(400, message, failures=tuple(failures))


def missing(what: str = "resource") -> Refusal:
    """Returns the 404 of a row that is not there, or not for this person."""
    return Refusal(404, f"The requested {what} was not found.")
