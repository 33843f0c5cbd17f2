"""Tells PyInstaller where the hook for this package is: in this folder.

Found through the entry point `pyinstaller40`; nothing else imports it.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_dirs"]


def hook_dirs() -> list[str]:
    """The folders that hold hooks for PyInstaller."""
    return [str(Path(__file__).parent)]
