"""What is sent and what an answer means, from bytes and statuses alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk import errors
from asyncsdk._codec.values import Json
from asyncsdk._sending.wire import Answer, Request, build, encode_fields, encode_json, encode_query, error_of
from asyncsdk.errors import ArgumentError, InvalidDataError, RateLimitError

GET = Request("GET", "/api/projects/7")
NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def test_the_colon_of_an_action_stays_a_colon() -> None:
    assert build("POST", "/api/streams/12:archive").path == "/api/streams/12:archive"


def test_falsy_values_are_sent_and_left_out_ones_are_not() -> None:
    """offset=0 and is_archived=False mean something; an argument that was not given does not."""
    query: list[tuple[str, Json] | None] = [("offset", 0), None, ("is_archived", False), ("search", "")]
    assert encode_query(query) == "offset=0&is_archived=false&search="


def test_a_plus_sign_is_not_read_as_a_space() -> None:
    assert encode_query([("order", "+created_at")]) == "order=%2Bcreated_at"


def test_filters_stay_readable() -> None:
    assert encode_query([("updated_at", "bt:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z")]) == (
        "updated_at=bt:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z"
    )


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_any_text_survives_the_query(pairs: list[tuple[str, str]]) -> None:
    assert parse_qsl(encode_query(pairs), keep_blank_values=True, strict_parsing=bool(pairs)) == pairs


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        ("FETCH", "/api/projects", "one of DELETE, GET"),
        ("GET", "https://evil.example/api", "starts with a slash"),
        ("GET", "api/projects", "starts with a slash"),
        ("GET", "/api/projects?limit=3", "params={...}"),
    ],
)
def test_requests_that_cannot_be_meant_are_refused(method: str, path: str, says: str) -> None:
    """A whole URL would carry the token to another host."""
    with pytest.raises(ArgumentError) as caught:
        build(method, path)
    assert says in str(caught.value)


def test_fields_left_out_of_a_body_are_not_sent_and_null_is() -> None:
    assert json.loads(encode_fields([("name", "x"), None, ("notes", None), ("value", 0)])) == {
        "name": "x",
        "notes": None,
        "value": 0,
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, NOW])
def test_what_json_cannot_say_is_refused_before_anything_is_sent(value: object) -> None:
    with pytest.raises(ArgumentError, match="cannot be written as JSON"):
        encode_json({"value": value})  # type: ignore[dict-item]  # what a caller without a type checker may write


@pytest.mark.parametrize(
    ("status", "key", "kind"),
    [
        (400, "invalid_data", errors.InvalidDataError),
        (404, "not_found", errors.NotFoundError),
        (412, "precondition_failure", errors.PreconditionFailedError),
        (401, None, errors.AuthenticationError),
        (403, None, errors.PermissionDeniedError),
        (409, None, errors.ConflictError),
        (429, None, errors.RateLimitError),
        (500, None, errors.ServerError),
        (503, None, errors.ServerError),
        (418, None, errors.APIError),
        (302, None, errors.APIError),
        # The key decides the class first.
        (422, "invalid_data", errors.InvalidDataError),
        (400, "not_found", errors.NotFoundError),
        # An unknown key leaves it to the status.
        (404, "gone_fishing", errors.NotFoundError),
    ],
)
def test_key_then_status_decide_the_class(status: int, key: str | None, kind: type[errors.APIError]) -> None:
    error = error_of(GET, answer(status, {"key": key, "message": "no"}))
    assert type(error) is kind
    assert error.status == status
    assert error.key == key


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_no_error(status: int) -> None:
    assert error_of(GET, answer(status)) is None


def test_failures_name_their_fields() -> None:
    body = {"key": "invalid_data", "message": "bad", "failures": [{"field": "name", "message": "too long"}]}
    error = error_of(GET, answer(400, body))
    assert isinstance(error, InvalidDataError)
    assert [(failure.field, failure.message) for failure in error.failures] == [("name", "too long")]


@pytest.mark.parametrize(
    "body",
    [b"<html><h1>502 Bad Gateway</h1>", b"", b"[]", b'"text"', b'{"message": 3, "failures": "x"}', b"\xff\xfe{", b"{"],
)
def test_bodies_of_any_other_shape_still_make_an_error(body: bytes) -> None:
    """Proxies in front of the API answer what they like."""
    error = error_of(GET, answer(502, body))
    assert isinstance(error, errors.ServerError)
    assert error.body == body
    assert "Bad Gateway" in str(error)


@given(st.integers(300, 599), st.binary(max_size=60))
def test_no_body_makes_classifying_fail(status: int, body: bytes) -> None:
    error = error_of(GET, answer(status, body))
    assert error is not None
    assert error.status == status


def test_headers_of_an_error_are_a_plain_dict_of_lower_case_names() -> None:
    error = error_of(GET, Answer(500, {"X-Request-Id": "7"}, b""))
    assert error is not None
    assert error.headers == {"x-request-id": "7"}
    assert type(error.headers) is dict


def test_rate_limited_tells_how_long() -> None:
    error = error_of(GET, answer(429, {"message": "slow"}, x_ratelimit_retry_after="9"), now=NOW)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 9.0
