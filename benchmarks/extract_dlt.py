"""The dlt side of `benchmarks.extract`, in whatever interpreter has dlt: `python extract_dlt.py URL ROWS FOLDER`.

The resource one writes after dlt's own guide: its REST client with an offset paginator, into Parquet files.
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


def main() -> None:
    """Runs one pipeline and prints what it took."""
    url, rows, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": folder}
    dlt: Any = import_module("dlt")
    client_module: Any = import_module("dlt.sources.helpers.rest_client")
    paginators: Any = import_module("dlt.sources.helpers.rest_client.paginators")
    import pyarrow.parquet  # noqa: F401  # so that the import is nobody's cost

    base, _, path = url.rpartition("/api/")

    def streams() -> Iterator[object]:
        paginator = paginators.OffsetPaginator(limit=100, total_path=None, stop_after_empty_page=True)
        yield from client_module.RESTClient(base_url=base, paginator=paginator).paginate(f"/api/{path}")

    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=f"{folder}/pipelines",
        destination=dlt.destinations.filesystem(bucket_url=f"file://{folder}/out"),
        dataset_name="data",
    )
    start = time.perf_counter()
    pipeline.run(
        dlt.resource(streams, name="production_plan_streams", write_disposition="append", primary_key="id"),
        loader_file_format="parquet",
    )
    seconds = time.perf_counter() - start
    counts = pipeline.last_trace.last_normalize_info.row_counts
    assert counts["production_plan_streams"] == rows, counts
    print("benchmark-figures: " + json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


if __name__ == "__main__":
    main()
