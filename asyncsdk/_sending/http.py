"""Imports aiohttp, for the whole client: what it takes from the library can be seen, and tested, in one place."""

from __future__ import annotations

import aiohttp
from aiohttp import connector as pooling
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.http_parser import HttpParser
from aiohttp.tracing import Trace

__all__ = [
    "AbstractStreamWriter",
    "Connection",
    "ConnectionKey",
    "HttpParser",
    "ResponseHandler",
    "Trace",
    "aiohttp",
    "pooling",
]
