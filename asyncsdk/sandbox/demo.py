"""`python -m asyncsdk.sandbox.demo`: walks a large list through the client, against a sandbox in its own process.

The hourly budget is lifted, as nobody counts here; each answer takes `--latency-ms`, as a network would.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from asyncsdk import Wethod


def main(words: list[str] | None = None) -> int:
    """Runs the demo; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m asyncsdk.sandbox.demo", description="Walks a list, with progress.")
    parser.add_argument("--rows", type=int, default=100_000, help="rows to walk (default: %(default)s)")
    parser.add_argument(
        "--latency-ms", type=float, default=20, metavar="MS", help="of each answer (default: %(default)s)"
    )
    parser.add_argument("--concurrency", type=int, default=8, help="pages in flight (default: %(default)s)")
    args = parser.parse_args(words)
    with _sandbox(args.rows, args.latency_ms) as environ:
        count = asyncio.run(_walk(environ, args.rows, args.concurrency))
    return 0 if count == args.rows else 1


@contextmanager
def _sandbox(rows: int, latency_ms: float) -> Iterator[dict[str, str]]:
    options = ["--port", "0", "--rows", str(rows), "--latency-ms", str(latency_ms)]
    command = [sys.executable, "-m", "asyncsdk.sandbox", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # this package alone
        try:
            lines = [process.stdout.readline() if process.stdout else "" for _ in range(4)]
            pairs = (line.removeprefix("export ").strip().partition("=") for line in lines)
            yield {name: value for name, _, value in pairs}
        finally:
            process.terminate()


async def _walk(environ: dict[str, str], rows: int, concurrency: int) -> int:
    planned: defaultdict[int, float] = defaultdict(float)
    months: set[str] = set()
    count, start = 0, time.perf_counter()
    token, company, url = (environ[f"WETHOD_{name}"] for name in ("TOKEN", "COMPANY", "BASE_URL"))
    async with Wethod(token=token, company=company, base_url=url, budget=None) as wethod:
        async with wethod.production_plan_streams.list().items(concurrency=concurrency) as walk:
            async for row in walk:
                count += 1
                planned[row.stream_id] += row.value
                months.add(f"{row.date:%Y-%m}")
                if count % 1000 == 0 or count == rows:
                    _progress(count, rows, time.perf_counter() - start)
        names_of = {stream.id: stream.name for stream in await wethod.streams.list()}
        requests = wethod.stats.requests
    seconds = time.perf_counter() - start
    rate = f"{count / seconds:,.0f} rows a second, {requests:,} requests"
    lines = [f"{count:,} rows of {len(months)} months in {seconds:.1f} s: {rate}"]
    for stream, percent in sorted(planned.items(), key=lambda item: -item[1])[:5]:
        lines.append(f"  {names_of[stream]:<20} {percent / 100:>8,.0f} plans")
    sys.stdout.write("\n".join(lines) + "\n")
    return count


def _progress(count: int, rows: int, seconds: float) -> None:
    done = count * 30 // max(rows, 1)
    bar = f"\r[{'#' * done}{'.' * (30 - done)}] {count:,} of {rows:,}, {count / seconds:,.0f} a second"
    sys.stderr.write(bar + ("\n" if count == rows else ""))
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
