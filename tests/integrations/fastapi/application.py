"""An application with Wethod behind it, and a real uvicorn that serves it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from starlette.types import ASGIApp

from asyncsdk._sending.settings import RetryPolicy
from asyncsdk.integrations.fastapi import (
    ModelResponse,
    UserWethodDep,
    WethodDep,
    install_error_handlers,
    stream_csv,
    stream_ndjson,
    wethod_lifespan,
)
from asyncsdk.models import ProductionPlanStream, Project, Stream
from asyncsdk.sandbox import Sandbox

RETRY = RetryPolicy(attempts=2, backoff=0.0)
PLAN = "/api/production-plan-streams"


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serves an application from a thread of its own and gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_level="critical", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await asyncio.to_thread(thread.join)  # the sandbox goes on meanwhile: shutting down may ask it


def options(sandbox: Sandbox, **others: Any) -> dict[str, Any]:
    """How to reach the sandbox."""
    return {
        "token": sandbox.token,
        "company": sandbox.company,
        "base_url": sandbox.url,
        "retry": RETRY,
        **others,
    }


def application(sandbox: Sandbox, **others: Any) -> FastAPI:
    app = FastAPI(lifespan=wethod_lifespan(**options(sandbox, **others)))
    install_error_handlers(app)

    @app.get("/projects/{id}")
    async def project(id: int, wethod: WethodDep) -> Project:
        return await wethod.projects.get(id)

    @app.get("/mine")
    async def mine(wethod: UserWethodDep) -> list[Project]:
        return await wethod.projects.list().all(max_items=5)

    @app.get("/both")
    async def both(first: str, own: WethodDep, user: UserWethodDep) -> int:
        for wethod in (own, user) if first == "own" else (user, own):
            await wethod.streams.list()
        return 1

    @app.get("/fast", response_model=list[ProductionPlanStream])
    async def fast(wethod: WethodDep) -> Response:
        return ModelResponse(await wethod.production_plan_streams.list(project_id=7))

    @app.post("/streams")
    async def create(wethod: WethodDep, name: str) -> Stream:
        return await wethod.streams.create(name=name)

    @app.get("/plan.ndjson")
    async def ndjson(wethod: WethodDep, error_line: bool = False, resume: str | None = None) -> Response:
        rows = wethod.production_plan_streams.list()
        return await stream_ndjson(rows, error_line=error_line, resume=resume, concurrency=2)

    @app.get("/plan.csv")
    async def plan_csv(wethod: WethodDep, error_line: bool = False) -> Response:
        return await stream_csv(wethod.production_plan_streams.list(), error_line=error_line, filename="plän.csv")

    return app
