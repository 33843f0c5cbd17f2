"""What is kept of a measurement, and how one is found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from .measure import Cost


@attrs.frozen(kw_only=True)
class Record:
    """One contender under one load. Times are seconds of the whole run, `items` are rows, calls or imports in it."""

    section: str
    client: str
    items: int
    latency_ms: float
    in_flight: int
    rounds: int
    wall: Cost
    cpu: Cost | None = None
    peak_mb: float | None = None
    requests: int | None = None

    @property
    def us(self) -> float | None:
        """Microseconds of CPU an item, lower quartile: what the machine's other work adds is left out."""
        return None if self.cpu is None else self.cpu.lower / self.items * 1e6


class Records:
    """All of a run."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records = list(records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __bool__(self) -> bool:
        return bool(self._records)

    def add(self, record: Record) -> None:
        """Keeps one more."""
        self._records.append(record)

    def of(self, section: str, **facts: object) -> list[Record]:
        """The records of a section of which these facts hold."""
        return [
            record
            for record in self._records
            if record.section == section and all(getattr(record, name) == value for name, value in facts.items())
        ]

    def one(self, section: str, client: str, **facts: object) -> Record | None:
        """The record of a client, None where it was not measured; the longest list where several were."""
        return max(self.of(section, client=client, **facts), key=lambda record: record.items, default=None)

    def to_json(self) -> list[dict[str, Any]]:
        """Plain values, rounded to what a clock can tell."""
        return [attrs.asdict(record, value_serializer=_rounded) for record in self._records]


def _rounded(instance: object, attribute: object, value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value
