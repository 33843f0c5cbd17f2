"""Checks of arguments that many functions share: whole numbers, yes or no."""

from __future__ import annotations

from typing import TypeGuard

from . import ArgumentError
from ._printable import shown

__all__ = ["check_flag", "check_whole_number", "is_whole"]


def is_whole(value: object, least: int | None = None, most: int | None = None) -> TypeGuard[int]:
    """Returns whether a value is a whole number, from `least` to `most` where they are given.

    True and False are integers to Python, and never meant.

    Example:
        >>> is_whole(3), is_whole(3.0), is_whole(True), is_whole(0, 1), is_whole(7, 1, 7)
        (True, False, False, False, True)
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return (least is None or value >= least) and (most is None or value <= most)


def check_flag(name: str, value: object) -> None:
    """Raises ArgumentError where a value is neither True nor False."""
    if not isinstance(value, bool):
        raise ArgumentError(name, f"True or False, not {shown(value)}")


def check_whole_number(name: str, value: object, least: int, most: int | None = None, hint: str = "") -> int:
    """Returns a value that is a whole number from `least` to `most`.

    Raises:
        ArgumentError: it is none; `hint` says what to write instead.
    """
    if not is_whole(value, least, most):
        bounds = f"{least:,} or more" if most is None else f"from {least:,} to {most:,}"
        raise ArgumentError(name, f"a whole number {bounds}, not {shown(value)}{'; ' if hint else ''}{hint}")
    return value
