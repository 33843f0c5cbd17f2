"""How much is measured: a look of a minute or two, a good quarter of an hour, or the whole grid."""

from __future__ import annotations

import attrs


@attrs.frozen
class Load:
    """A list of `rows` behind a latency, read `rounds` times."""

    rows: int
    latency_ms: float
    rounds: int


@attrs.frozen(kw_only=True)
class Scale:
    """What each section does. `patience` is the longest that a run may be doing nothing but wait, in seconds."""

    name: str
    imports: int
    cpu: Load
    alone: Load
    gets: int
    wall: tuple[Load, ...]
    window: tuple[Load, ...]
    clients: tuple[Load, ...]
    memory: tuple[Load, ...]
    patience: float

    def with_rounds(self, rounds: int) -> Scale:
        """The same loads, each measured so often."""

        def again(loads: tuple[Load, ...]) -> tuple[Load, ...]:
            return tuple(attrs.evolve(load, rounds=rounds) for load in loads)

        return attrs.evolve(
            self,
            imports=rounds,
            cpu=attrs.evolve(self.cpu, rounds=rounds),
            alone=attrs.evolve(self.alone, rounds=rounds),
            gets=rounds,
            wall=again(self.wall),
            window=again(self.window),
            clients=again(self.clients),
            memory=again(self.memory),
        )


WINDOWS = (1, 4, 8, 16, 32)
"""Requests in flight."""

QUICK = Scale(
    name="quick",
    imports=3,
    cpu=Load(10_000, 0, 3),
    alone=Load(10_000, 0, 1),
    gets=2,
    wall=(Load(10_000, 20, 1),),
    window=(Load(10_000, 0, 1), Load(2_000, 20, 1), Load(1_000, 100, 1)),
    clients=(Load(10_000, 0, 1), Load(2_000, 20, 1)),
    memory=(Load(10_000, 0, 1), Load(100_000, 0, 1)),
    patience=10,
)

DEFAULT = Scale(
    name="default",
    imports=21,
    cpu=Load(100_000, 0, 60),
    alone=Load(100_000, 0, 20),
    gets=60,
    wall=(Load(100_000, 20, 10), Load(1_000_000, 20, 3)),
    window=(Load(100_000, 0, 3), Load(100_000, 20, 2), Load(10_000, 100, 2)),
    clients=(Load(100_000, 0, 5), Load(100_000, 20, 2)),
    memory=(Load(10_000, 0, 3), Load(1_000_000, 0, 3)),
    patience=60,
)

FULL = Scale(
    name="full",
    imports=31,
    cpu=Load(100_000, 0, 40),
    alone=Load(100_000, 0, 40),
    gets=40,
    wall=(Load(10_000, 20, 20), Load(100_000, 20, 20), Load(1_000_000, 20, 5)),
    window=tuple(Load(rows, ms, 3) for ms in (0, 20, 100) for rows in (10_000, 100_000, 1_000_000)),
    clients=tuple(Load(rows, ms, 3) for ms in (0, 20, 100) for rows in (10_000, 100_000, 1_000_000)),
    memory=(Load(10_000, 0, 5), Load(100_000, 0, 5), Load(1_000_000, 0, 5)),
    patience=120,
)
