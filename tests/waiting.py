"""Calls that wait: the order that makes them, ears that hear of it, and the account that holds them."""

from __future__ import annotations

import asyncio
from typing import Any

from asyncsdk import Wethod
from asyncsdk.events import Hooks, RetryPlanned, WaitBegun

ORDER = (429, {"message": "slow down"}, {"x-ratelimit-retry-after": "60"})


def account(wethod: Wethod) -> Any:
    return wethod._session.account


class Ears:
    """Hooks that keep what they hear, and let a test wait for it."""

    def __init__(self) -> None:
        self.waits: list[WaitBegun] = []
        self.retries: list[RetryPlanned] = []
        self._heard = asyncio.Event()
        self.hooks = Hooks(wait=self._wait, retry=self.retries.append)

    def _wait(self, event: WaitBegun) -> None:
        self.waits.append(event)
        self._heard.set()

    async def wait(self, reason: str) -> WaitBegun:
        """The first wait for `reason`; comes when it comes."""
        async with asyncio.timeout(10):
            while True:
                for event in self.waits:
                    if event.reason == reason:
                        return event
                self._heard.clear()
                await self._heard.wait()
