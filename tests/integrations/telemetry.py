"""A program that knows nothing of telemetry: `opentelemetry-instrument` sees its calls all the same."""

from __future__ import annotations

import asyncio

from asyncsdk import Wethod


async def main() -> None:
    async with Wethod() as wethod:
        await wethod.streams.get(1)
        await wethod.streams.list()


if __name__ == "__main__":
    asyncio.run(main())
