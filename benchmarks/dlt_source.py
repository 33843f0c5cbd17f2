"""A list into DuckDB through dlt, end to end: `python -m benchmarks.dlt_source [--rows 20000] [--latency-ms 20]`.

Two sources for one pipeline, each run in a process of its own, in turns: `wethod_source`, and the resource one writes
after dlt's own guide, with its REST client and an offset paginator, merged by id like ours. What is timed is
`pipeline.run`: reading, normalising, loading. A list of a few rows goes first, uncounted, for what is imported late.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from .server import PATH, serving

FEW = 250
LIST = "production_plan_streams"


def ours(dlt: Any, url: str) -> Any:
    """Our source."""
    from asyncsdk.integrations.dlt import wethod_source

    return wethod_source(LIST, token="t", company="c", base_url=url, budget=None)  # the server asks none


def theirs(dlt: Any, url: str) -> Any:
    """A resource over dlt's REST client."""
    client: Any = import_module("dlt.sources.helpers.rest_client")
    paginators: Any = import_module("dlt.sources.helpers.rest_client.paginators")

    def streams() -> Iterator[object]:
        paginator = paginators.OffsetPaginator(limit=100, total_path=None, stop_after_empty_page=True)
        yield from client.RESTClient(base_url=url, paginator=paginator).paginate(PATH)

    return dlt.resource(streams, name=LIST, write_disposition="merge", primary_key="id")


SOURCES = {"asyncsdk": ours, "dlt's RESTClient": theirs}


def take(name: str, source: str, url: str, rows: int, folder: str) -> float:
    """Seconds of one pipeline."""
    dlt: Any = import_module("dlt")
    pipeline = dlt.pipeline(
        pipeline_name=name,
        pipelines_dir=f"{folder}/pipelines",
        destination=dlt.destinations.duckdb(f"{folder}/{name}.duckdb"),
        dataset_name="data",
    )
    begun = time.perf_counter()
    pipeline.run(SOURCES[source](dlt, url))
    seconds = time.perf_counter() - begun
    with pipeline.sql_client() as client:
        ((found,),) = client.execute_sql(f"SELECT count(DISTINCT id) FROM {LIST}")
    assert found == rows, found
    return seconds


def measured(source: str, few: str, url: str, rows: int) -> float:
    """Seconds of one run in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.dlt_source", "--contender", source, few, url, str(rows)]
    environ = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env=environ)
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measures, and prints medians and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dlt_source", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--latency-ms", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contender", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.contender:
        source, few, url, rows = asked.contender
        with tempfile.TemporaryDirectory() as folder:
            os.environ["DLT_DATA_DIR"] = folder
            take("few", source, few, FEW, folder)
            print(json.dumps(take("all", source, url, int(rows), folder)))
        return
    taken: dict[str, list[float]] = {source: [] for source in SOURCES}
    with serving(FEW) as few, serving(asked.rows, asked.latency_ms / 1000) as url:
        for _ in range(asked.rounds):
            for source, seconds in taken.items():
                seconds.append(measured(source, few, url, asked.rows))
    medians = {source: statistics.median(seconds) for source, seconds in taken.items()}
    print(f"{asked.rows:,} rows into DuckDB through dlt, {asked.latency_ms:g} ms a request, {asked.rounds} rounds:")
    for source, seconds in taken.items():
        print(f"  {source:16} {medians[source]:6.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")
    ours_, theirs_ = medians.values()
    print(f"dlt's RESTClient takes {theirs_ / ours_:.1f} times as long")


if __name__ == "__main__":
    main()
