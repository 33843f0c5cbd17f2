"""Standard output and standard error of a command: whatever they are, they end in an exit status, not in a traceback.

A pipe may break, a disk be full, a stream be closed or of a character set that lacks half of the signs. The streams are
looked up when they are written to, so a program that replaces `sys.stdout` gets what is written afterwards.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Final, Literal, TextIO

from .visible import one_line

__all__ = [
    "OutputEnded",
    "OutputFailed",
    "Stream",
    "discard_output",
    "open_closed_descriptors",
    "say",
    "stderr",
    "stdout",
]

_BROKEN: Final = {errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET} | ({errno.EINVAL} if os.name == "nt" else set())


class OutputEnded(Exception):
    """Whoever read standard output has had enough of it, as `head` does."""


class OutputFailed(Exception):
    """Standard output cannot be written: the disk is full, or it is closed."""


class Stream(io.TextIOBase):
    """One of the two streams, with characters that it lacks as escapes.

    Standard output raises `OutputEnded` or `OutputFailed`. What standard error cannot take is dropped: there is nobody
    left who could be told.
    """

    def __init__(self, name: Literal["stdout", "stderr"]) -> None:
        self._name = name

    @property
    def _stream(self) -> TextIO | None:
        stream: TextIO | None = getattr(sys, self._name)
        # What rich puts in front of a stream while it shows bars writes to this one in the end.
        behind: TextIO | None = getattr(stream, "rich_proxied_file", stream)
        return behind

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a property, as the stream behind it may change
        """The character set of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def is_utf8(self) -> bool:
        """Whether every character can be written as it is."""
        return self.encoding.lower().replace("-", "").replace("_", "") in {"utf8", "utf8sig", "utf16", "utf32"}

    def taken(self, text: str) -> str:
        """A text as the stream will show it: what its character set lacks is an escape."""
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding, "replace")

    @property
    def is_open(self) -> bool:
        """Whether there is a stream at all: the shell closes one with `>&-`."""
        return self._stream is not None

    def isatty(self) -> bool:
        """Whether somebody reads it as it comes."""
        try:
            return bool(self._stream and self._stream.isatty())
        except ValueError:
            return False

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The descriptor of the stream behind it."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Writes text.

        Raises:
            OutputEnded, OutputFailed: standard output does not take it.
        """
        if not text:
            return 0
        try:
            if self._stream is None:
                raise ValueError("it is closed")
            self._stream.write(self.taken(text))
        except (OSError, ValueError) as problem:
            self._lost(problem)
        return len(text)

    def flush(self) -> None:
        """Sends off what was written.

        Raises:
            OutputEnded, OutputFailed: standard output does not take it.
        """
        try:
            if self._stream is not None:
                self._stream.flush()
        except (OSError, ValueError) as problem:
            self._lost(problem)

    def close(self) -> None:
        """Closes nothing, as the stream behind it belongs to Python.

        Python closes this one when it ends, modules are gone then, and a flush would find no `sys` to ask.
        """

    def _lost(self, problem: OSError | ValueError) -> None:
        if self._name == "stderr":
            return
        if isinstance(problem, OSError) and problem.errno in _BROKEN:
            raise OutputEnded from None
        reason = (problem.strerror if isinstance(problem, OSError) else None) or "it is closed"
        raise OutputFailed(f"standard output cannot be written: {reason}") from None


stdout: Final = Stream("stdout")
stderr: Final = Stream("stderr")


def say(text: str, *, name: str = "asyncsdk: ") -> None:
    """Writes a line to standard error: one, whatever the text holds, and above the bars where some are shown."""
    stream = sys.stderr
    with suppress(OSError, ValueError, AttributeError):
        stream.write(stderr.taken(f"{name}{one_line(text)}\n"))
        stream.flush()


def discard_output() -> None:
    """Points standard output to nowhere, so that Python does not find it broken once more when it exits."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def open_closed_descriptors() -> None:
    """Opens what the shell closed (`>&-`) to nowhere: else the next file or socket would take its number.

    And whatever a library then printed would go into that file.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
