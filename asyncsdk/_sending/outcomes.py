"""What an attempt came to: as the retry table sees it, and as the error of a request that will not be sent again.

Pure: of the answer, or of what is left of one. A 2xx head settles what became of a write, whatever its body was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from .._codec.decode import arrived_whole
from ..errors import (
    ConnectError,
    DecodeError,
    OutcomeUnknownError,
    RequestTimeoutError,
    ResponseTooLargeError,
    TransportError,
    WethodError,
)
from . import wire
from .headers import plain_headers, server_wait
from .problems import problem_of
from .retry import Answered, Decision, Outcome, Settled
from .secret import Secret, redacted
from .statuses import HONOURED, READS
from .wire import Answer, Request

if TYPE_CHECKING:
    from .attempt import Attempt

__all__ = ["answer_of", "cut_short", "failure", "id_in", "is_success", "outcome_of"]

_FIRST_ID: Final = re.compile(rb'\s*\{\s*"id"\s*:\s*(\d{1,18}|"[^"\\\x00-\x1f]{1,100}")\s*[,}]')


def is_success(answer: Answer | None) -> bool:
    """Whether an answer, or the head of one, has a status of success."""
    return answer is not None and 200 <= answer.status < 300


def answer_of(attempt: Attempt) -> Answer | None:
    """The answer of an attempt. Of one whose body was lost an error status says enough, a success does not."""
    if attempt.answer is None and not is_success(attempt.head):
        return attempt.head
    return attempt.answer


def outcome_of(attempt: Attempt, unreadable: DecodeError | None, now: datetime) -> Outcome:
    """An attempt as the retry table sees it."""
    answer = answer_of(attempt)
    if answer is None:
        return attempt.outcome if attempt.head is None else Answered(attempt.head.status, cut=True)
    wait = server_wait(answer.headers, now=now) if answer.status in HONOURED else None
    garbled = unreadable is not None and not arrived_whole(answer.body)
    return Answered(answer.status, wait, garbled, own=answer.status >= 500 and problem_of(answer.body).own)


def failure(
    request: Request,
    attempt: Attempt,
    decision: Decision,
    unreadable: DecodeError | None,
    *,
    now: datetime,
    secrets: Iterable[Secret],
) -> WethodError:
    """The error of a request that will not be sent again.

    Args:
        request: what was sent.
        attempt: the last one.
        decision: what the retry table said of it.
        unreadable: why the body of a success could not be decoded.
        now: what a moment in `Retry-After` is measured from where the answer has no Date.
        secrets: blotted out of whatever the server wrote.
    """
    secrets = tuple(secrets)
    line, head = request.line, attempt.head
    problem = redacted(" ".join(attempt.problem.split()), secrets)
    answer = answer_of(attempt)
    if unreadable is not None and answer is not None:
        unreadable.answered(
            line,
            answer.status,
            _headers(answer, secrets),
            carried_out=request.method not in READS,
            id=id_in(answer.body),
            secrets=secrets,
        )
        return unreadable
    if answer is None and head is not None and request.method not in READS:
        return cut_short(request, head, problem, secrets)
    status = None if head is None else head.status
    headers = None if head is None else _headers(head, secrets)
    if decision == Settled("unknown"):
        return OutcomeUnknownError(
            f"sent, but the answer was lost ({problem or f'status {status}'}); look before repeating it",
            request=line,
            status=status,
            headers=headers,
            body=b"" if answer is None else _body(answer, secrets),
        )
    if answer is not None and (error := wire.error_of(request, answer, now=now, secrets=secrets)):
        return error
    undone = False if request.method in READS or decision == Settled("not_sent") else None
    if attempt.too_large:
        return ResponseTooLargeError(problem, request=line, status=status, headers=headers, carried_out=undone)
    if decision == Settled("not_sent"):
        if attempt.timed_out:
            return RequestTimeoutError(
                f"no connection in time: {problem}", request=line, phase="connect", carried_out=False
            )
        return ConnectError(f"no connection: {problem}", request=line)
    if attempt.timed_out:
        return RequestTimeoutError(
            f"no answer in time: {problem}",
            request=line,
            phase="read",
            status=status,
            headers=headers,
            carried_out=undone,
        )
    return TransportError(
        f"the connection broke: {problem}", request=line, status=status, headers=headers, carried_out=undone
    )


def cut_short(request: Request, head: Answer, problem: str, secrets: Iterable[Secret] = ()) -> DecodeError:
    """The error of a write that was done, as the head of its answer says, but whose answer could not be read."""
    error = DecodeError(f"the answer broke off ({problem})" if problem else "the answer broke off")
    secrets = tuple(secrets)
    error.answered(request.line, head.status, _headers(head, secrets), carried_out=True, secrets=secrets)
    return error


def id_in(body: bytes) -> int | str | None:
    """The id of the row that a body shows, however little of it fits; None where it shows none.

    A body that is not whole is believed where the id comes first, as anything later could be another row's.
    """
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        found = _FIRST_ID.match(body)
        row = {"id": json.loads(found[1].decode("utf-8", "replace"))} if found else None
    id = row.get("id") if isinstance(row, dict) else None
    return id if isinstance(id, (int, str)) and not isinstance(id, bool) else None


def _headers(answer: Answer, secrets: tuple[Secret, ...]) -> dict[str, str]:
    return {name: redacted(value, secrets) for name, value in plain_headers(answer.headers).items()}


def _body(answer: Answer, secrets: tuple[Secret, ...]) -> bytes:
    body = answer.body
    for each in secrets:
        body = each.redact_bytes(body)
    return body
