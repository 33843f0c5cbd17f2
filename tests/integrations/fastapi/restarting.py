"""The example application, with an endpoint that needs no Wethod and tells which process answers."""

from __future__ import annotations

import os

from tests.integrations.fastapi.planning import app

__all__ = ["app"]


@app.get("/worker")
async def worker() -> int:
    return os.getpid()
