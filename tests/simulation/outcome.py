"""What one simulated world came to, and the command that shows it again."""

from __future__ import annotations

from collections import Counter
from random import Random

import attrs

from asyncsdk.testing.simulation import Conditions, Simulation

__all__ = ["LOSSES", "READS", "Outcome", "bounded", "weather"]

MOST_STEPS = 200_000
"""What a world may take: none that comes to its end takes a tenth of it."""

# A stray answer is in neither: one that arrives after the next request has left cannot be told from its answer.
# Faults that everything which only reads has to bear.
READS: tuple[str, ...] = (
    "reset",
    "ended",
    "reset after the deed",
    "cut",
    "hung",
    "429",
    "429 without a wait",
    "500",
    "503",
    "503 with a wait",
    "502 of a proxy",
    "524 before a late deed",
    "408",
    "garbage after the deed",
)
# Faults of writes: every one there is, but for those that say the same of a write as of anything else.
LOSSES: tuple[str, ...] = (
    "reset",
    "ended",
    "reset after the deed",
    "ended after the deed",
    "reset before a late deed",
    "cut",
    "hung",
    "hung after the deed",
    "hung before a late deed",
    "429",
    "429 without a wait",
    "500",
    "502 of a proxy",
    "502 after the deed",
    "504 before a late deed",
    "500 of a proxy after the deed",
    "503 of a proxy after the deed",
    "520 after the deed",
    "524 before a late deed",
    "408",
    "garbage after the deed",
)


@attrs.define(kw_only=True)
class Outcome:
    """One run of one world: what was wrong, what came about, and the hash of all that happened."""

    world: str
    seed: int
    wrong: list[str] = attrs.field(factory=list)
    counts: Counter[str] = attrs.field(factory=Counter)
    rows: int = 0
    seconds: float = 0.0
    trace: str = ""

    @property
    def command(self) -> str:
        """The command that repeats it."""
        return f"python -m tests.simulation {self.world} {self.seed}"


def weather(draw: Random, kinds: tuple[str, ...], *, drift: int = 0, share: float | None = None) -> Conditions:
    """Draws the conditions of a world: a third of them a good day, the others with up to a fifth of faults."""
    share = draw.choice((0.0, 0.06, 0.2)) if share is None else share
    weights = {kind: draw.choice((0, 1, 1, 3)) for kind in kinds}
    total = sum(weights.values()) or 1
    return Conditions(
        round_trip=draw.choice((0.01, 0.05, 0.2)),
        jitter=draw.choice(((1.0, 1.0), (0.5, 1.5), (0.1, 4.0))),
        think_seconds=draw.choice((0.0, 0.02, 0.3)),
        piece_bytes=draw.choice((None, None, 700, 4096)),
        piece_seconds=draw.choice((0.0, 0.005)),
        idle_seconds=draw.choice((None, 1.0, 5.0, 60.0)),
        closes=draw.choice((0.0, 0.0, 0.03)),
        refuses=draw.choice((0.0, 0.0, 0.05)) if share else 0.0,
        packed=draw.choice((0.0, 0.0, 1.0)),
        chunked=draw.choice((0.0, 0.3)),
        faults={kind: share * weight / total for kind, weight in weights.items() if weight} if share else {},
        drift=drift,
    )


def bounded(simulation: Simulation) -> None:
    """Ends a run that asks again and again soon, and not after minutes. Is called when its loop is there."""
    if simulation.loop is not None:
        simulation.loop.most_steps = MOST_STEPS
