"""Who is compared, what each needs installed, and whether it can have several requests in flight."""

from __future__ import annotations

import importlib.util

import attrs

FLOOR = "floor"
PAGES = "asyncsdk pages()"
ROWS = "asyncsdk async for row"
PLAIN = "asyncsdk pages(stable=False)"
PLAIN_ROWS = "asyncsdk async for row, stable=False"
UVLOOP = "asyncsdk pages() on uvloop"
KNOWN = "asyncsdk async for row, expected="
JSON = "aiohttp + json"
HTTPX = "httpx + pydantic"
DLT = "dlt RESTClient.paginate"
GENERATED = "generated client"
SINGER = "Singer SDK tap"
FLOOR_PARQUET = "floor to Parquet"
OURS_PARQUET = "asyncsdk extract to Parquet"
DLT_PARQUET = "dlt pipeline to Parquet"


@attrs.frozen
class Peer:
    """A contender that runs in a process of its own.

    `read` is a function of `benchmarks.peers`, as module:name; `gives` is what becomes of the rows; `needs` are
    modules, and `imports` the statement of a user who wants them; `in_flight` is what it always has, None where it
    takes what it is told.
    """

    name: str
    read: str
    gives: str
    needs: tuple[str, ...]
    imports: str
    in_flight: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs and is not installed."""
        return tuple(name for name in self.needs if importlib.util.find_spec(name) is None)


_OURS = "from asyncsdk import Wethod"
_SINGER = "from singer_sdk import RESTStream, Tap"
_DLT = "from dlt.sources.helpers.rest_client import RESTClient"

PEERS = (
    Peer(FLOOR, "floor:read", "attrs", ("aiohttp", "msgspec"), "import aiohttp"),
    Peer(PAGES, "ours:read_pages", "attrs", (), _OURS),
    Peer(ROWS, "ours:read_rows", "attrs", (), _OURS),
    Peer(PLAIN, "ours:read_pages_plainly", "attrs", (), _OURS),
    Peer(UVLOOP, "ours:read_pages_on_uvloop", "attrs", ("uvloop",), _OURS),
    Peer(JSON, "aiohttp_json:read", "dicts", ("aiohttp",), "import aiohttp"),
    Peer(HTTPX, "httpx_pydantic:read", "models", ("httpx", "pydantic"), "import httpx, pydantic", in_flight=1),
    Peer(DLT, "dlt_paginate:read", "dicts", ("dlt",), _DLT, in_flight=1),
    Peer(GENERATED, "generated:read", "attrs", ("openapi_python_client", "yaml"), "import httpx", in_flight=1),
    Peer(SINGER, "singer_tap:read", "JSON lines", ("singer_sdk",), _SINGER, in_flight=1),
    Peer(
        FLOOR_PARQUET,
        "to_parquet:floor_to_parquet",
        "Parquet",
        ("aiohttp", "orjson", "pyarrow"),
        "import aiohttp, orjson, pyarrow.parquet",
        in_flight=8,
    ),
    Peer(
        OURS_PARQUET,
        "to_parquet:ours_to_parquet",
        "Parquet",
        ("pyarrow", "rich", "typer"),
        "from asyncsdk.extract import extract",
        in_flight=8,
    ),
    Peer(DLT_PARQUET, "to_parquet:dlt_to_parquet", "Parquet", ("dlt", "pyarrow"), "import dlt", in_flight=1),
)


def installed() -> tuple[Peer, ...]:
    """Those that can run here."""
    return tuple(peer for peer in PEERS if not peer.missing)
