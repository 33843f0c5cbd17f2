"""A sandbox whose days end before the months that are imported, and a client of it that does not wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from asyncsdk import RetryPolicy, Wethod
from asyncsdk._lists import creating
from asyncsdk.bulk import doubts
from asyncsdk.sandbox import Sandbox


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing arrives late here, so looks need not wait for it."""
    monkeypatch.setattr(creating, "SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(doubts, "LATE_SECONDS", 0.0)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=50, seed=1, today="2026-04-01") as running:
        yield running


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with Wethod(
        token=sandbox.token, company=sandbox.company, base_url=sandbox.url, retry=RetryPolicy(backoff=1e-9)
    ) as client:
        yield client
