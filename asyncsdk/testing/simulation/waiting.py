"""Says what tasks wait for, for the moment at which nothing will ever happen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import CoroutineType, FrameType
from typing import Any

__all__ = ["describe", "place_of"]


def describe(tasks: Iterable[asyncio.Task[Any]]) -> str:
    """Returns who waits, and where: a line for each task that is not done."""
    lines = sorted(f"  {task.get_name()} waits in {place_of(task)}" for task in tasks if not task.done())
    return "\n".join(["nothing will ever happen: no timer is set and nothing is on its way, but", *lines])


def place_of(task: asyncio.Task[Any]) -> str:
    """Returns where a task waits, from the outermost coroutine inwards."""
    places: list[str] = []
    inner: object = task.get_coro()
    while isinstance(inner, CoroutineType):
        frame: FrameType | None = inner.cr_frame
        if frame is not None:
            places.append(f"{inner.__qualname__}:{frame.f_lineno}")
        inner = inner.cr_await
    if inner is not None:
        places.append(type(inner).__name__)
    return " > ".join(places) or "(it has not begun)"
