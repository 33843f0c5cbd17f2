"""Lengths of time: as people write them on a command line, and as a command shows them. Pure."""

from __future__ import annotations

import math
import re
from typing import Final

from ..errors import ArgumentError

__all__ = ["LONGEST_DAYS", "seconds_of", "shown", "written"]

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(min|s|m|h|d)?", re.ASCII)
LONGEST_DAYS: Final = 7  # of what a run waits for, or looks back


def seconds_of(text: str, name: str, longest_days: int = LONGEST_DAYS) -> float:
    """Seconds, from `600`, `10m`, `1h30m`, `90s`, `2d`.

    Args:
        text: as it was written.
        name: of what it is the value of, for the message.
        longest_days: that it may be.

    Raises:
        ArgumentError: it is none, or longer than that.

    Example:
        >>> seconds_of("1h30m", "patience"), seconds_of("0", "patience")
        (5400.0, 0.0)
    """
    written = text.strip().lower()
    parts = _PART.findall(written)
    if not parts or "".join(_PART.sub("", written).split()) or (len(parts) > 1 and not all(unit for _, unit in parts)):
        raise ArgumentError(name, f"takes seconds or a length of time such as 90s, 10m or 1h, not {text!r}")
    seconds = math.fsum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > longest_days * _UNITS["d"]:
        raise ArgumentError(name, f"takes at most {longest_days} days, not {text!r}")
    return seconds


def written(seconds: float) -> str:
    """A length of time as it is written on a command line.

    >>> [written(seconds) for seconds in (0, 90, 300, 5400, 2_592_000)]
    ['0s', '90s', '5m', '90m', '30d']
    """
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds and seconds % _UNITS[unit] == 0) if seconds else "s"
    return f"{seconds / _UNITS[unit]:.0f}{unit}"


def shown(seconds: float) -> str:
    """A length of time, short enough to be read at a glance.

    >>> [shown(seconds) for seconds in (0.2, 12, 300, 9000)]
    ['under 1 s', '12 s', '5 min', '2.5 h']
    """
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
