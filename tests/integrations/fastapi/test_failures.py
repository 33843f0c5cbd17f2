"""Errors become answers: each has its status, and none repeats what the API said."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import aiohttp
import pytest

from asyncsdk import (
    ArgumentError,
    AuthenticationError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    DecodeError,
    Failure,
    InvalidDataError,
    OutcomeUnknownError,
    RateLimitError,
    RequestLine,
    RequestTimeoutError,
    ServerError,
    WethodError,
)
from asyncsdk._codec.values import Json
from asyncsdk.integrations.fastapi import ErrorBody
from asyncsdk.integrations.fastapi.clients import RefusedTokens
from asyncsdk.integrations.fastapi.failures import TokenMissing, verdict
from asyncsdk.sandbox import Sandbox

LINE = RequestLine("GET", "/api/projects/7")


@pytest.mark.parametrize(
    ("fault", "status", "key"),
    [
        ({"status": 404, "body": {"key": "not_found", "message": "SECRET"}}, 404, "not_found"),
        ({"status": 403, "body": {"message": "SECRET"}}, 403, "permission_denied"),
        ({"status": 409, "body": {"message": "SECRET"}}, 409, "conflict"),
        ({"status": 412, "body": {"key": "precondition_failure", "message": "SECRET"}}, 412, "precondition_failure"),
        ({"status": 401, "body": {"message": "SECRET"}}, 502, "upstream_error"),
        ({"status": 500, "body": {"message": "SECRET"}}, 502, "upstream_error"),
        ({"status": 503, "body": {"message": "SECRET"}}, 503, "unavailable"),
        ({"status": 504, "body": {"message": "SECRET"}}, 504, "timeout"),
        ({"status": 429, "retry_after": 999, "body": {"message": "SECRET"}}, 503, "rate_limited"),
        (
            {
                "status": 400,
                "body": {
                    "key": "invalid_data",
                    "message": "SECRET",
                    "failures": [{"field": "name", "message": "too long"}],
                },
            },
            400,
            "invalid_data",
        ),
    ],
)
async def test_errors_become_answers_without_what_the_api_said(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession, fault: dict[str, Any], status: int, key: str
) -> None:
    sandbox.fail("GET /api/projects/*", times=None, **fault)
    async with browser.get(f"{address}/projects/7") as response:
        text = await response.text()
        assert response.status == status
        wait = str(fault.get("retry_after", 60)) if status == 503 else None
        assert response.headers.get("Retry-After") == wait
    body = json.loads(text)
    assert body["key"] == key
    assert body.get("failures") == ([{"field": "name", "message": "too long"}] if status == 400 else None)
    assert "SECRET" not in text
    assert sandbox.token not in text


async def test_a_lost_write_is_504_outcome_unknown(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.drop("POST /api/streams", handled=True)
    async with browser.post(f"{address}/streams?name=x") as response:
        assert response.status == 504
        assert (await response.json())["key"] == "outcome_unknown"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OutcomeUnknownError("lost", request=LINE), 504),
        (RequestTimeoutError("late", request=LINE, phase="read"), 504),
        (RateLimitError("spent", request=LINE, status=None), 503),
        (ArgumentError("limit", "from 1 to 100"), 422),
        (ConfigurationError("no token"), 500),
        (DecodeError("bad"), 502),
        (ClientClosedError(), 503),
        (ConflictError("there", request=LINE, status=409), 409),
    ],
)
def test_every_error_has_its_status(error: WethodError, status: int) -> None:
    told = verdict(error)
    assert told.status == status
    assert ("Retry-After" in told.headers) is (status == 503)


async def test_a_refused_argument_is_422_and_names_it(
    address: str, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(f"{address}/projects/-1") as response:
        assert response.status == 422
        body = await response.json()
    assert body["key"] == "invalid_argument"
    assert [failure["field"] for failure in body["failures"]] == ["id"]
    assert not sandbox.requests


# --- tokens of users ----------------------------------------------------------------------------------------------


async def test_a_user_whose_token_is_refused_has_to_log_in_again(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.add_token("ann")

    async def ask(path: str, token: str | None) -> tuple[int, str | None, str]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with browser.get(address + path, headers=headers) as response:
            body = ErrorBody(**await response.json()) if response.status != 200 else None
            return response.status, response.headers.get("WWW-Authenticate"), "" if body is None else body.key

    assert await ask("/mine", None) == (401, "Bearer", "token_missing")
    assert await ask("/mine", "sp ace") == (401, "Bearer", "token_missing")
    assert await ask("/mine", "unknown") == (401, 'Bearer error="invalid_token"', "token_refused")
    assert await ask("/mine", "ann") == (200, None, "")
    assert await ask("/both?first=own", "ann") == (200, None, "")
    assert await ask("/both?first=user", "unknown") == (401, 'Bearer error="invalid_token"', "token_refused")
    sandbox.fail("GET /api/streams", status=401, times=None)
    assert await ask("/both?first=own", "ann") == (502, None, "upstream_error"), "the application's own token"


async def test_equal_requests_of_one_user_all_learn_that_the_token_was_refused(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    sandbox.delay("GET /api/projects", seconds=0.2, times=None)

    async def ask() -> int:
        async with browser.get(f"{address}/mine", headers={"Authorization": "Bearer unknown"}) as response:
            return response.status

    assert set(await asyncio.gather(*(ask() for _ in range(5)))) == {401}
    assert len(sandbox.requests) < 5


def test_tokens_tried_at_random_fill_no_memory() -> None:
    refused = RefusedTokens()
    for number in range(5000):
        refused.note(str(number), 401)
    assert "4999" in refused
    assert "1" not in refused
    refused.note("4999", None)
    assert "4999" in refused, "no answer says nothing"
    refused.note("4999", 403)
    assert "4999" not in refused


# --- bodies and headers -------------------------------------------------------------------------------------------

ERRORS: list[WethodError | TokenMissing] = [
    AuthenticationError("no", request=LINE, status=401),
    ServerError("no", request=LINE, status=503, headers={"retry-after": "7", "x-request-id": "abc-1"}),
    InvalidDataError("no", request=LINE, status=400, failures=(Failure("name", "too long"),)),
    ArgumentError("limit", "from 1 to 100"),
    RateLimitError("no", request=LINE, status=429, retry_after=12.2),
    OutcomeUnknownError("lost", request=LINE),
    ClientClosedError(),
    TokenMissing(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("of_user", [False, True])
def test_bodies_have_one_shape(error: WethodError | TokenMissing, of_user: bool) -> None:
    told = verdict(error, of_user=of_user, request_id="given")
    body = ErrorBody.model_validate(dict(told.content), strict=True)
    assert body.model_dump(exclude_none=True) == dict(told.content)
    assert body.request_id == ("abc-1" if isinstance(error, ServerError) else "given")
    assert ("Retry-After" in told.headers) is (told.status == 503)
    assert ("WWW-Authenticate" in told.headers) is (told.status == 401)


def test_a_write_that_was_done_is_not_to_be_repeated() -> None:
    error = DecodeError("cannot be read")
    error.carried_out = True
    told = verdict(error)
    assert (told.status, told.content["key"]) == (502, "carried_out")


@pytest.mark.parametrize(
    ("seconds", "header"),
    [(None, "60"), (0.0, "1"), (-5.0, "1"), (12.2, "13"), (1e300, "86400"), (math.inf, "86400"), (math.nan, "60")],
)
def test_how_long_to_wait_is_bounded(seconds: float | None, header: str) -> None:
    told = verdict(RateLimitError("no", request=LINE, status=429, retry_after=seconds))
    assert told.headers["Retry-After"] == header


@pytest.mark.parametrize("said", ["9" * 400, "Wed, 21 Oct 2015 07:28:00 GMT", "-1", "\ud83d", "٣", ""])
def test_what_the_api_says_of_waiting_is_a_number_or_nothing(said: str) -> None:
    told = verdict(ServerError("no", request=LINE, status=503, headers={"retry-after": said}))
    assert told.headers["Retry-After"] == "60"


@pytest.mark.parametrize("given", ["line\nbreak", "x" * 200, "\ud83d", "ünicode", ""])
def test_ids_of_requests_are_passed_on_where_a_header_can_hold_them(given: str) -> None:
    assert "request_id" not in verdict(ClientClosedError(), request_id=given).content


def test_failures_are_bounded_and_printable() -> None:
    failures = tuple(Failure("na\x1bme", f"bad \ud83d char {'x' * 5000}") for _ in range(5000))
    told = verdict(InvalidDataError("no", request=LINE, status=400, failures=failures))
    text = json.dumps(dict(told.content), ensure_ascii=False).encode()
    assert len(text) < 100_000
    first = json.loads(text)["failures"][0]
    assert first["field"] == "na\\x1bme"
    assert first["message"].startswith("bad \\ud83d char xxx")


async def test_half_an_emoji_from_the_api_does_not_break_the_answer(
    sandbox: Sandbox, address: str, browser: aiohttp.ClientSession
) -> None:
    failures: list[Json] = [{"field": "name", "message": "bad \ud83d char"}]
    sandbox.fail("GET /api/projects/*", status=400, body={"key": "invalid_data", "message": "m", "failures": failures})
    async with browser.get(f"{address}/projects/7", headers={"X-Request-Id": "r-7"}) as response:
        assert response.status == 400
        body = await response.json()
    assert body["request_id"] == "r-7"
    assert len(body["failures"]) == 1
