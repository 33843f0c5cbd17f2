"""Small session tests without a server: aioresponses stands in for aiohttp's transport.

What concerns connections, cancellation or closing is tested against a real server; these show that an application can
mock the client in the way it mocks any other user of aiohttp.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
from aioresponses import aioresponses
from aioresponses.core import CallbackResult

from asyncsdk import RetryPolicy, Wethod, errors

BASE = "https://api.wethod.com"
STREAM = {
    "id": 5,
    "created_at": "2026-01-09T17:32:14.550Z",
    "updated_at": "2026-01-09T17:32:14.550Z",
    "name": "Developers",
    "is_default": False,
}


class Answer(aiohttp.ClientResponse):
    """aiohttp 3.14 asks its responses for the writer of their request; aioresponses 0.7.9 does not give one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", Mock())
        super().__init__(*args, **kwargs)


async def test_the_default_address_and_headers() -> None:
    seen: list[dict[str, Any]] = []

    def answer(url: object, **kwargs: Any) -> CallbackResult:
        seen.append(kwargs)
        return CallbackResult(payload=STREAM, response_class=Answer)

    with aioresponses() as mocked:
        mocked.get(f"{BASE}/api/streams/5", callback=answer)
        async with Wethod(token="t", company="acme") as wethod:
            stream = await wethod.streams.get(5)
    assert stream.name == "Developers"
    assert seen[0]["headers"]["Wethod-Company"] == "acme"
    assert seen[0]["allow_redirects"] is False


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, errors.AuthenticationError), (409, errors.ConflictError), (412, errors.PreconditionFailedError)],
)
async def test_statuses_become_errors(status: int, kind: type[errors.APIError]) -> None:
    with aioresponses() as mocked:
        mocked.get(f"{BASE}/api/streams/5", status=status, payload={"message": "no"}, response_class=Answer)
        async with Wethod(token="t", company="acme") as wethod:
            with pytest.raises(kind, match="no"):
                await wethod.streams.get(5)


async def test_a_connection_that_fails_is_tried_again() -> None:
    with aioresponses() as mocked:
        mocked.get(f"{BASE}/api/streams/5", exception=aiohttp.ServerDisconnectedError())
        mocked.get(f"{BASE}/api/streams/5", payload=STREAM, response_class=Answer)
        async with Wethod(token="t", company="acme", retry=RetryPolicy(backoff=1e-9)) as wethod:
            assert (await wethod.streams.get(5)).id == 5
