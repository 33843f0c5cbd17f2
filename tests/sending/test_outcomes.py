"""What every status means for every method: sent again or not, and what the error says became of the request.

The table is written out here and goes through the whole decision: status and body in, error out.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from asyncsdk import errors
from asyncsdk._sending import outcomes
from asyncsdk._sending.retry import Again, History, Settled, decide
from asyncsdk._sending.secret import Secret
from asyncsdk._sending.settings import RetryPolicy
from asyncsdk._sending.transport import Attempt
from asyncsdk._sending.wire import Answer, Request
from asyncsdk.errors import DecodeError, OutcomeUnknownError, WethodError

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
POLICY = RetryPolicy(attempts=4)
FIRST = History()
LOST_BEFORE = History(attempts=2, lost=True)
LAST = {FIRST: History(attempts=4), LOST_BEFORE: History(attempts=4, lost=True)}

OWN = b'{"key": "some_key", "message": "in the words of the API"}'
FOREIGN = (
    b"",
    b"<html>Bad Gateway</html>",
    b'{"message": "An invalid response was received from the upstream server"}',
    b"[]",
    b"null",
    b'{"key": 5, "message": "x"}',
)

READS = ("GET", "HEAD")
WRITES = ("POST", "PATCH", "PUT")

SENT_AGAIN = {
    "reads": {408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 529},
    "DELETE": {408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 529},
    "writes": {425, 429, 521, 523, 525, 526, 529},
}
UNKNOWN = {408, 502, 504, 520, 522, 524, 527, 530}
UNKNOWN_UNLESS_OWN = {500, 503}

CLASSES: dict[int, type[WethodError]] = {
    400: errors.InvalidDataError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    412: errors.PreconditionFailedError,
    429: errors.RateLimitError,
}
REFUSED = set(range(400, 500)) - {408} | {521, 523, 525, 526, 529}
"""Statuses after which nothing was carried out. After the others nobody knows."""


def attempt(status: int, body: bytes) -> Attempt:
    head = Answer(status, {"X-Request-Id": "7"}, b"")
    return Attempt(head=head, answer=Answer(status, head.headers, body), sends=1)


def outcome(method: str, status: int, body: bytes, history: History) -> object:
    """What a request comes to: "again", "done", "value", or its error."""
    tried = attempt(status, body)
    decision = decide(POLICY, method, outcomes.outcome_of(tried, None, NOW), history, 0.5)
    if isinstance(decision, Again):
        return "again"
    if decision == Settled("done"):
        return "done"
    if 200 <= status < 300:
        return "value"
    return outcomes.failure(Request(method, "/api/x"), tried, decision, None, now=NOW, secrets=())


@pytest.mark.parametrize("method", [*READS, "DELETE", *WRITES])
@pytest.mark.parametrize("body", [OWN, *FOREIGN], ids=lambda body: body.decode()[:20] or "empty")
def test_the_table(method: str, body: bytes) -> None:
    kind = "reads" if method in READS else "writes" if method in WRITES else method
    for status in range(100, 600):
        for history in (FIRST, LOST_BEFORE):
            case = f"{method} {status} {body!r} lost={history.lost}"
            if 200 <= status < 300:
                assert outcome(method, status, body, history) == "value", case
                continue
            first = outcome(method, status, body, history)
            assert (first == "again") == (status in SENT_AGAIN[kind]), case
            end = outcome(method, status, body, LAST[history])
            if method == "DELETE" and status == 404 and history.lost:
                assert end == "done", case
                continue
            assert isinstance(end, errors.APIError | errors.TransportError), case
            assert (end.status, end.headers, end.body) == (status, {"x-request-id": "7"}, body), case
            unknown = status in UNKNOWN or (status in UNKNOWN_UNLESS_OWN and body != OWN) or history.lost
            if method in WRITES and unknown:
                assert type(end) is OutcomeUnknownError, case
                assert end.carried_out is None, case
                assert "look before repeating" in str(end), case
                continue
            assert type(end) is CLASSES.get(status, errors.ServerError if status >= 500 else errors.APIError), case
            expected = False if method in READS or status in REFUSED else None
            assert end.carried_out is expected, case


@pytest.mark.parametrize(
    ("key", "kind"), [("invalid_data", errors.InvalidDataError), ("not_found", errors.NotFoundError)]
)
def test_an_unknown_outcome_comes_before_the_key(key: str, kind: type[WethodError]) -> None:
    body = b'{"key": "%s", "message": "no"}' % key.encode()
    assert type(outcome("POST", 504, body, LAST[FIRST])) is OutcomeUnknownError
    assert type(outcome("POST", 500, body, LAST[FIRST])) is kind, "the API's own body: the key decides"


@pytest.mark.parametrize("status", [408, 429, 404, 500, 503, 504])
def test_an_error_whose_body_was_lost_is_still_that_error(status: int) -> None:
    """A 404 whose packed body breaks off is a 404, not a broken connection."""
    cut = Attempt(head=Answer(status, {}, b""), sends=1, problem="ContentEncodingError: gzip")
    whole = attempt(status, b"")
    for method in ("GET", "DELETE", "POST"):
        for history in (FIRST, LAST[FIRST]):
            seen = decide(POLICY, method, outcomes.outcome_of(cut, None, NOW), history, 0.5)
            assert seen == decide(POLICY, method, outcomes.outcome_of(whole, None, NOW), history, 0.5)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("too_large", [True, False])
def test_a_write_whose_answer_was_lost_after_its_head_was_carried_out(method: str, too_large: bool) -> None:
    cut = Attempt(head=Answer(201, {"X-Request-Id": "7"}, b""), sends=1, problem="cut\noff", too_large=too_large)
    decision = decide(POLICY, method, outcomes.outcome_of(cut, None, NOW), History(attempts=4), 0.5)
    error = outcomes.failure(Request(method, "/api/x"), cut, decision, None, now=NOW, secrets=())
    assert type(error) is DecodeError
    assert (error.status, error.headers, error.carried_out) == (201, {"x-request-id": "7"}, True)
    assert "do not send it again" in str(error)
    assert "cut off" in str(error)


@pytest.mark.parametrize("method", READS)
def test_a_read_whose_answer_was_lost_after_its_head_is_read_again(method: str) -> None:
    cut = Attempt(head=Answer(200, {"Age": "0"}, b""), sends=1, problem="cut")
    assert isinstance(decide(POLICY, method, outcomes.outcome_of(cut, None, NOW), FIRST, 0.5), Again)
    decision = decide(POLICY, method, outcomes.outcome_of(cut, None, NOW), LAST[FIRST], 0.5)
    error = outcomes.failure(Request(method, "/api/x"), cut, decision, None, now=NOW, secrets=())
    assert type(error) is errors.TransportError
    assert (error.status, error.headers, error.carried_out) == (200, {"age": "0"}, False)


@pytest.mark.parametrize(
    ("body", "id"),
    [
        (b'{"id": 12, "name": 5}', 12),
        (b'{"name": NaN, "id": "a-1"}', "a-1"),
        (b'{"id": 12, "name": "cut o', 12),
        (b'{"id": 12', None),  # there may be more digits
        (b'{"name": "x", "project": {"id": 3}, "stre', None),
        (b'[{"id": 12}]', None),
        (b'{"id": null}', None),
        (b'{"id": true}', None),
        (b"<html>", None),
        (b"", None),
        (b"[" * 100_000, None),
        (b'{"id": ' + b"9" * 5000 + b"}", None),
    ],
)
def test_the_id_that_a_body_shows(body: bytes, id: object) -> None:
    assert outcomes.id_in(body) == id


def test_secrets_that_come_back_are_blotted_out() -> None:
    token = Secret('tok"en/very-secret')
    body = (
        b'{"key": "tok\\"en/very-secret", "message": "your tok\\"en/very-secret is odd", '
        b'"failures": [{"field": "a", "message": "tok%22en%2Fvery-secret"}]}'
    )
    tried = attempt(400, body)
    assert tried.answer is not None
    tried.answer = Answer(400, {"X-Echo": "Bearer " + token.reveal()}, body)
    error = outcomes.failure(Request("GET", "/api/x"), tried, Settled("answer"), None, now=NOW, secrets=[token])
    assert isinstance(error, errors.InvalidDataError)
    assert error.message == "your *** is odd"
    assert error.headers == {"x-echo": "Bearer ***"}
    for text in (str(error), repr(error), str(error.__dict__)):
        assert "very-secret" not in text


def test_a_short_token_does_not_tear_messages_apart() -> None:
    tried = attempt(400, b'{"key": "k", "message": "no connection to host"}')
    error = outcomes.failure(Request("GET", "/x"), tried, Settled("answer"), None, now=NOW, secrets=[Secret("t")])
    assert isinstance(error, errors.APIError)
    assert error.message == "no connection to host"
