"""A sandbox, an application in front of it, and a browser: real connections on either side."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from asyncsdk.sandbox import Sandbox
from tests.integrations.fastapi.application import application, served


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rows=250, seed=3) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def address(sandbox: Sandbox) -> AsyncIterator[str]:
    async with served(application(sandbox)) as url:
        yield url
