"""Long statements of a database that another thread may end: which one runs, and whether it was told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..target import TargetStopped

__all__ = ["Stoppable"]


class Stoppable:
    """What `Target.stop` does for a database.

    Args:
        interrupt: ends the statement that runs, if any, and returns at once. Called from any thread.
    """

    def __init__(self, interrupt: Callable[[], object]) -> None:
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._stopped = False
        self._long = False

    def stop(self, *, writes: bool) -> None:
        """Ends long statements from now on, and the one at hand; with `writes` whatever is at hand."""
        with self._lock:
            self._stopped = True
            if self._long or writes:
                self._interrupt()

    @contextmanager
    def long(self) -> Iterator[None]:
        """For statements that may take as long as a table is big.

        Raises:
            TargetStopped: they were ended, or not begun.
        """
        with self._lock:
            if self._stopped:
                raise TargetStopped("the run was stopped; the next one makes up for it")
            self._long = True
        try:
            yield
        except Exception:
            if self._stopped:
                raise TargetStopped("the run was stopped in the midst of a statement; nothing of it was kept") from None
            raise
        finally:
            with self._lock:
                self._long = False
