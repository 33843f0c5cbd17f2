"""Errors become answers: each has its status, and none repeats what the API said."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from asyncsdk import (
    ArgumentError,
    ClientClosed,
    ConfigurationError,
    Conflict,
    DecodeError,
    OutcomeUnknown,
    RateLimited,
    RequestLine,
    RequestTimeout,
    WethodError,
)
from asyncsdk.integrations.fastapi.failures import verdict
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
        assert response.headers.get("Retry-After") == ("999" if status == 503 else None)
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
        (OutcomeUnknown("lost", request=LINE), 504),
        (RequestTimeout("late", request=LINE, phase="read"), 504),
        (RateLimited("spent", request=LINE, status=None), 503),
        (ArgumentError("limit", "from 1 to 100"), 422),
        (ConfigurationError("no token"), 500),
        (DecodeError("bad"), 502),
        (ClientClosed(), 503),
        (Conflict("there", request=LINE, status=409), 409),
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
