"""The dlt side of `benchmarks.extract`, in whatever interpreter has dlt: `python extract_dlt.py FEW URL ROWS FOLDER`.

The resource one writes after dlt's own guide: its REST client with an offset paginator, into Parquet files. FEW is a
list of a few rows that is taken first, uncounted, for what dlt imports at its first run.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any


def take(dlt: Any, name: str, url: str, folder: str) -> tuple[float, int]:
    """Runs one pipeline; its seconds and rows."""
    client_module: Any = import_module("dlt.sources.helpers.rest_client")
    paginators: Any = import_module("dlt.sources.helpers.rest_client.paginators")
    base, _, path = url.rpartition("/api/")

    def streams() -> Iterator[object]:
        paginator = paginators.OffsetPaginator(limit=100, total_path=None, stop_after_empty_page=True)
        yield from client_module.RESTClient(base_url=base, paginator=paginator).paginate(f"/api/{path}")

    pipeline = dlt.pipeline(
        pipeline_name=name,
        pipelines_dir=f"{folder}/pipelines",
        destination=dlt.destinations.filesystem(bucket_url=f"file://{folder}/{name}"),
        dataset_name="data",
    )
    start = time.perf_counter()
    pipeline.run(
        dlt.resource(streams, name="production_plan_streams", write_disposition="append", primary_key="id"),
        loader_file_format="parquet",
    )
    seconds = time.perf_counter() - start
    return seconds, pipeline.last_trace.last_normalize_info.row_counts["production_plan_streams"]


def main() -> None:
    """Runs a small pipeline and the one that counts, and prints what that took."""
    few, url, rows, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": folder}
    dlt: Any = import_module("dlt")
    import pyarrow.parquet  # noqa: F401  # so that the import is nobody's cost

    take(dlt, "few", few, folder)
    before = time.process_time()
    seconds, found = take(dlt, "all", url, folder)
    cpu = time.process_time() - before
    assert found == rows, found
    print("benchmark-figures: " + json.dumps([seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


if __name__ == "__main__":
    main()
