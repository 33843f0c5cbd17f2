"""Waiting in tests, for a condition and never for time; calls that wait, and the account that holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from asyncsdk import Wethod
from asyncsdk.events import Hooks, RetryPlanned, WaitBegun

ORDER = (429, {"message": "slow down"}, {"x-ratelimit-retry-after": "60"})


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Lets everything else go on until the condition holds, and fails where it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0)


def account(wethod: Wethod) -> Any:
    return wethod._sender.account


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
