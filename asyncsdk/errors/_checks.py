"""Checks of arguments that many functions share: whole numbers, yes or no."""

from __future__ import annotations

from . import ArgumentError
from ._printable import shown

__all__ = ["check_flag", "check_whole_number"]


def check_flag(name: str, value: object) -> None:
    """Raises ArgumentError where a value is neither True nor False."""
    if not isinstance(value, bool):
        raise ArgumentError(name, f"True or False, not {shown(value)}")


def check_whole_number(name: str, value: object, least: int, most: int | None = None, hint: str = "") -> int:
    """Returns a value that is a whole number from `least` to `most`.

    Raises:
        ArgumentError: it is none; `hint` says what to write instead.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        bounds = f"{least:,} or more" if most is None else f"from {least:,} to {most:,}"
        raise ArgumentError(name, f"a whole number {bounds}, not {shown(value)}{'; ' if hint else ''}{hint}")
    return value
