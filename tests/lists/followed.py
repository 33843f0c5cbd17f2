"""What tests of a list that is followed share: its client, what is told, and bookmarks of what is known."""

from __future__ import annotations

from typing import Any

from asyncsdk import Change, Changes, Pager, RetryPolicy, Wethod
from asyncsdk.sandbox import Sandbox

NO_RETRY = RetryPolicy(attempts=1)

STREAMS = "production_plan_streams"


def client_of(sandbox: Sandbox) -> Wethod:
    return Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url, retry=NO_RETRY, budget=None)


async def told(changes: Changes[Any]) -> list[Change[Any]]:
    return [change async for change in changes]


async def learned(pager: Pager[Any]) -> str:
    """Follows a list for one round, and returns the bookmark."""
    changes = pager.changes(every=None)
    assert await told(changes) == []
    return changes.bookmark
