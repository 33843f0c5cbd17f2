"""How an application stands with Wethod, for the probes of its operators. Asks Wethod for nothing, shows no secret."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Depends, Response
from fastapi.requests import HTTPConnection
from pydantic import BaseModel
from starlette.datastructures import State

from ...client import Wethod
from ...errors import APIError, ClientClosedError
from ...mirror import Mirror
from .clients import Clients

__all__ = ["WethodHealth", "WethodHealthDep", "get_wethod_health", "wethod_health"]


class QuotaHealth(BaseModel):
    """What is left of the hour's requests, as far as this process knows; null where it keeps no budget."""

    limit: int | None
    remaining: int | None
    full_at: dt.datetime | None


class ClientHealth(BaseModel):
    """A client: whether it is open, and its quota (null where the application has no token of its own)."""

    open: bool
    quota: QuotaHealth | None


class ListHealth(BaseModel):
    """A list in memory: its rows, their age in seconds (null before the first reading), why the last refresh failed."""

    rows: int
    age: float | None
    failure: str | None


class MirrorHealth(BaseModel):
    """A mirror: the age of its oldest list in seconds (null before the first reading), and its last failure."""

    age: float | None
    failure: str | None
    lists: dict[str, ListHealth]


class WethodHealth(BaseModel):
    """How the application stands with Wethod.

    `status` is "ok"; "degraded" where a mirror's last refresh failed, or it was not filled yet; "closed" where a client
    is closed or there is none. Clients and mirrors go by their names in the state of the application.
    """

    status: Literal["ok", "degraded", "closed"]
    clients: dict[str, ClientHealth]
    mirrors: dict[str, MirrorHealth]


async def get_wethod_health(connection: HTTPConnection) -> WethodHealth:
    """How the application stands with Wethod, without asking Wethod, as a dependency for endpoints of your own."""
    state = _state_of(connection)
    clients = {
        name.removesuffix("_clients"): _client(value) for name, value in state.items() if isinstance(value, Clients)
    }
    mirrors = {name: _mirror(value) for name, value in state.items() if isinstance(value, Mirror)}
    status: Literal["ok", "degraded", "closed"] = "ok"
    if any(mirror.failure is not None or mirror.age is None for mirror in mirrors.values()):
        status = "degraded"
    if not clients or not all(client.open for client in clients.values()):
        status = "closed"
    return WethodHealth(status=status, clients=clients, mirrors=mirrors)


WethodHealthDep = Annotated[WethodHealth, Depends(get_wethod_health)]
"""How the application stands with Wethod, as an argument of an endpoint."""


async def wethod_health(health: WethodHealthDep, response: Response) -> WethodHealth:
    """An endpoint that says how the application stands with Wethod: `app.get("/health")(wethod_health)`.

    200 while the application can serve, also while Wethod is away ("degraded"): who restarts it then gains nothing. 503
    where its client is closed. A `Mirror` is found where a lifespan yields it, or in `app.state`.
    """
    if health.status == "closed":
        response.status_code = 503
    return health


def _state_of(connection: HTTPConnection) -> Mapping[str, object]:
    """What is in the state of the application and, before that, in that of its lifespan."""
    shared: object = connection.app.state
    own = shared._state if isinstance(shared, State) else {}
    return {**own, **connection.scope.get("state", {})}


def _client(clients: Clients) -> ClientHealth:
    return ClientHealth(open=_is_open(clients.root), quota=None if clients.own is None else _quota(clients.own))


def _is_open(wethod: Wethod) -> bool:
    try:
        wethod.with_options()
    except ClientClosedError:
        return False
    return True


def _quota(wethod: Wethod) -> QuotaHealth:
    quota = wethod.quota
    return QuotaHealth(limit=quota.limit, remaining=quota.remaining, full_at=quota.full_at)


def _mirror(mirror: Mirror) -> MirrorHealth:
    lists = {
        name: ListHealth(rows=len(each), age=_age(each.age), failure=_kind(each.failure))
        for name, each in mirror.lists.items()
    }
    return MirrorHealth(age=_age(mirror.age), failure=_kind(mirror.failure), lists=lists)


def _age(seconds: float) -> float | None:
    return None if math.isinf(seconds) else round(seconds, 1)


def _kind(failure: Exception | None) -> str | None:
    """What kind of failure it was: its words may hold what the API said."""
    if isinstance(failure, APIError) and failure.status is not None:
        return f"{type(failure).__name__} {failure.status}"
    return None if failure is None else type(failure).__name__
