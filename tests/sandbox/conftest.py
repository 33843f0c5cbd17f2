"""Sandboxes and a bare HTTP client for them: the sandbox is tried without the SDK it judges."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import attrs
import pytest
from yarl import URL

from asyncsdk.sandbox import Sandbox

LOCAL: dict[str, str | None] = {"Authorization": None, "Wethod-Company": None, "Wethod-Version": None}
"""Takes away what a request to a sandbox's own paths does without."""


@attrs.frozen
class Reply:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def ids(self) -> list[int]:
        return [row["id"] for row in self.json]

    @property
    def fields(self) -> set[str]:
        return {failure["field"] for failure in self.json["failures"]}


@attrs.frozen
class Api:
    """A client with the headers every request needs; `headers` replaces some (None takes one away)."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    token: str
    company: str

    async def __call__(
        self, method: str, path: str, body: Any = None, headers: dict[str, str | None] | None = None
    ) -> Reply:
        needed: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "Wethod-Company": self.company,
            "Wethod-Version": "2024-06-15",
            **(headers or {}),
        }
        sent = {name: value for name, value in needed.items() if value is not None}
        url = URL(self.sandbox.url + path, encoded=True)
        async with self.session.request(method, url, json=body, headers=sent) as response:
            return Reply(response.status, dict(response.headers), await response.read())

    async def get(self, path: str) -> Any:
        reply = await self("GET", path)
        assert reply.status == 200, reply.raw
        return reply.json

    def as_(self, *permissions: str, person: int = 1) -> Api:
        """The same client with a token that has these permissions alone."""
        token = self.sandbox.add_token(f"limited-{person}", permissions=permissions, person=person)
        return attrs.evolve(self, token=token)


Open = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture
def open_api() -> Open:
    """Opens a sandbox, every answer of which is held against the contract, with a client."""

    @contextlib.asynccontextmanager
    async def opened(**options: Any) -> AsyncIterator[Api]:
        async with Sandbox(**{"rows": 300, "validate_responses": True, **options}) as sandbox:
            async with aiohttp.ClientSession() as session:
                yield Api(sandbox, session, sandbox.token, sandbox.company)
            assert sandbox.violations == []

    return opened


@pytest.fixture
async def api(open_api: Open) -> AsyncIterator[Api]:
    async with open_api() as opened:
        yield opened
