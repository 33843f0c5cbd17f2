"""The list into Parquet files: asyncsdk's extraction, a bare loop, and a pipeline of dlt.

The last two are those of `benchmarks.extract`, which looks at extraction alone and in more detail; the first two run as
the command does, on its event loop and with its garbage collection.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet

from asyncsdk.cli.extracting import collect_rarely
from asyncsdk.cli.loop import run
from asyncsdk.extract import extract

from .. import extract_dlt
from ..extract import bare
from ..server import PATH
from . import Job, ours


def ours_to_parquet(job: Job) -> int:
    """What `asyncsdk extract production-plan-streams --to parquet:DIR` does."""

    async def main() -> int:
        async with ours.client(job.url) as wethod:
            target = f"parquet:{job.folder}"
            report = await extract(wethod, ["production_plan_streams"], target, concurrency=job.in_flight)
        if report.status:
            raise RuntimeError(f"the extraction ended with {report.status}")
        return report.rows

    collect_rarely()
    return run(main())


def floor_to_parquet(job: Job) -> int:
    """aiohttp, orjson and pyarrow, 8 in flight: no retries, no order, no checks, no state; one file."""
    collect_rarely()
    run(bare(job.url, job.rows, job.folder))
    return sum(pyarrow.parquet.read_metadata(path).num_rows for path in Path(job.folder).rglob("*.parquet"))


def dlt_to_parquet(job: Job) -> int:
    """A resource and a pipeline as in dlt's guide; the rows are those it says it has normalised."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": job.folder}
    dlt: Any = importlib.import_module("dlt")
    _, rows = extract_dlt.take(dlt, "all", job.url + PATH, job.folder)
    return rows
