"""The dlt source beside dlt's own RESTClient, into DuckDB with merge, end to end: `python -m benchmarks.dlt_source`.

Needs dlt (extra `bench`) and DuckDB. Both take a short list first, uncounted, for what is imported at a first run.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from .server import PATH, serving

ROWS, LATENCY, ROUNDS = 20_000, 0.02, 2
TABLE = "production_plan_streams"


def ours(url: str) -> Any:
    from asyncsdk.integrations.dlt import wethod_source

    return wethod_source(TABLE, token="t", company="c", base_url=url, budget=None)


def theirs(url: str) -> Any:
    dlt: Any = import_module("dlt")
    client: Any = import_module("dlt.sources.helpers.rest_client")
    paginators: Any = import_module("dlt.sources.helpers.rest_client.paginators")

    def rows() -> Iterator[object]:
        paginator = paginators.OffsetPaginator(limit=100, total_path=None, stop_after_empty_page=True)
        yield from client.RESTClient(base_url=url, paginator=paginator).paginate(PATH)

    return dlt.resource(rows, name=TABLE, write_disposition="merge", primary_key="id")


def take(name: str, data: Any, rows: int, folder: str) -> float:
    """Runs one pipeline of its own; its seconds."""
    dlt: Any = import_module("dlt")
    target = dlt.destinations.duckdb(f"{folder}/{name}.duckdb")
    pipeline = dlt.pipeline(name, pipelines_dir=f"{folder}/pipelines", destination=target, dataset_name="data")
    start = time.perf_counter()
    pipeline.run(data)
    seconds = time.perf_counter() - start
    with pipeline.sql_client() as client:
        held = client.execute_sql(f"SELECT count(*), count(DISTINCT id) FROM {TABLE}")
    assert tuple(held[0]) == (rows, rows), held
    return seconds


def main() -> None:
    """Measures both, one after the other, and prints each round."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryDirectory() as folder, serving(250) as few, serving(ROWS, LATENCY) as url:
        take("few_ours", ours(few), 250, folder)
        take("few_theirs", theirs(few), 250, folder)
        print(f"{ROWS} rows, {LATENCY * 1000:g} ms a request")
        for number in range(ROUNDS):
            a = take(f"ours_{number}", ours(url), ROWS, folder)
            b = take(f"theirs_{number}", theirs(url), ROWS, folder)
            print(f"asyncsdk {a:6.2f} s   RESTClient {b:6.2f} s   {b / a:5.2f} times", flush=True)


if __name__ == "__main__":
    main()
