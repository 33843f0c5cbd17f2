"""Wethod behind FastAPI: one client per process, errors as answers, lists as streams. Needs the extra `fastapi`.

    from fastapi import FastAPI
    from asyncsdk.integrations.fastapi import WethodDep, install_error_handlers, wethod_lifespan
    from asyncsdk.models import Project

    app = FastAPI(lifespan=wethod_lifespan())
    install_error_handlers(app)

    @app.get("/projects/{id}")
    async def project(id: int, wethod: WethodDep) -> Project:
        return await wethod.projects.get(id)

Models are response models as they are; as bodies they are marked: `title: Annotated[JobTitle, Body()]`. Several workers
share one budget with `shared_budget="redis://..."`. Tests put a client of their own in the place of the application's:
`app.dependency_overrides[get_wethod] = lambda: wethod`.

Importing this package enters one encoder for rows and pages of asyncsdk in FastAPI's `jsonable_encoder`.
"""

from __future__ import annotations

from .clients import UserWethodDep, WethodDep, get_user_wethod, get_wethod, user_wethod, wethod_of
from .encoding import register_encoders
from .failures import ErrorBody, FieldFailure, TokenMissing
from .handlers import install_error_handlers
from .health import (
    ClientHealth,
    ListHealth,
    MirrorHealth,
    QuotaHealth,
    WethodHealth,
    WethodHealthDep,
    get_wethod_health,
    wethod_health,
)
from .lifespan import Lifespan, OtherLifespan, WethodOptions, wethod_lifespan
from .paging import PageOf, PageParams, PageParamsDep, get_page_params
from .responses import ModelResponse
from .streams import RowStream, stream_csv, stream_ndjson

__all__ = [
    "ClientHealth",
    "ErrorBody",
    "FieldFailure",
    "Lifespan",
    "ListHealth",
    "MirrorHealth",
    "ModelResponse",
    "OtherLifespan",
    "PageOf",
    "PageParams",
    "PageParamsDep",
    "QuotaHealth",
    "RowStream",
    "TokenMissing",
    "UserWethodDep",
    "WethodDep",
    "WethodHealth",
    "WethodHealthDep",
    "WethodOptions",
    "get_page_params",
    "get_user_wethod",
    "get_wethod",
    "get_wethod_health",
    "install_error_handlers",
    "register_encoders",
    "stream_csv",
    "stream_ndjson",
    "user_wethod",
    "wethod_health",
    "wethod_lifespan",
    "wethod_of",
]

register_encoders()
