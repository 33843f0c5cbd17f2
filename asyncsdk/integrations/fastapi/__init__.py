"""Wethod behind FastAPI: one client per process, errors as answers, lists as streams. Needs the extra `fastapi`.

    from fastapi import FastAPI
    from asyncsdk.integrations.fastapi import UserWethod, WethodClient, install_error_handlers, wethod_lifespan
    from asyncsdk.models import Project

    app = FastAPI(lifespan=wethod_lifespan())
    install_error_handlers(app)

    @app.get("/projects/{id}")
    async def project(id: int, wethod: WethodClient) -> Project:
        return await wethod.projects.get(id)

Models are response models as they are. Several workers share one budget with `budget="redis://..."`.
"""

from __future__ import annotations

from .clients import UserWethod, WethodClient, WethodOptions, user_wethod, wethod_lifespan
from .failures import install_error_handlers
from .responses import ModelResponse
from .streams import stream_csv, stream_ndjson

__all__ = [
    "ModelResponse",
    "UserWethod",
    "WethodClient",
    "WethodOptions",
    "install_error_handlers",
    "stream_csv",
    "stream_ndjson",
    "user_wethod",
    "wethod_lifespan",
]
