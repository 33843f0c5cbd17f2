"""Which statements a cancel may hit: those of the block of work it was asked for, and never the next one's.

A cancel travels over a connection of its own and may arrive late. So a block is not over before every cancel that was
sent for it has been taken by the server; where nobody can tell, the connection is not used again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ..target import TargetStopped

__all__ = ["Blocks"]

_ANSWERED_WITHIN: Final = 5.0
"""Seconds for a cancel that is under way; it gives up by itself before."""

_AGAIN_AFTER: Final = 0.2
"""Seconds until a cancel is repeated: it does nothing between two statements of a block."""


class Blocks:
    """Blocks of statements of one connection, one at a time, that another thread may end.

    Args:
        cancel: asks the server to end the statement at hand, and returns once the server has taken it; False where
            that cannot be told. Called from a thread of its own.
        give_up: ends the use of the connection. Called from the thread of the block.
    """

    def __init__(self, cancel: Callable[[], bool], give_up: Callable[[], object]) -> None:
        self._cancel = cancel
        self._give_up = give_up
        self._changed = threading.Condition()
        self._stopped = False
        self._number = 0
        self._running: str | None = None
        self._asked = 0
        self._sending = False
        self._doubtful = False

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def running(self) -> bool:
        """Whether a block is at work."""
        return self._running is not None

    def stop(self, *, writes: bool) -> None:
        """Ends long blocks from now on, and the one at hand; with `writes` whatever is at hand. Returns at once."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            if self._asked < self._number and (self._running == "long" or (writes and self._running)):
                self._asked = self._number
                threading.Thread(target=self._end, args=(self._number,), daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Waits, unless it was told to stop; whether it was not."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopped, seconds)

    @contextmanager
    def short(self) -> Iterator[None]:
        """For statements that go on after `stop`: rows, states and the log."""
        with self._block("short"):
            yield

    @contextmanager
    def long(self) -> Iterator[None]:
        """For statements that may take as long as a table is big.

        Raises:
            TargetStopped: they were ended, or not begun.
        """
        self.check()
        try:
            with self._block("long"):
                yield
        except Exception:
            if self._stopped:
                raise TargetStopped("the run was stopped in the midst of a statement; nothing of it was kept") from None
            raise

    def check(self) -> None:
        """Before each long statement.

        Raises:
            TargetStopped: it was told to stop.
        """
        if self._stopped:
            raise TargetStopped("the run was stopped; the next one makes up for it")

    @contextmanager
    def _block(self, kind: str) -> Iterator[None]:
        with self._changed:
            self._number += 1
            self._running = kind
        try:
            yield
        finally:
            with self._changed:
                self._running = None
                self._changed.notify_all()
                taken = self._changed.wait_for(lambda: not self._sending, _ANSWERED_WITHIN)
                doubtful, self._doubtful = self._doubtful or not taken, False
            if doubtful:
                self._give_up()

    def _end(self, number: int) -> None:
        """Sends cancels until the block is over."""
        while True:
            with self._changed:
                if not self._is_at(number):
                    return
                self._sending = True
            taken = False
            try:
                taken = self._cancel()
            finally:
                with self._changed:
                    self._sending = False
                    self._doubtful = self._doubtful or not taken
                    self._changed.notify_all()
            with self._changed:
                self._changed.wait_for(lambda: not self._is_at(number), _AGAIN_AFTER)

    def _is_at(self, number: int) -> bool:
        return self._running is not None and self._number == number
