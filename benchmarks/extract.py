"""100,000 rows to Parquet: `python -m benchmarks.extract [--rounds 5] [--rows 100000] [--dlt-python PYTHON]`.

Three contenders, each run in a process of its own, one after the other in shuffled order: `asyncsdk.extract` with all
its promises; a bare loop of aiohttp, orjson and pyarrow with 8 requests in flight and none; and dlt, whose paginator
reads one page after the other (left out where it is not installed). The first two run on the same event loop (that of
the command), with the same settings of the collector and of Parquet. Each one first takes a few rows to another folder:
so what is imported, compiled and looked up once is nobody's cost. Memory is the process's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from .server import PATH, serving

IN_FLIGHT = 8
BATCH = 10_000
FEW = 250

FIGURES = "benchmark-figures: "


class Run(NamedTuple):
    """Seconds, those of them that the process's threads were busy for, and its peak memory."""

    seconds: float
    cpu: float
    megabytes: float


async def ours(url: str, rows: int, folder: str) -> float:
    """The whole of `asyncsdk extract`, but for the command line; the run after it is checked, not timed.

    Every 5,000 rows a file of their own and a line of the log are put on disk, with the place they were read up to.
    """
    from asyncsdk import Wethod
    from asyncsdk.extract import extract

    async with Wethod(token="t", company="c", base_url=url, budget=None) as wethod:
        start = time.perf_counter()
        report = await extract(wethod, ["production_plan_streams"], f"parquet:{folder}", concurrency=IN_FLIGHT)
        seconds = time.perf_counter() - start
        assert report.status == 0, report
        assert report.rows == rows
        pages = -(-rows // 100)
        assert wethod.stats.requests <= 1.02 * pages + IN_FLIGHT + 2, wethod.stats
        again = await extract(wethod, ["production_plan_streams"], f"parquet:{folder}", concurrency=IN_FLIGHT)
        assert again.requests <= 4, again
    return seconds


async def bare(url: str, rows: int, folder: str) -> float:
    """The least one can write: no retries, no budget, no order, no checks, no state."""
    import aiohttp
    import orjson
    import pyarrow as pa
    from pyarrow import parquet

    number, moment = pa.int64(), pa.timestamp("us", tz="UTC")
    types: dict[str, pa.DataType] = {
        "id": number,
        "created_at": moment,
        "updated_at": moment,
        "date": pa.date32(),
        "value": pa.float64(),
        "project_id": number,
        "stream_id": number,
        "production_plan_id": number,
        "deleted_at": moment,
    }
    typed = pa.schema(list(types.items()))
    texts = {moment: pa.string(), pa.date32(): pa.string()}
    read = pa.schema([(name, texts.get(type_, type_)) for name, type_ in types.items()])
    offsets = iter(range(0, rows, 100))
    waiting: list[dict[str, object]] = []
    start = time.perf_counter()
    with parquet.ParquetWriter(
        Path(folder) / "rows.parquet", typed, compression="zstd", use_dictionary=False
    ) as writer:

        def write() -> None:
            writer.write_table(pa.Table.from_pylist(waiting, read).cast(typed))
            waiting.clear()

        async def fetch(http: aiohttp.ClientSession) -> None:
            for offset in offsets:
                async with http.get(f"{url}{PATH}?limit=100&offset={offset}") as response:
                    waiting.extend(orjson.loads(await response.read()))
                if len(waiting) >= BATCH:
                    write()

        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(fetch(http))
        if waiting:
            write()
    return time.perf_counter() - start


def contend(name: str, few: str, url: str, rows: int, folder: str) -> None:
    """In a process of its own: runs one contender, on a few rows and then on all, and prints what it took."""
    from asyncsdk.cli.extracting import collect_rarely
    from asyncsdk.cli.loop import run

    contender = {"asyncsdk": ours, "bare loop": bare}[name]
    for part in ("few", "all"):
        (Path(folder) / part).mkdir()
    run(contender(few, FEW, f"{folder}/few"))
    collect_rarely()  # as the command does
    before = time.process_time()
    seconds = run(contender(url, rows, f"{folder}/all"))
    cpu = time.process_time() - before
    print(FIGURES + json.dumps([seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def measure(name: str, few: str, url: str, rows: int, dlt_python: str) -> Run:
    """One run of one contender."""
    folder = tempfile.mkdtemp()
    try:
        if name == "dlt":
            lists = [few + PATH, url + PATH]
            command = [dlt_python, str(Path(__file__).with_name("extract_dlt.py")), *lists, str(rows), folder]
        else:
            command = [sys.executable, "-m", "benchmarks.extract", "--contender", name, few, url, str(rows), folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        line = next((line for line in done.stdout.splitlines() if line.startswith(FIGURES)), None)
        if line is None:
            raise SystemExit(f"{name} failed:\n{done.stderr}")
        return Run(*json.loads(line.removeprefix(FIGURES)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Runs all contenders without latency and with 20 ms a request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--latency-ms", type=float, action="append")
    parser.add_argument("--dlt-python", default=sys.executable, help="an interpreter that has dlt")
    parser.add_argument("--without", action="append", default=[], help="a contender to leave out")
    parser.add_argument("--contender", nargs=5, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.contender:
        name, few, url, rows, folder = args.contender
        contend(name, few, url, int(rows), folder)
        return
    names = [name for name in ("asyncsdk", "bare loop", "dlt") if name not in args.without]
    probe = subprocess.run([args.dlt_python, "-c", "import dlt, pyarrow"], check=False, capture_output=True)
    if "dlt" in names and probe.returncode:
        names.remove("dlt")
        print("dlt is not installed here, so it is left out; --dlt-python names an interpreter that has it")
    print(f"{os.cpu_count()} cores; ratios hold for this run only")
    for latency in args.latency_ms or [0.0, 20.0]:
        taken: dict[str, list[Run]] = {name: [] for name in names}
        with serving(FEW) as few, serving(args.rows, latency / 1000) as url:
            for _ in range(args.rounds):
                for name in random.sample(names, len(names)):
                    taken[name].append(measure(name, few, url, args.rows, args.dlt_python))
        print(f"\n{args.rows} rows to Parquet, {latency:g} ms a request, medians of {args.rounds}")
        medians = {name: statistics.median(run.seconds for run in runs) for name, runs in taken.items()}
        for name, seconds in medians.items():
            cpu = statistics.median(run.cpu for run in taken[name])
            peak = max(run.megabytes for run in taken[name])
            ratio = seconds / medians["asyncsdk"] if "asyncsdk" in medians else float("nan")
            print(
                f"{name:12}{seconds:8.2f} s{cpu:8.2f} s CPU{args.rows / seconds:11,.0f} rows/s"
                f"{peak:7.0f} MB{ratio:7.2f} x asyncsdk"
            )


if __name__ == "__main__":
    main()
