"""What a walk has cost and met: counted in one class while it runs, shown to its user as a value."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from .window import LAST, Reason

__all__ = ["Counts", "Report"]


@attrs.frozen
class Report:
    """What a walk did so far.

    Attributes:
        pages: delivered.
        rows: delivered.
        requests: pages asked for, all of them.
        repairs: pages asked for to find a lost join.
        joins_repaired: joins that were lost and found.
        closing: pages asked for to prove that the end is the end.
        sweep: pages asked for by the sweep.
        doubles: rows that came again, beyond those that two pages share on purpose.
        misfits: the fields that were null or missing where the model promises a value, each with the number of rows
            handed out so: `{"client_id": 3}`.
    """

    pages: int = 0
    rows: int = 0
    requests: int = 0
    repairs: int = 0
    joins_repaired: int = 0
    closing: int = 0
    sweep: int = 0
    doubles: int = 0
    misfits: Mapping[str, int] = attrs.field(factory=dict)

    def with_sweep(self, sweep: Report) -> Report:
        """Returns both as one: a walk and the sweep that followed it. The misfits are the walk's."""
        return Report(
            pages=self.pages + sweep.pages,
            rows=self.rows + sweep.rows,
            requests=self.requests + sweep.requests,
            repairs=self.repairs + sweep.repairs,
            joins_repaired=self.joins_repaired + sweep.joins_repaired,
            closing=self.closing + sweep.closing,
            sweep=self.sweep + sweep.sweep + sweep.requests,
            doubles=self.doubles + sweep.doubles,
            misfits=self.misfits,
        )


class Counts:
    """Counts what one plan asks for and delivers."""

    __slots__ = ("_closing", "_doubles", "_joins_repaired", "_repairs", "pages", "requests", "rows")

    def __init__(self) -> None:
        self.pages: int = 0
        self.rows: int = 0
        self.requests: int = 0
        self._repairs = 0
        self._joins_repaired = 0
        self._closing = 0
        self._doubles = 0

    def asked(self, reason: Reason) -> None:
        """Counts a page that is sent."""
        self.requests += 1
        self._repairs += reason == "join"
        self._closing += reason in LAST

    def delivered(self, rows: int) -> None:
        """Counts a page of which so many rows were new."""
        self.pages += 1
        self.rows += rows

    def came_again(self, rows: int) -> None:
        """Counts rows that were delivered before."""
        self._doubles += max(0, rows)

    def join_repaired(self) -> None:
        """Counts a join that was looked for and found."""
        self._joins_repaired += 1

    def report(self) -> Report:
        """Returns the counts as they are now."""
        return Report(
            self.pages,
            self.rows,
            self.requests,
            self._repairs,
            self._joins_repaired,
            self._closing,
            doubles=self._doubles,
        )
