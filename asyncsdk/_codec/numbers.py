"""Whether a value is a number of the kind that is wanted: True and False are integers to Python, and never meant."""

from __future__ import annotations

from typing import TypeGuard

__all__ = ["is_whole"]


def is_whole(value: object, least: int | None = None, most: int | None = None) -> TypeGuard[int]:
    """Returns whether a value is a whole number, from `least` to `most` where they are given.

    Example:
        >>> is_whole(3), is_whole(3.0), is_whole(True), is_whole(0, 1), is_whole(7, 1, 7)
        (True, False, False, False, True)
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return (least is None or value >= least) and (most is None or value <= most)
