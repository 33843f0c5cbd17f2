"""The records of a run as tables, for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from . import contenders as names
from .bounds import Bound
from .contenders import PEERS
from .imports import AIOHTTP
from .measure import Cost
from .records import Record, Records
from .scale import WINDOWS


@attrs.frozen
class Table:
    """Texts in rows and columns; the first column is a name."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """With columns aligned."""
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(pairs))
            for pairs in (list(zip(row, widths, strict=True)) for row in (self.header, *self.rows))
        ]
        return "\n".join([self.title, *(f"  {line.rstrip()}" for line in lines)])

    def markdown(self) -> str:
        """With its title as a paragraph."""
        rule = ["---", *["---:"] * (len(self.header) - 1)]
        return "\n".join([self.title, "", *(f"| {' | '.join(row)} |" for row in (self.header, rule, *self.rows))])


def tables(records: Records) -> Iterator[Table]:
    """One for each load of each section that was measured."""
    yield from _imports(records)
    for section, each in (
        ("alone", "a row, a process each"),
        ("secure", "a row over TLS and gzip, a process each"),
        ("cpu", "a row, in one process"),
        ("get", "a call"),
    ):
        yield from _cpu(records.of(section), each)
    for items in sorted({record.items for record in records.of("wall")}):
        yield _wall(records.of("wall", items=items))
    yield from _window(records)
    for load in dict.fromkeys((record.items, record.latency_ms) for record in records.of("clients")):
        yield _clients(records.of("clients", items=load[0], latency_ms=load[1]))
    yield from _memory(records)


def text(records: Records, section: str) -> str:
    """The tables of a section, for a terminal."""
    return "\n\n".join(table.text() for table in tables(Records(records.of(section))))


def bounds_table(bounds: Iterable[Bound]) -> Table:
    """What was promised, and what is shown."""
    words = {None: "not measured", True: "yes", False: "NO"}

    def measured(bound: Bound) -> str:
        return "-" if bound.measured is None else f"{bound.measured:.2f}{bound.unit}"

    rows = tuple(
        (each.what, measured(each), f"{'>=' if each.at_least else '<='} {each.bound:g}{each.unit}", words[each.holds])
        for each in bounds
    )
    return Table("Bounds", ("what", "measured", "bound", "holds"), rows)


def _imports(records: Records) -> Iterator[Table]:
    reference = records.one("imports", AIOHTTP)
    if reference is None:
        return
    rows = tuple(
        (record.client, f"{record.wall.median * 1000:.0f}", f"{record.wall.median / reference.wall.median:.2f}")
        for record in records.of("imports")
    )
    title = f"Imports, medians of {reference.rounds} fresh interpreters"
    yield Table(title, ("statement", "ms", f"of {AIOHTTP}"), rows)


def _cpu(of: list[Record], each: str) -> Iterator[Table]:
    if not of or (base := of[0].cpu) is None:
        return
    rows = tuple(
        (
            record.client,
            f"{cost.lower / record.items * 1e6:.2f}",
            f"{cost.median / record.items * 1e6:.2f}",
            f"{cost.lower / base.lower:.3f}",
            f"{cost.median / base.median:.3f}",
            f"{record.wall.lower / of[0].wall.lower:.3f}",
        )
        for record in of
        if (cost := record.cpu) is not None
    )
    header = ("way", "us, lower quartile", "median", f"of {of[0].client}", "by medians", "wall, lower quartile")
    first = of[0]
    title = f"CPU of the client {each}: {first.items:,}, {first.in_flight} in flight, no latency, {first.rounds} rounds"
    yield Table(title, header, rows)


def _seconds(cost: Cost) -> str:
    return f"{cost.median:.2f} ({cost.lower:.2f} to {cost.upper:.2f})"


def _wall(of: list[Record]) -> Table:
    floor = next(record for record in of if record.client == names.FLOOR)
    rows = tuple(
        (
            record.client,
            _seconds(record.wall),
            f"{record.items / record.wall.median:,.0f}",
            f"{record.wall.median / floor.wall.median:.3f}",
        )
        for record in of
    )
    title = f"{floor.items:,} rows, {floor.latency_ms:g} ms a request, {floor.in_flight} in flight, "
    header = ("way", "seconds: median (quartiles)", "rows a second", "of the floor")
    return Table(f"{title}{floor.rounds} rounds", header, rows)


def _window(records: Records) -> Iterator[Table]:
    for items, latency in dict.fromkeys((each.items, each.latency_ms) for each in records.of("window")):
        of = records.of("window", items=items, latency_ms=latency)
        rows = []
        for client in dict.fromkeys(record.client for record in of):
            cells = [client]
            for in_flight in WINDOWS:
                facts = {"items": items, "latency_ms": latency, "in_flight": in_flight}
                record, floor = (records.one("window", name, **facts) for name in (client, names.FLOOR))
                if record is None or floor is None:
                    cells.append("-")
                else:
                    cells.append(f"{record.wall.median:.2f} ({record.wall.median / floor.wall.median:.2f})")
            rows.append(tuple(cells))
        title = f"{items:,} rows, {latency:g} ms a request: seconds by requests in flight (ratio to the floor), "
        yield Table(f"{title}medians of {of[0].rounds}", ("way", *map(str, WINDOWS)), tuple(rows))


def _clients(of: list[Record]) -> Table:
    gives = {peer.name: peer.gives for peer in PEERS}
    ours = next((record for record in of if record.client == names.ROWS), None)
    parquet = next((record for record in of if record.client == names.OURS_PARQUET), None)
    rows = []
    for record in of:
        base = parquet if gives[record.client] == "Parquet" else ours
        us = record.us
        rows.append(
            (
                record.client,
                gives[record.client],
                str(record.in_flight),
                _seconds(record.wall),
                f"{record.items / record.wall.median:,.0f}",
                "-" if base is None else f"{record.wall.median / base.wall.median:.2f}",
                "-" if us is None else f"{us:.1f}",
                "-" if record.requests is None else f"{record.requests:,}",
                "-" if record.peak_mb is None else f"{record.peak_mb:.0f}",
            )
        )
    asked = ("client", "rows become", "in flight")
    told = ("seconds: median (quartiles)", "rows a second", "times asyncsdk", "us CPU a row", "requests", "peak MB")
    first = of[0]
    title = f"{first.items:,} rows, {first.latency_ms:g} ms a request, a process each, {first.rounds} rounds"
    return Table(f"{title} (Parquet against Parquet)", (*asked, *told), tuple(rows))


def _memory(records: Records) -> Iterator[Table]:
    of = records.of("memory")
    if not of:
        return
    sizes = sorted({record.items for record in of})
    rows = []
    for client in dict.fromkeys(record.client for record in of):
        found = [records.one("memory", client, items=items) for items in sizes]
        peaks = [None if record is None else record.peak_mb for record in found]
        cells = ["-" if peak is None else f"{peak:.1f}" for peak in peaks]
        grown = "-" if peaks[0] is None or peaks[-1] is None else f"{peaks[-1] - peaks[0]:+.1f}"
        rows.append((client, *cells, grown))
    header = ("way", *(f"{items:,} rows" for items in sizes), "grown")
    yield Table(f"Peak memory of the process in MB, medians of {of[0].rounds}", header, tuple(rows))
