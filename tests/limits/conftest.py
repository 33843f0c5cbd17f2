"""A Redis on loopback, a key of the test's own in it, and the budgets of two processes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from asyncsdk._limits import Pause
from tests.limits.redis_on_loopback import LIMIT, answers

if TYPE_CHECKING:
    from asyncsdk._limits.shared_budget import SharedBudget


@pytest.fixture(scope="module")
def url() -> str:
    if not answers(6379):
        pytest.skip("no Redis server answers on 127.0.0.1:6379")
    return "redis://127.0.0.1:6379/0"


@pytest.fixture
def key() -> str:
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
async def pair(url: str, key: str) -> AsyncIterator[tuple[SharedBudget, SharedBudget]]:
    """Two processes of one person."""
    from asyncsdk._limits.shared_budget import SharedBudget  # needs the extra redis

    one, two = (SharedBudget(url, key, LIMIT, 60.0, pause=Pause()) for _ in range(2))
    yield one, two
    await one.aclose()
    await two.aclose()
