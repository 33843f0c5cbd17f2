"""`asyncsdk demo`: the main job on a local server, without an account.

Starts a sandbox in a process of its own, walks its production plan streams with several pages in flight, walks a part
of them once more one page at a time, and prints what both cost and what was planned, by project and month. The hourly
budget is lifted, as nobody counts here; each answer takes `--latency-ms`, as a network would.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager

from asyncsdk import Wethod

__all__ = ["main"]

COMPARED_ROWS = 10_000
PROJECTS, MONTHS = 6, 6  # of the table
BAR = 30


def main(
    words: list[str] | None = None, *, run_loop: Callable[[Coroutine[object, object, int]], int] = asyncio.run
) -> int:
    """Runs the demo, on the loop that `run_loop` makes; returns the exit status."""
    parser = argparse.ArgumentParser(prog="asyncsdk demo", description="Walks a list of a local server, and shows how.")
    parser.add_argument("--rows", type=int, default=100_000, help="rows to walk (default: %(default)s)")
    parser.add_argument(
        "--latency-ms", type=float, default=20, metavar="MS", help="of each answer (default: %(default)s)"
    )
    parser.add_argument("--concurrency", type=int, default=8, help="pages in flight (default: %(default)s)")
    args = parser.parse_args(words)
    with _sandbox(args.rows, args.latency_ms) as environ:
        count = run_loop(_show(environ, args.rows, args.latency_ms, args.concurrency))
    return 0 if count == args.rows else 1


@contextmanager
def _sandbox(rows: int, latency_ms: float) -> Iterator[dict[str, str]]:
    options = ["--port", "0", "--rows", str(rows), "--latency-ms", str(latency_ms)]
    command = [sys.executable, "-m", "asyncsdk.sandbox", *options]
    with subprocess.Popen(  # noqa: S603  # this package alone
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            lines = [process.stdout.readline() if process.stdout else "" for _ in range(4)]
            if not all(lines):
                raise RuntimeError("the sandbox did not start; `asyncsdk sandbox` shows why")
            pairs = (line.removeprefix("export ").strip().partition("=") for line in lines)
            yield {name: value for name, _, value in pairs}
        finally:
            process.terminate()


async def _show(environ: dict[str, str], rows: int, latency_ms: float, concurrency: int) -> int:
    token, company, url = (environ[f"WETHOD_{name}"] for name in ("TOKEN", "COMPANY", "BASE_URL"))
    _say(f"A local sandbox at {url} holds {rows:,} production plan streams; each answer takes {latency_ms:g} ms.")
    async with Wethod(token=token, company=company, base_url=url, budget=None) as wethod:
        plans = wethod.production_plan_streams.list()
        planned: defaultdict[tuple[int, str], float] = defaultdict(float)
        count, start = 0, time.perf_counter()
        async with plans.items(concurrency=concurrency) as walk:
            async for row in walk:
                count += 1
                planned[row.project_id, f"{row.date:%Y-%m}"] += row.value
                if count % 5000 == 0 or count == rows:
                    _progress(count, rows, time.perf_counter() - start)
        seconds = time.perf_counter() - start
        _say(_summary(f"{concurrency} pages in flight", count, walk.report.requests, seconds))

        start = time.perf_counter()
        async with plans.items(concurrency=1, max_items=COMPARED_ROWS) as walk:
            compared = len([row async for row in walk])
        alone = time.perf_counter() - start
        _say(_summary("one page at a time", compared, walk.report.requests, alone))
        if compared and count:
            _say(f"Fetching ahead was {(alone / compared) / (seconds / count):.1f} times faster.\n")
        names = {project.id: project.name for project in await wethod.projects.list()}
    _say(_table(planned, names))
    return count


def _summary(how: str, rows: int, requests: int, seconds: float) -> str:
    rate = rows / seconds
    return f"{how + ':':22}{rows:>9,} rows, {requests:>6,} requests, {seconds:6.1f} s, {rate:>9,.0f} rows a second"


def _table(planned: Mapping[tuple[int, str], float], names: dict[int, str]) -> str:
    """Percentages by project and month, for the busiest months in a row and the projects that have most in them."""
    by_month, by_project = Counter[str](), Counter[int]()
    for (_, month), percent in planned.items():
        by_month[month] += round(percent)
    every = sorted(by_month)
    starts = range(max(len(every) - MONTHS, 0) + 1)
    first = max(starts, key=lambda start: sum(by_month[month] for month in every[start : start + MONTHS]))
    months = every[first : first + MONTHS]
    for (project, month), percent in planned.items():
        by_project[project] += round(percent) if month in months else 0
    lines = [f"{'planned, % of a month':30}" + "".join(f"{month:>10}" for month in months)]
    for project, _ in by_project.most_common(PROJECTS):
        cells = (f"{planned[project, month]:.1f}" if (project, month) in planned else "-" for month in months)
        lines.append(f"{names.get(project, str(project))[:29]:30}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines)


def _progress(count: int, rows: int, seconds: float) -> None:
    if not sys.stderr.isatty():
        return
    done = count * BAR // max(rows, 1)
    bar = f"\r[{'#' * done}{'.' * (BAR - done)}] {count:,} of {rows:,}, {count / seconds:,.0f} a second"
    sys.stderr.write(f"\r{' ' * len(bar)}\r" if count == rows else bar)
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
