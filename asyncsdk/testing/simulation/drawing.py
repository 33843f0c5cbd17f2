"""Draws from a seed how a network and a server behave, so that many seeds are many different days."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from .conditions import FAULTS, Conditions

__all__ = ["drawn_conditions"]

_SHARES: Final = (0.0, 0.02, 0.1, 0.3)
_OURS: Final = ("stray answer",)
"""Faults that no sound server and no sound proxy has: they are drawn where they are named only."""


def drawn_conditions(seed: int, faults: Sequence[str] | None = None) -> Conditions:
    """Draws conditions that go with a seed: some seeds meet no fault at all, others meet one in every third request.

    Args:
        seed: the same one gives the same conditions.
        faults: which of `FAULTS` may come; None: all that servers and proxies have.

    Raises:
        ValueError: there is no such fault.

    Example:
        >>> drawn_conditions(7) == drawn_conditions(7)
        True
        >>> list(drawn_conditions(7, ["503"]).faults) in ([], ["503"])
        True
    """
    known = [name for name in FAULTS if name not in _OURS]
    may_come = known if faults is None else list(faults)
    if unknown := sorted(set(may_come) - FAULTS.keys()):
        raise ValueError(f"faults: there is no {', '.join(unknown)}; known: {', '.join(FAULTS)}")
    draw = Random(f"{seed} conditions")
    met = draw.sample(may_come, draw.randint(1, min(4, len(may_come)))) if may_come else []
    share = draw.choice(_SHARES)
    return Conditions(
        round_trip=draw.choice((0.001, 0.05, 0.3)),
        jitter=draw.choice(((1.0, 1.0), (0.5, 3.0))),
        think_seconds=draw.choice((0.0, 0.05, 1.0)),
        piece_bytes=draw.choice((None, 1000)),
        idle_seconds=draw.choice((None, 5.0)),
        closes=draw.choice((0.0, 0.05)),
        refuses=draw.choice((0.0, 0.0, 0.1)) if share and faults is None else 0.0,
        faults={name: share / len(met) for name in met} if share else {},
    )
