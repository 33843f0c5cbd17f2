"""Calls on an event loop that is not asyncio's say so, instead of failing somewhere inside."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable

import pytest

from asyncsdk import ConfigurationError, Mirror, Wethod, gather_all

trio = pytest.importorskip("trio")


async def entering(wethod: Wethod) -> None:
    async with wethod:
        pass


async def closing(wethod: Wethod) -> None:
    await wethod.aclose()


async def getting(wethod: Wethod) -> None:
    await wethod.projects.get(1)


async def getting_shared(wethod: Wethod) -> None:
    await wethod.with_options(single_flight=True).projects.get(1)


async def listing(wethod: Wethod) -> None:
    await wethod.projects.list()


async def walking(wethod: Wethod) -> None:
    async for _ in wethod.projects.list():
        pass


async def paging(wethod: Wethod) -> None:
    await wethod.projects.list().first_page()


async def counting(wethod: Wethod) -> None:
    await wethod.projects.list().count()


async def gathering(wethod: Wethod) -> None:
    await gather_all(wethod.projects.list())


async def mirroring(wethod: Wethod) -> None:
    async with Mirror(wethod, ["projects"], required=False):
        pass


@pytest.mark.parametrize(
    "call", [entering, closing, getting, getting_shared, listing, walking, paging, counting, gathering, mirroring]
)
def test_trio_is_refused_by_name(call: Callable[[Wethod], Awaitable[None]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConfigurationError, match="needs asyncio") as refusal:
            trio.run(call, Wethod(token="t", company="acme"))
    assert refusal.value.__context__ is None
