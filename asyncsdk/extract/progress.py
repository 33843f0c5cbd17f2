"""How far a run is: one tally for each table, kept by the run and shown by whoever watches."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

__all__ = ["Stage", "Tally", "seconds_left"]

Stage: TypeAlias = Literal["waiting", "reading", "complete", "skipped", "failed"]


@attrs.define(kw_only=True)
class Tally:
    """One table's share of a run, while it is counted.

    Args:
        table: its name.
        stage: where it stands.
        rows: rows read so far, by this run.
        rejected: rows that did not fit.
        requests: requests sent for it.
        expected: rows to expect, where that is known.
        started: the event loop's clock when its first request went out.
    """

    table: str
    stage: Stage = "waiting"
    rows: int = 0
    rejected: int = 0
    requests: int = 0
    expected: int | None = None
    started: float | None = None


def seconds_left(tally: Tally, now: float) -> float | None:
    """Seconds until a table is read, at its rate so far; None where that cannot be told."""
    if tally.expected is None or tally.started is None or not tally.rows:
        return None
    return max(0.0, (tally.expected - tally.rows) * (now - tally.started) / tally.rows)
