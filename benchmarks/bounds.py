"""The bounds that asyncsdk keeps to, and whether a run shows it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from . import contenders as names
from .imports import AIOHTTP, OURS
from .records import Record, Records


@attrs.frozen
class Bound:
    """A ratio or a difference, and what it may be at most (or at least); `measured` is None where nothing was."""

    what: str
    measured: float | None
    bound: float
    at_least: bool = False
    unit: str = ""

    @property
    def holds(self) -> bool | None:
        """None where nothing was measured."""
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def bounds(records: Records) -> Iterator[Bound]:
    """All of them, in the order of importance: latency, CPU, memory, imports."""
    for rows, client, bound in (
        (100_000, names.PAGES, 1.20),
        (100_000, names.ROWS, 1.20),
        (100_000, names.KNOWN, 1.05),
        (1_000_000, names.PAGES, 1.05),
        (1_000_000, names.ROWS, 1.05),
    ):
        walk, floor = (records.one("wall", name, items=rows) for name in (client, names.FLOOR))
        yield Bound(f"wall, {rows:,} rows, 20 ms, 16 in flight: {client} / floor", _medians(walk, floor), bound)
    for section, peer, latency, in_flight, bound in (
        ("alone", names.HTTPX, 0, 8, 5.0),
        ("clients", names.DLT, 20, 16, 12.0),
        ("clients", names.GENERATED, 20, 16, 10.0),
    ):
        slow = _long(records.one(section, peer, latency_ms=latency))
        for client in (names.PAGES, names.ROWS):
            fast = None if slow is None else records.one(section, client, latency_ms=latency, items=slow.items)
            what = f"wall, {_rows(slow)}{latency} ms: {peer} / {client}, {in_flight} in flight"
            yield Bound(what, _medians(slow, fast), bound, at_least=True)
    # In one process the floor profits from what asyncsdk does for its allocator, so both ways are shown.
    for section, where in (("alone", "a process each"), ("cpu", "in one process")):
        for client, bound in ((names.PAGES, 1.15), (names.ROWS, 1.25)):
            walk, floor = (_long(records.one(section, name)) for name in (client, names.FLOOR))
            what = f"CPU a row, {_rows(walk)}no latency, 8 in flight, {where}: {client} / floor"
            yield Bound(what, _lower_cpu(walk, floor), bound)
    for client in (names.PAGES, names.ROWS):
        walk, floor = (_long(records.one("secure", name)) for name in (client, names.FLOOR))
        yield Bound(
            f"CPU a row over TLS and gzip, {_rows(walk)}8 in flight, a process each: {client} / floor",
            _lower_cpu(walk, floor),
            1.20,
        )
    call, bare = (records.one("get", name) for name in ("asyncsdk get", "bare aiohttp get"))
    yield Bound("CPU of one get, no latency / bare aiohttp get and decode", _lower_cpu(call, bare), 1.2)
    yield Bound("wall of one get, no latency / bare aiohttp get and decode", _lower_wall(call, bare), 1.2)
    for client in (names.PAGES, names.ROWS):
        runs = sorted(records.of("memory", client=client), key=lambda record: record.items)
        few, many = (runs[0], runs[-1]) if runs and runs[-1].items >= 1_000_000 else (None, None)
        grown = None
        if few is not None and many is not None and few.peak_mb is not None and many.peak_mb is not None:
            grown = many.peak_mb - few.peak_mb
        sizes = f"{many.items:,} rows - {few.items:,} rows: " if few and many else ""
        yield Bound(f"peak memory, {sizes}{client}", grown, 10.0, unit=" MB")
    yield Bound(f"{OURS} / {AIOHTTP}", _medians(records.one("imports", OURS), records.one("imports", AIOHTTP)), 0.4)


def _long(record: Record | None) -> Record | None:
    """Bounds are for lists whose length hides how a walk begins: it grows its window from one page."""
    return record if record is not None and record.items >= 100_000 else None


def _rows(record: Record | None) -> str:
    return "" if record is None else f"{record.items:,} rows, "


def _medians(above: Record | None, below: Record | None) -> float | None:
    return None if above is None or below is None else above.wall.median / below.wall.median


def _lower_wall(above: Record | None, below: Record | None) -> float | None:
    return None if above is None or below is None else above.wall.lower / below.wall.lower


def _lower_cpu(above: Record | None, below: Record | None) -> float | None:
    if above is None or below is None or above.cpu is None or below.cpu is None:
        return None
    return above.cpu.lower / below.cpu.lower
