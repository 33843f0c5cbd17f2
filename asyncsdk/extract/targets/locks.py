"""One run at a time for a target on disk: an advisory lock that the system drops when its process dies, however."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from ..._limits import clock
from ..target import TargetLocked

__all__ = ["FileLock"]

if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """A lock held from when it is made until `release`.

    Args:
        path: of a file that is there while the lock is held. Its folder exists.
        holds: what is locked, for the message.
        hint: what to do where it is held, for the message too.

    Raises:
        TargetLocked: another run holds it, in this process or another.
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, holds: str, hint: str = "or give this one another place") -> None:
        self._path = path
        self._descriptor: int | None = None
        while self._descriptor is None:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
            try:
                _try(descriptor)
            except OSError:
                who = _holder(descriptor)
                os.close(descriptor)
                raise TargetLocked(f"another run is writing to {holds}{who}; wait for it to end, {hint}") from None
            # Whoever held it before may have removed the file between the two calls: then this is a lock on nothing.
            if _is_still(path, descriptor):
                self._descriptor = descriptor
                _sign(descriptor)
            else:
                os.close(descriptor)

    def release(self) -> None:
        """Lets the next run in. Safe to call twice."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if sys.platform != "win32":  # an open file cannot be removed there
            self._path.unlink(missing_ok=True)
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    """Says in the file who holds the lock. Where the disk is full it does not, and is held all the same."""
    started = clock.utc_now().isoformat(timespec="seconds").replace("+00:00", "Z")
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {started}\n".encode())


def _holder(descriptor: int) -> str:
    with suppress(OSError):  # on Windows a locked file cannot be read
        if said := os.read(descriptor, 300).decode(errors="replace").strip():
            return f" ({said})"
    return ""
