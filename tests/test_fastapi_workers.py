"""The example application, served by a real uvicorn with two workers that share one budget through Redis."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from asyncsdk import Wethod, gather_all
from asyncsdk.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
REDIS = "redis://127.0.0.1:6379/0"


def redis_answers() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", 6379)) == 0


@asynccontextmanager
async def workers(app: str, environ: dict[str, str], count: int = 2) -> AsyncIterator[str]:
    """Serves an application by several processes and gives its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port))
    process = await asyncio.create_subprocess_exec(
        *(*command, "--workers", str(count)),
        cwd=ROOT,
        env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(60):
            for _ in range(count):
                while b"startup complete" not in (line := await process.stdout.readline()):
                    said += line
                    assert line, said.decode()
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        said += await process.stdout.read()
        await process.wait()
    assert b"Traceback" not in said, said.decode()


@pytest.fixture
async def budget_key() -> AsyncIterator[str]:
    """A budget of this test's own."""
    key = f"test-{uuid.uuid4()}"
    yield key
    async with Redis.from_url(REDIS) as redis:
        if names := await redis.keys(f"asyncsdk:{{{key}}}:*"):
            await redis.delete(*names)


@pytest.mark.redis
@pytest.mark.skipif(not redis_answers(), reason="no Redis answers on 127.0.0.1:6379")
async def test_the_example_application_serves_plan_archive_and_timesheet(budget_key: str) -> None:
    async with Sandbox(rows=400, seed=11) as sandbox:
        sandbox.add_token("ann-token")
        sandbox.add_token("guest-token", permissions=[])
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            plan, streams = await gather_all(wethod.production_plan_streams.list(), wethod.streams.list())
            person = await wethod.persons.list().first()
        assert person is not None
        names = {stream.id: stream.name for stream in streams}
        sample = plan[0]
        month = [row for row in plan if (row.project_id, row.date) == (sample.project_id, sample.date)]
        sandbox.requests.clear()

        environ = {**sandbox.environ, "WETHOD_BUDGET": REDIS, "WETHOD_BUDGET_KEY": budget_key}
        # A connection for each request: so both workers get some.
        browser = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        async with workers("tests.planning:app", environ) as url, browser:
            assert [request.path for request in sandbox.requests].count("/api/streams") == 2, "each read its mirror"
            project = f"{url}/projects/{sample.project_id}"

            async def table() -> list[dict[str, object]]:
                params = {"year": sample.date.year, "month": sample.date.month}
                async with browser.get(f"{project}/streams", params=params) as response:
                    assert response.status == 200, await response.text()
                    listed: list[dict[str, object]] = await response.json()
                    return listed

            first, *others = await asyncio.gather(*(table() for _ in range(10)))
            assert all(other == first for other in others)
            assert {row["stream"]: row["planned"] for row in first if row["planned"]} == {
                names[row.stream_id]: row.value for row in month
            }
            async with browser.get(f"{project}/plan.csv") as response:
                lines = (await response.text()).splitlines()
            assert len(lines) == 1 + sum(row.project_id == sample.project_id for row in plan)

            async def post(path: str, token: str | None, body: object = None) -> tuple[int, dict[str, object]]:
                headers = {} if token is None else {"Authorization": f"Bearer {token}"}
                async with browser.post(url + path, headers=headers, json=body) as response:
                    told: dict[str, object] = await response.json()
                    return response.status, told

            archive = f"/streams/{next(row.id for row in streams if row.archived_at is None)}/archive"
            assert (await post(archive, None))[0] == 401
            status, told = await post(archive, "guest-token")
            assert (status, told["key"]) == (403, "permission_denied")
            status, told = await post(archive, "ann-token")
            assert status == 200, told
            assert told["archived_at"] is not None

            entry = {"project_id": sample.project_id, "person_id": person.id, "date": "2026-05-04", "hours": 7.5}
            status, told = await post("/timesheets", "ann-token", entry)
            assert status == 201, told
            assert told["hours"] == 7.5

        own = sum(request.method == "GET" for request in sandbox.requests)
        async with Wethod(
            token=sandbox.token, company=sandbox.company, base_url=sandbox.url, budget=REDIS, budget_key=budget_key
        ) as wethod:
            await wethod.streams.list().first()
            quota = wethod.quota
        assert quota.limit is not None
        assert quota.remaining is not None
        assert quota.limit - quota.remaining == own + 1, "both workers spent one budget; users spent their own"


def test_the_readme_shows_this_very_application() -> None:
    """The block of the README that begins with `# planning.py` is tests/planning.py to the letter."""
    shown = re.findall(r"^```python\n(# planning\.py\n.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert shown == [(ROOT / "tests" / "planning.py").read_text()]
