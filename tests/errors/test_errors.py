"""Errors say what happened, survive pickling, and never carry a token."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from asyncsdk import errors
from asyncsdk.errors import (
    APIError,
    ArgumentError,
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    Failure,
    InvalidDataError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    RequestLine,
    RequestTimeoutError,
    TransportError,
    WethodError,
)

LINE = RequestLine("GET", "/api/projects/7", "deleted=include")

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, WethodError)]


def example(kind: type[WethodError]) -> WethodError:
    """One error of a class, with every detail set."""
    if issubclass(kind, RateLimitError):
        return kind("slow down", request=LINE, status=429, retry_after=7.0, headers={"date": "now"}, body=b"{}")
    if issubclass(kind, APIError):
        failures = (Failure("name", "is missing"),)
        return kind("no", request=LINE, status=404, key="not_found", failures=failures, headers={"a": "b"}, body=b"x")
    if issubclass(kind, RequestTimeoutError):
        return kind("too slow", request=LINE, phase="read", status=200, headers={"a": "b"}, carried_out=False)
    if kind is ConnectError:
        return ConnectError("no route", request=LINE)
    if issubclass(kind, TransportError):
        return kind("lost", request=LINE, status=504, headers={"a": "b"}, body=b"x")
    if issubclass(kind, DecodeError):
        error = kind("expected int", path="$[3].value", body=b'{"value":"x"}')
        error.answered(LINE, 200, {"a": "b"})
        return error
    if issubclass(kind, ArgumentError):
        return kind("limit", "has to be from 1 to 100")
    return kind("something")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_pickles_with_all_it_knows(kind: type[WethodError]) -> None:
    """An error that does not unpickle hangs a process pool and hides the reason."""
    error = example(kind)
    error.bookmark = "a-bookmark"
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert twin.args == error.args
        assert str(twin) == str(error)
        assert twin.__dict__ == error.__dict__


def test_api_errors_name_status_key_message_and_request() -> None:
    error = NotFoundError("no such project", request=LINE, status=404, key="not_found")
    assert str(error) == "404 not_found: no such project (GET /api/projects/7)"


def test_failures_are_in_the_message() -> None:
    error = InvalidDataError(
        "invalid data", request=LINE, status=400, key="invalid_data", failures=(Failure("name", "is missing"),)
    )
    assert str(error) == "400 invalid_data: invalid data [name: is missing] (GET /api/projects/7)"


def test_a_refusal_of_our_own_has_no_status_in_its_message() -> None:
    error = RateLimitError("the budget is spent", request=LINE, status=None)
    assert str(error) == "the budget is spent (GET /api/projects/7)"


def test_decode_errors_name_the_row_and_the_field() -> None:
    assert str(example(DecodeError)) == "expected int at $[3].value (GET /api/projects/7)"


def test_refused_arguments_are_value_errors() -> None:
    """Callers who know nothing of this package catch them."""
    assert issubclass(ArgumentError, ValueError)
    assert issubclass(ArgumentError, ConfigurationError)


def test_the_closed_client_says_what_to_do() -> None:
    assert "make a new one" in str(ClientClosedError())


def test_outcome_unknown_is_no_api_error() -> None:
    """Nobody should mistake a lost answer for a refusal."""
    assert not issubclass(OutcomeUnknownError, APIError)


def test_every_error_of_an_answer_says_what_came_of_it() -> None:
    """The same attributes everywhere, so that a handler need not know the class."""
    for kind in CLASSES:
        error = example(kind)
        if isinstance(error, APIError | TransportError | DecodeError):
            for name in ("request", "status", "headers", "body", "carried_out"):
                assert hasattr(error, name), f"{kind.__name__}.{name}"
            assert error.carried_out in (True, False, None)
            assert type(error.headers) is dict
    assert example(ConnectError).__dict__["carried_out"] is False


def test_a_write_whose_answer_cannot_be_read_forbids_repeating_it() -> None:
    error = DecodeError("Stream: expected int", path="$.name", body=b"{")
    error.answered(RequestLine("POST", "/api/streams"), 201, {}, carried_out=True, id=12)
    assert str(error) == (
        "Stream: expected int at $.name (POST /api/streams); "
        "the status 201 says that it was carried out (id 12): do not send it again"
    )


def test_as_many_failures_as_fit_are_told_and_the_others_counted() -> None:
    failures = tuple(Failure(f"field_{number}", "is missing") for number in range(1000))
    error = InvalidDataError("m", request=LINE, status=400, failures=failures, failure_count=1_000_000)
    assert len(str(error)) < 2100
    told = str(error).count("is missing")
    assert f"; and {1_000_000 - told:,} more]" in str(error)
    whole = InvalidDataError("m" * 3000, request=LINE, status=400, failures=failures)
    assert "[1,000 refused fields]" in str(whole)
