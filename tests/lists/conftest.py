"""A sandbox of four hundred rows in the order of their ids, and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from asyncsdk import Wethod
from asyncsdk.sandbox import Sandbox
from tests.lists.followed import client_of


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=400, seed=5) as running:
        yield running


@pytest.fixture
async def wethod(sandbox: Sandbox) -> AsyncIterator[Wethod]:
    async with client_of(sandbox) as connected:
        yield connected
