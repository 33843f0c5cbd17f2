"""Scripts in a process of their own, in development mode with warnings as errors."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.stub_server import STREAM

SCRIPT = """
import asyncio, sys
from aiohttp import web
from asyncsdk import Wethod

STREAM = {stream!r}

async def serve(use):
    async def answer(request):
        return web.json_response(STREAM)
    app = web.Application()
    app.router.add_get("/{{tail:.*}}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await use(f"http://127.0.0.1:{{runner.addresses[0][1]}}")
    finally:
        await runner.cleanup()

{body}
"""


def run_alone(body: str) -> str:
    """Runs a script as its own process, in development mode with warnings as errors; gives what it printed."""
    script = SCRIPT.format(stream={**STREAM}, body=textwrap.dedent(body))
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONASYNCIODEBUG": ""},
    )
    assert done.returncode == 0, done.stderr
    noise = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]
    assert not noise, done.stderr
    return done.stdout
