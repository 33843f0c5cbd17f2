"""Puts files and folders on disk, so that they are there after a loss of power: a rename counts once its folder is."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync"]


def sync(path: Path) -> None:
    """Puts a file or a folder on disk.

    Raises:
        OSError: the disk is full, or gone.
    """
    if path.is_dir() and os.name == "nt":
        return  # folders cannot be opened there
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
