"""Unofficial async client for the Wethod REST API: typed, concurrent, careful with requests and with rows.

    from asyncsdk import Wethod, filters as F

    async with Wethod() as wethod:
        async for row in wethod.production_plan_streams.list(project_id=7, updated_at=F.gte(since)):
            print(row.date, row.value)

Names are loaded when they are first used (PEP 562), so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import __version__ as __version__

if TYPE_CHECKING:
    from . import dates, events, filters, models
    from ._codec.decode import OnReject, Reject, to_dict, to_json
    from ._codec.fields import Number, Timestamp
    from ._codec.omitted import OMITTED, Omitted
    from ._codec.query import Params, ParamValue
    from ._codec.values import Json
    from ._limits import Quota
    from ._lists.change_stream import Changes
    from ._lists.gathering import gather_all
    from ._lists.mirrored import OnChange
    from ._lists.noticing import Change
    from ._lists.pager import Page, Pager
    from ._lists.report import Report
    from ._lists.walk import PageWalk, Walk
    from ._sending.account import Stats
    from ._sending.extra_headers import ExtraHeaders
    from ._sending.proxies import Proxy
    from ._sending.response import Response
    from ._sending.secret import Secret
    from ._sending.settings import Priority, RetryPolicy, Settings
    from ._sending.tokens import Token, TokenFunction, TokenSource
    from .client import Wethod
    from .errors import (
        APIError,
        ArgumentError,
        AuthenticationError,
        ClientClosedError,
        ConfigurationError,
        ConflictError,
        ConnectError,
        DecodeError,
        Failure,
        InvalidDataError,
        NotFoundError,
        OutcomeUnknownError,
        PermissionDeniedError,
        PreconditionFailedError,
        RateLimitError,
        RequestLine,
        RequestTimeoutError,
        ResponseTooLargeError,
        ServerError,
        TransportError,
        WalkError,
        WethodError,
    )
    from .events import Hooks, RequestSent, ResponseReceived, RetryPlanned, WaitBegun
    from .mirror import Mirror, MirroredList


_MODULES = frozenset({"dates", "events", "filters", "models"})
_HOMES = {
    "Change": "_lists.noticing",
    "Changes": "_lists.change_stream",
    "ExtraHeaders": "_sending.extra_headers",
    "Hooks": "events",
    "Json": "_codec.values",
    "Mirror": "mirror",
    "MirroredList": "mirror",
    "Number": "_codec.fields",
    "OMITTED": "_codec.omitted",
    "Omitted": "_codec.omitted",
    "OnChange": "_lists.mirrored",
    "OnReject": "_codec.decode",
    "Page": "_lists.pager",
    "PageWalk": "_lists.walk",
    "Pager": "_lists.pager",
    "ParamValue": "_codec.query",
    "Params": "_codec.query",
    "Priority": "_sending.settings",
    "Proxy": "_sending.proxies",
    "Quota": "_limits.ticket",
    "Reject": "_codec.decode",
    "Report": "_lists.report",
    "RequestSent": "events",
    "Response": "_sending.response",
    "ResponseReceived": "events",
    "RetryPlanned": "events",
    "RetryPolicy": "_sending.settings",
    "Secret": "_sending.secret",
    "Settings": "_sending.settings",
    "Stats": "_sending.account",
    "Timestamp": "_codec.fields",
    "Token": "_sending.tokens",
    "TokenFunction": "_sending.tokens",
    "TokenSource": "_sending.tokens",
    "WaitBegun": "events",
    "Walk": "_lists.walk",
    "Wethod": "client",
    "gather_all": "_lists.gathering",
    "to_dict": "_codec.decode",
    "to_json": "_codec.decode",
}
"""The module of every public name; those that are not listed are in `errors`."""

__all__ = [
    "OMITTED",
    "APIError",
    "ArgumentError",
    "AuthenticationError",
    "Change",
    "Changes",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "DecodeError",
    "ExtraHeaders",
    "Failure",
    "Hooks",
    "InvalidDataError",
    "Json",
    "Mirror",
    "MirroredList",
    "NotFoundError",
    "Number",
    "Omitted",
    "OnChange",
    "OnReject",
    "OutcomeUnknownError",
    "Page",
    "PageWalk",
    "Pager",
    "ParamValue",
    "Params",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "Priority",
    "Proxy",
    "Quota",
    "RateLimitError",
    "Reject",
    "Report",
    "RequestLine",
    "RequestSent",
    "RequestTimeoutError",
    "Response",
    "ResponseReceived",
    "ResponseTooLargeError",
    "RetryPlanned",
    "RetryPolicy",
    "Secret",
    "ServerError",
    "Settings",
    "Stats",
    "Timestamp",
    "Token",
    "TokenFunction",
    "TokenSource",
    "TransportError",
    "WaitBegun",
    "Walk",
    "WalkError",
    "Wethod",
    "WethodError",
    "dates",
    "events",
    "filters",
    "gather_all",
    "models",
    "to_dict",
    "to_json",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    value: object = getattr(import_module(f".{_HOMES.get(name, 'errors')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
