"""The telling figures as SVG: small files, with text as text, and the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib.figure import Figure  # after the choice of what draws

from . import contenders as names
from .machine import Machine
from .records import Record, Records
from .scale import WINDOWS

OURS, FLOOR, OTHERS, INK = "#0b6e4f", "#8d99a6", "#d9a441", "#333333"
VARIANTS = (names.PLAIN, names.UVLOOP)
"""Left out where the network decides."""
STYLE: Any = {
    "svg.hashsalt": "asyncsdk",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": "#bbbbbb",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw(records: Records, machine: Machine, folder: Path) -> None:
    """Every plot there are figures for."""
    where = f"{machine.processor}, {machine.cores} cores, {machine.python}, {machine.date}"
    with mpl.rc_context(STYLE):
        for latency in sorted({record.latency_ms for record in records.of("clients")}):
            of = [each for each in _longest(records.of("clients", latency_ms=latency)) if each.client not in VARIANTS]
            if of:
                title = f"Seconds for {of[0].items:,} rows, {latency:g} ms a request"
                _save(_bars(title, of, _seconds, _in_seconds, where), folder / f"wall_by_client_{latency:g}ms.svg")
        of = _longest(records.of("clients", latency_ms=0))
        if of:
            rows = f"{of[0].items:,} rows"
            title = f"CPU a row in microseconds, {rows}, no latency"
            _save(_bars(title, of, lambda each: each.us or 0.0, "{:.1f}".format, where), folder / "cpu_by_client.svg")
            title = f"Peak memory of the process in MB, {rows}"
            bars = _bars(title, of, lambda each: each.peak_mb or 0.0, "{:.0f}".format, where, log=False)
            _save(bars, folder / "memory_by_client.svg")
        if records.of("window"):
            _save(_by_window(records, where), folder / "wall_by_window.svg")


def _save(figure: Any, path: Path) -> None:
    # Neither a date nor the version of what drew it: nothing changes that no figure changed.
    figure.savefig(path, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})


def _longest(of: Sequence[Record]) -> list[Record]:
    most = max((record.items for record in of), default=0)
    return [record for record in of if record.items == most]


def _seconds(record: Record) -> float:
    return record.wall.median


def _in_seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"


def _colour(client: str) -> str:
    if client.startswith("asyncsdk"):
        return OURS
    return FLOOR if client.startswith("floor") else OTHERS


def _bars(
    title: str,
    of: Sequence[Record],
    value: Callable[[Record], float],
    label: Callable[[float], str],
    where: str,
    *,
    log: bool = True,
) -> Any:
    """Horizontal bars, shortest first; what writes Parquet does more and stands apart, below.

    What takes longer than asyncsdk does (its rows, or its Parquet files) is marked with how many times as long.
    """
    figure = Figure(figsize=(8.2, 0.34 * len(of) + 1.5), layout="constrained")
    axes = figure.add_subplot()
    ticks: list[tuple[float, str]] = []
    for group, ours in ((False, names.ROWS), (True, names.OURS_PARQUET)):
        chosen = sorted((each for each in of if ("Parquet" in each.client) == group), key=value)
        base = next((value(each) for each in chosen if each.client == ours), None)
        for each in chosen:
            place = len(ticks) + 0.6 * group
            ticks.append((place, f"{each.client} ({each.in_flight})"))
            axes.barh(place, value(each), color=_colour(each.client), height=0.7)
            times = value(each) / base if base and log else 0.0
            mark = f"  \N{MULTIPLICATION SIGN} {times:.1f}" if times >= 1.5 else ""
            text = label(value(each)) + mark
            axes.annotate(text, (value(each), place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    values = [value(each) for each in of]
    if log:
        axes.set_xscale("log")
        axes.set_xlim(min(values) / 1.6, max(values) * 2.2)
        _mark(axes.set_xticks, [*(values), min(values) / 1.6, max(values) * 2.2])
        axes.set_xticks([], minor=True)
    else:
        axes.set_xlim(0, max(values) * 1.12)
    axes.set_xlabel("log scale; in brackets: pages in flight" if log else "in brackets: pages in flight")
    axes.set_title(title, loc="left", fontweight="bold")
    figure.supxlabel(where, fontsize=7, color="#777777", x=0.01, ha="left")
    return figure


def _by_window(records: Records, where: str) -> Any:
    """A panel for each latency: floor and asyncsdk by requests in flight."""
    latencies = sorted({record.latency_ms for record in records.of("window")})
    figure = Figure(figsize=(3.1 * len(latencies) + 0.4, 3.5), layout="constrained")
    panels = figure.subplots(1, len(latencies), squeeze=False)[0]
    lines = ((names.FLOOR, FLOOR, "--", "s"), (names.PAGES, OURS, "-", "o"), (names.ROWS, OTHERS, ":", "^"))
    for axes, latency in zip(panels, latencies, strict=True):
        of = _longest(records.of("window", latency_ms=latency))
        for client, colour, line, marker in lines:
            points = sorted((each.in_flight, _seconds(each)) for each in of if each.client == client)
            axes.plot(
                [x for x, _ in points],
                [y for _, y in points],
                line,
                color=colour,
                marker=marker,
                markersize=4.5,
                label=client,
            )
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(WINDOWS, [str(each) for each in WINDOWS])
        ends = min(map(_seconds, of)) / 1.5, max(map(_seconds, of)) * 1.5
        axes.minorticks_off()
        axes.set_ylim(*ends)
        _mark(axes.set_yticks, ends)
        axes.set_title(f"{latency:g} ms, {of[0].items:,} rows", loc="left", fontsize=10, fontweight="bold")
        axes.set_xlabel("pages in flight")
        axes.grid(axis="y", color="#eeeeee")
        axes.set_axisbelow(True)
    panels[0].set_ylabel("seconds (log scale)")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(lines), frameon=False)
    figure.supxlabel(where, fontsize=7, color="#777777", x=0.01, ha="left")
    return figure


def _mark(set_ticks: Callable[[Sequence[float], Sequence[str]], object], values: Sequence[float]) -> None:
    """Ticks at 1, 2 and 5 of every decade that the values are in, written as plain numbers."""
    steps = [step * 10.0**power for power in range(-3, 5) for step in (1, 2, 5)]
    ticks = [step for step in steps if min(values) <= step <= max(values)]
    set_ticks(ticks, [f"{tick:g}" for tick in ticks])
