"""Wethod as a source of dlt: every list a resource, so that every destination of dlt is reachable.

    import dlt
    from asyncsdk.integrations.dlt import wethod_source

    pipeline = dlt.pipeline("plan", destination="duckdb", dataset_name="wethod")
    pipeline.run(wethod_source("timesheets", "projects", company="acme"))

Needs the extra `dlt`. The first run reads lists whole, later ones what changed and what was deleted since.
"""

from __future__ import annotations

from .source import wethod_source

__all__ = ["wethod_source"]
