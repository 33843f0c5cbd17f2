"""Unofficial async client for the Wethod REST API: typed, concurrent, careful with requests and with rows.

    from asyncsdk import Wethod, filters as F

    async with Wethod() as wethod:
        async for row in wethod.production_plan_streams.list(project_id=7, updated_at=F.gte(since)):
            print(row.date, row.value)

Names are loaded when they are first used (PEP 562), so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import dates, filters, models
    from .account import Stats
    from .client import Wethod
    from .codec import to_dict, to_json
    from .errors import (
        APIError,
        ArgumentError,
        AuthenticationError,
        ClientClosed,
        ConfigurationError,
        Conflict,
        ConnectionFailed,
        DecodeError,
        Failure,
        NotFound,
        OutcomeUnknown,
        PermissionDenied,
        PreconditionFailed,
        RateLimited,
        RequestLine,
        RequestTimeout,
        ResponseTooLarge,
        ServerError,
        TransportError,
        ValidationError,
        WalkError,
        WethodError,
    )
    from .events import Hooks, RequestSent, ResponseReceived, RetryPlanned, WaitBegun
    from .gathering import gather_all
    from .mirror import Mirror, MirroredList
    from .pager import Page, Pager
    from .response import Response
    from .settings import RetryPolicy
    from .sharing import single_flight
    from .throttling import Quota
    from .walking.walk import PageWalk, Walk

__version__ = "0.1.0"

_MODULES = frozenset({"dates", "filters", "models"})
_HOMES = {
    "Hooks": "events",
    "Mirror": "mirror",
    "MirroredList": "mirror",
    "Page": "pager",
    "PageWalk": "walking.walk",
    "Pager": "pager",
    "Quota": "throttling.turn",
    "RequestSent": "events",
    "Response": "response",
    "ResponseReceived": "events",
    "RetryPlanned": "events",
    "RetryPolicy": "settings",
    "Stats": "account",
    "WaitBegun": "events",
    "Walk": "walking.walk",
    "Wethod": "client",
    "gather_all": "gathering",
    "single_flight": "sharing",
    "to_dict": "codec",
    "to_json": "codec",
}
"""The module of every public name; those that are not listed are in `errors`."""

__all__ = [
    "APIError",
    "ArgumentError",
    "AuthenticationError",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DecodeError",
    "Failure",
    "Hooks",
    "Mirror",
    "MirroredList",
    "NotFound",
    "OutcomeUnknown",
    "Page",
    "PageWalk",
    "Pager",
    "PermissionDenied",
    "PreconditionFailed",
    "Quota",
    "RateLimited",
    "RequestLine",
    "RequestSent",
    "RequestTimeout",
    "Response",
    "ResponseReceived",
    "ResponseTooLarge",
    "RetryPlanned",
    "RetryPolicy",
    "ServerError",
    "Stats",
    "TransportError",
    "ValidationError",
    "WaitBegun",
    "Walk",
    "WalkError",
    "Wethod",
    "WethodError",
    "dates",
    "filters",
    "gather_all",
    "models",
    "single_flight",
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
