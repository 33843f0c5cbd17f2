"""A tap of the Singer SDK: one stream with the SDK's offset paginator; its messages go to standard output.

`benchmarks.alone` points that at /dev/null: what a target makes of the messages comes on top.
"""

from __future__ import annotations

from typing import Any, ClassVar

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.pagination import OffsetPaginator

from ..server import PATH
from . import Job
from .floor import HEADERS

_moment, _number = th.DateTimeType, th.IntegerType


class Plans(RESTStream[int]):
    """Production plan streams."""

    name = "production_plan_streams"
    path = PATH
    primary_keys = ("id",)
    schema = th.PropertiesList(
        th.Property("id", _number, required=True),
        th.Property("created_at", _moment),
        th.Property("updated_at", _moment),
        th.Property("date", th.DateType),
        th.Property("value", th.NumberType),
        th.Property("project_id", _number),
        th.Property("stream_id", _number),
        th.Property("production_plan_id", _number),
        th.Property("deleted_at", _moment),
    ).to_dict()

    @property
    def url_base(self) -> str:
        """Where the server is."""
        return str(self.config["url"])

    @property
    def http_headers(self) -> dict[str, str]:
        """What the API wants."""
        return HEADERS

    def get_new_paginator(self) -> OffsetPaginator:
        """The SDK's own; it ends at the first empty page."""
        return OffsetPaginator(0, 100)

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, int]:
        """The page's place."""
        return {"limit": 100, "offset": next_page_token or 0}

    def post_process(self, row: dict[str, Any], context: Any = None) -> dict[str, Any]:
        """Counts the row."""
        PlansTap.seen += row["id"] > 0
        return row


class PlansTap(Tap):
    """A tap of that one stream."""

    name = "tap-plans"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(th.Property("url", th.StringType)).to_dict()
    seen: ClassVar[int] = 0

    def discover_streams(self) -> list[Plans]:
        """The only one."""
        return [Plans(self)]


def read(job: Job) -> int:
    """What `tap-plans --config ...` does."""
    PlansTap.seen = 0
    PlansTap(config={"url": job.url}).sync_all()
    return PlansTap.seen
