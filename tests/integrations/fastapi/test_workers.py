"""The example application, served by a real uvicorn with two workers that share one budget through Redis."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from asyncsdk import Wethod, gather_all
from asyncsdk.sandbox import Sandbox
from tests.waiting import until

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "asyncsdk" / "docs" / "fastapi.md"
REDIS = "redis://127.0.0.1:6379/0"


def redis_answers() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", 6379)) == 0


def uvicorn(app: str, port: int, count: int) -> list[str]:
    """The command that serves an application by uvicorn's own workers."""
    return ["-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port), "--workers", str(count)]


def gunicorn(app: str, port: int, count: int) -> list[str]:
    """The command that serves an application by gunicorn with uvicorn's workers."""
    options = ["--workers", str(count), "--worker-class", "uvicorn.workers.UvicornWorker", "--log-level", "info"]
    return ["-W", "ignore", "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", *options, "--graceful-timeout", "2"]


Command = Callable[[str, int, int], list[str]]


@asynccontextmanager
async def workers(app: str, environ: dict[str, str], count: int = 2, command: Command = uvicorn) -> AsyncIterator[str]:
    """Serves an application by several processes and gives its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command(app, port, count)),
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

        environ = {**sandbox.environ, "WETHOD_SHARED_BUDGET": REDIS, "WETHOD_BUDGET_KEY": budget_key}
        # A connection for each request: so both workers get some.
        browser = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        async with workers("tests.integrations.fastapi.planning:app", environ) as url, browser:
            # Each reads its mirror.
            await until(lambda: [request.path for request in sandbox.requests].count("/api/streams") == 2)
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
            token=sandbox.token,
            company=sandbox.company,
            base_url=sandbox.url,
            shared_budget=REDIS,
            budget_key=budget_key,
        ) as wethod:
            await wethod.streams.list().first()
            quota = wethod.quota
        assert quota.limit is not None
        assert quota.remaining is not None
        assert quota.limit - quota.remaining == own + 1, "both workers spent one budget; users spent their own"


def test_the_page_shows_this_very_application() -> None:
    """The block of the page that begins with `# planning.py` is the file of that name here, to the letter."""
    shown = re.findall(r"^```python\n(# planning\.py\n.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert shown == [Path(__file__).with_name("planning.py").read_text()]


# --- while Wethod is away ------------------------------------------------------------------------------------------


async def worker_of(browser: aiohttp.ClientSession, url: str) -> int | None:
    """The process that answers, None where none does."""
    try:
        async with browser.get(f"{url}/worker", timeout=aiohttp.ClientTimeout(total=10)) as response:
            assert response.status == 200
            return int(await response.text())
    except (aiohttp.ClientError, TimeoutError):
        return None


async def all_of(browser: aiohttp.ClientSession, url: str, but: int | None = None) -> set[int]:
    """The two processes that answer, once there are two; `but` is not one of them."""
    seen: set[int] = set()
    async with asyncio.timeout(60):
        while len(seen) < 2:
            seen |= {number for number in [await worker_of(browser, url)] if number not in {None, but}}
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("command", [gunicorn, uvicorn])
@pytest.mark.parametrize("trouble", ["away", "budget spent"])
async def test_a_worker_that_dies_while_wethod_is_away_is_replaced(command: Command, trouble: str) -> None:
    """The example application stays up, serves what needs no Wethod, and recovers with Wethod."""
    sandbox = Sandbox(rows=50)
    async with sandbox:
        environ, port = sandbox.environ, sandbox.port
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            project = await wethod.projects.list().first()
            assert project is not None
        path = f"/projects/{project.id}/streams?year=2026&month=5"
        if trouble == "budget spent":
            environ = {**environ, "WETHOD_BUDGET": "1"}
    # From here on nobody answers.
    browser = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
    async with workers("tests.integrations.fastapi.restarting:app", environ, command=command) as url, browser:
        before = await all_of(browser, url)
        for _ in range(2):  # and again: what replaces it has to start, too
            killed = min(before)
            os.kill(killed, signal.SIGKILL)
            before = await all_of(browser, url, but=killed)
        async with browser.get(url + path) as response:
            body = await response.json()
            assert response.status in {502, 503}, body
            assert body["key"] in {"upstream_error", "rate_limited"}
        async with browser.get(f"{url}/health") as response:
            health = await response.json()
            assert (response.status, health["status"]) == (200, "degraded")
        if trouble == "away":
            async with Sandbox(rows=50, port=port), asyncio.timeout(60):
                while health["status"] != "ok":
                    async with browser.get(f"{url}/health") as response:
                        health = await response.json()
                async with browser.get(url + path) as response:
                    assert response.status == 200
