"""100,000 rows to Parquet: `python -m benchmarks.extract [--rounds 5] [--rows 100000] [--dlt-python PYTHON]`.

Three contenders, each run in a process of its own, one after the other in shuffled order: `asyncsdk.extract` with all
its promises; a bare loop of aiohttp, orjson and pyarrow with 8 requests in flight and none; and dlt, whose paginator
reads one page after the other (left out where it is not installed). Imports are not counted; memory is the process's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .server import row

PATH = "/api/production-plan-streams"
IN_FLIGHT = 8
BATCH = 10_000

FIGURES = "benchmark-figures: "


async def ours(url: str, rows: int, folder: str) -> float:
    """The whole of `asyncsdk extract`, but for the command line; the run after it is checked, not timed."""
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
    with parquet.ParquetWriter(Path(folder) / "rows.parquet", typed) as writer:

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
        write()
    return time.perf_counter() - start


def contend(name: str, url: str, rows: int, folder: str) -> None:
    """In a process of its own: runs one contender and prints what it took."""
    # So that no import is anybody's cost; anyio imports its parts when they are first used.
    import aiohttp  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    import asyncsdk.extract.targets.parquet
    import asyncsdk.models.production_plan_streams  # noqa: F401
    from asyncsdk.cli.extracting import collect_rarely

    if name == "asyncsdk":
        collect_rarely()  # as the command does
    seconds = asyncio.run({"asyncsdk": ours, "bare loop": bare}[name](url, rows, folder))
    print(FIGURES + json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


class _Serve(asyncio.Protocol):
    """A list that never changes: a question for what changed since finds nothing."""

    def __init__(self, rows: Sequence[bytes], latency: float) -> None:
        self._rows = rows
        self._latency = latency
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            asked = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
            offset, limit = int(asked["offset"][0]), int(asked["limit"][0])
            rows = [] if "updated_at" in asked or "deleted_at" in asked else self._rows[offset : offset + limit]
            asyncio.get_running_loop().call_later(self._latency, self._answer, b"[" + b",".join(rows) + b"]")

    def _answer(self, body: bytes) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Fri, 01 May 2026 12:00:00 GMT\r\n"
        if not self._transport.is_closing():
            self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _run(count: int, latency: float, ready: Connection) -> None:
    rows = [json.dumps(row(n), separators=(",", ":")).encode() for n in range(count)]

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Serve(rows, latency), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def serving(count: int, latency: float) -> Iterator[str]:
    """A server in a process of its own; gives its base URL."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(count, latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join(10)


def measure(name: str, url: str, rows: int, dlt_python: str) -> tuple[float, float]:
    """Seconds and peak megabytes of one run of one contender."""
    folder = tempfile.mkdtemp()
    try:
        if name == "dlt":
            command = [dlt_python, str(Path(__file__).with_name("extract_dlt.py")), url + PATH, str(rows), folder]
        else:
            command = [sys.executable, "-m", "benchmarks.extract", "--contender", name, url, str(rows), folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        line = next((line for line in done.stdout.splitlines() if line.startswith(FIGURES)), None)
        if line is None:
            raise SystemExit(f"{name} failed:\n{done.stderr}")
        seconds, megabytes = json.loads(line.removeprefix(FIGURES))
        return seconds, megabytes
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
    parser.add_argument("--contender", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.contender:
        name, url, rows, folder = args.contender
        contend(name, url, int(rows), folder)
        return
    names = [name for name in ("asyncsdk", "bare loop", "dlt") if name not in args.without]
    probe = subprocess.run([args.dlt_python, "-c", "import dlt, pyarrow"], check=False, capture_output=True)
    if "dlt" in names and probe.returncode:
        names.remove("dlt")
        print("dlt is not installed here, so it is left out; --dlt-python names an interpreter that has it")
    print(f"{os.cpu_count()} cores; ratios hold for this run only")
    for latency in args.latency_ms or [0.0, 20.0]:
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        with serving(args.rows, latency / 1000) as url:
            for _ in range(args.rounds):
                for name in random.sample(names, len(names)):
                    taken[name].append(measure(name, url, args.rows, args.dlt_python))
        print(f"\n{args.rows} rows to Parquet, {latency:g} ms a request, medians of {args.rounds}")
        medians = {name: statistics.median(seconds for seconds, _ in runs) for name, runs in taken.items()}
        for name, seconds in medians.items():
            peak = max(megabytes for _, megabytes in taken[name])
            ratio = seconds / medians["asyncsdk"] if "asyncsdk" in medians else float("nan")
            print(f"{name:12}{seconds:8.2f} s{args.rows / seconds:11,.0f} rows/s{peak:7.0f} MB{ratio:7.2f} x asyncsdk")


if __name__ == "__main__":
    main()
