"""The event loop of a command: uvloop's where it is installed, asyncio's own elsewhere.

The library never chooses a loop for an application, and nothing outside of the command line imports uvloop. No policy
is set either: the loop is made for one command, and whatever else runs in the process keeps its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

__all__ = ["run"]

T = TypeVar("T")


def run(command: Coroutine[object, object, T]) -> T:
    """Runs a coroutine to its end, as `asyncio.run` does: Ctrl-C cancels it, and the loop is closed behind it."""
    with asyncio.Runner(loop_factory=_factory()) as runner:
        return runner.run(command)


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not installed, or not for this platform
        return None
    return uvloop.new_event_loop
