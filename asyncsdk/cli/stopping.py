"""How a run is ended from outside: by Ctrl-C, SIGTERM or a terminal that is closed, in order and soon."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from .output import say

__all__ = ["Interrupted", "interruptible"]

LEAVING_SECONDS: Final = 0.9
"""What an interrupted run may take to end. Then the process ends as it stands: every target bears that."""

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupted(Exception):
    """A signal ended the run, which has committed what it held. `status` is the exit status that says so."""

    def __init__(self, number: int) -> None:
        super().__init__("interrupted")
        self.status: int = 128 + number


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets a signal cancel the task, which commits what it holds; within a second it is gone, at a second one at once.

    A closed terminal that the process was started to ignore (`nohup`) stays ignored.

    Raises:
        Interrupted: instead of the cancellation.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    came: list[int] = []

    def stop(number: int) -> None:
        came.append(number)
        if len(came) > 1 or task is None:
            os._exit(128 + number)
        last = threading.Timer(LEAVING_SECONDS, os._exit, [128 + number])
        last.daemon = True
        last.start()
        task.cancel()
        say("interrupted; what was delivered is kept, the same command goes on")

    numbers = [number for name in _NAMES if (number := getattr(signal, name, None)) is not None and _minded(number)]
    with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt there
        for number in numbers:
            loop.add_signal_handler(number, stop, number)
    try:
        yield
    except asyncio.CancelledError:
        if not came:
            raise
        raise Interrupted(came[0]) from None
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)


def _minded(number: int) -> bool:
    return number != getattr(signal, "SIGHUP", None) or signal.getsignal(number) is not signal.SIG_IGN
