"""One line that says how far a long read is, renewed in place: on a terminal and in a notebook, nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Final, TextIO

__all__ = ["LiveLine"]

APART_SECONDS: Final = 0.1
"""Between two renewals: whoever reads a line sees no more of them."""

_NOTEBOOK: Final = "ZMQInteractiveShell"


class LiveLine:
    """A line on standard error, or below the cell of a notebook. Where neither shows one in place, nothing is written.

    Args:
        clock: seconds, as they pass.
        stream: to write to; standard error by default.
    """

    def __init__(self, clock: Callable[[], float], stream: TextIO | None = None) -> None:
        self._clock = clock
        self._stream = sys.stderr if stream is None else stream
        self._next = 0.0
        self._length = 0
        self._renew = self._in_notebook() or (self._on_terminal if self._is_terminal() else None)

    def show(self, text: str) -> None:
        """Renews the line, unless that was done a moment ago."""
        if self._renew is not None and (now := self._clock()) >= self._next:
            self._next = now + APART_SECONDS
            self._renew(text)

    def end(self, text: str) -> None:
        """Writes the line a last time; what comes next begins below it."""
        if self._renew is not None:
            self._renew(text)
            if self._renew == self._on_terminal:
                self._write("\n")

    def _is_terminal(self) -> bool:
        with suppress(ValueError, AttributeError):
            return self._stream.isatty()
        return False

    def _on_terminal(self, text: str) -> None:
        self._write("\r" + text.ljust(self._length))
        self._length = len(text)

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()

    @staticmethod
    def _in_notebook() -> Callable[[str], object] | None:
        """What renews a line below the cell that runs; None outside of notebooks. IPython is there where one runs."""
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if type(shell).__name__ != _NOTEBOOK:
            return None
        handle = import_module("IPython.display").display({"text/plain": ""}, raw=True, display_id=True)
        return lambda text: handle.update({"text/plain": text}, raw=True)
