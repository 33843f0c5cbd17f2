"""A program as users write it, through every extra: run by .ci/run at the oldest and the newest versions allowed.

    python tests/everyday.py [redis://127.0.0.1:6379/0]

Needs no test framework, only what the extras bring: it walks, writes, extracts to Parquet and DuckDB, serves FastAPI
and, where an address is given, spends a budget in Redis.
"""

import asyncio
import json
import sys
import tempfile
import uuid
from collections.abc import MutableMapping
from importlib import metadata
from pathlib import Path
from typing import Any

from asyncsdk import Mirror, Wethod, errors, gather_all
from asyncsdk import filters as F  # noqa: N812  # the name users are told to give it
from asyncsdk.sandbox import Sandbox

Message = MutableMapping[str, Any]

WATCHED = ("aiohttp", "anyio", "attrs", "cattrs", "duckdb", "fastapi", "msgspec", "pyarrow", "redis", "starlette")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


async def walk(wethod: Wethod, sandbox: Sandbox) -> None:
    streams, projects = await gather_all(wethod.production_plan_streams.list(), wethod.projects.list())
    assert len(streams) == await wethod.production_plan_streams.list().count()
    assert all(project.name for project in projects)
    rows = [row.id async for row in wethod.timesheets.list(date=F.month(2026, 5), deleted="include", limit=20)]
    assert len(rows) == len({*rows})
    made = await wethod.timesheets.create(project_id=1, person_id=1, date="2026-05-04", hours=2.5)
    assert (made.hours, made.mode) == (2.5, "daily")
    missing: errors.WethodError | None = None
    try:
        await wethod.projects.get(10**9)
    except errors.WethodError as error:
        missing = error
    assert isinstance(missing, errors.APIError)
    assert missing.status == 404
    async with Mirror(wethod, ["projects"], refresh=60) as mirror:
        assert mirror.projects[1].id == 1


async def extract(wethod: Wethod, folder: Path) -> None:
    import duckdb
    import pyarrow.parquet as pq

    from asyncsdk.extract import extract

    for _ in range(2):  # the second run goes on where the first ended
        for target in (f"parquet:{folder / 'lake'}", f"duckdb:{folder / 'plan.duckdb'}"):
            report = await extract(wethod, ["timesheets", "projects", "streams"], target)
            assert [table.outcome for table in report.tables] == ["complete"] * 3, report
    live = await wethod.timesheets.list(deleted="include").count()
    with duckdb.connect(str(folder / "plan.duckdb")) as database:
        assert database.execute("SELECT count(*) FROM timesheets").fetchone() == (live,)
    stored = sum(pq.read_metadata(path).num_rows for path in (folder / "lake" / "timesheets").glob("[!_.]*.parquet"))
    assert stored == live, (stored, live)
    assert (await wethod.projects.list().to_arrow()).num_rows > 0


async def serve(sandbox: Sandbox) -> None:
    from fastapi import FastAPI

    from asyncsdk.integrations.fastapi import WethodDep, install_error_handlers, stream_csv, wethod_lifespan
    from asyncsdk.models import Project

    app = FastAPI(lifespan=wethod_lifespan(token=sandbox.token, company=sandbox.company, base_url=sandbox.url))
    install_error_handlers(app)

    @app.get("/projects/{id}")
    async def project(id: int, wethod: WethodDep) -> Project:
        return await wethod.projects.get(id)

    @app.get("/streams.csv", response_model=None)
    async def table(wethod: WethodDep) -> Any:
        return await stream_csv(wethod.streams.list())

    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    state: dict[str, Any] = {}
    living = asyncio.create_task(app({"type": "lifespan", "state": state}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    assert (await outbox.get())["type"] == "lifespan.startup.complete"
    status, body = await get(app, "/projects/1", state)
    assert (status, json.loads(body)["id"]) == (200, 1)
    assert (await get(app, "/projects/999999999", state))[0] == 404
    status, body = await get(app, "/streams.csv", state)
    assert status == 200
    assert body.startswith(b"id,")
    assert "Project" in app.openapi()["components"]["schemas"]
    await inbox.put({"type": "lifespan.shutdown"})
    assert (await outbox.get())["type"] == "lifespan.shutdown.complete"
    await living


async def get(app: Any, path: str, state: dict[str, Any]) -> tuple[int, bytes]:
    """The answer of an ASGI application to one GET."""
    sent: list[Message] = []
    asked = asyncio.Event()

    async def receive() -> Message:
        if asked.is_set():
            await asyncio.Event().wait()  # the caller stays
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"}
    scope |= {"scheme": "http", "server": ("test", 80), "path": path, "raw_path": path.encode(), "root_path": ""}
    await app(scope | {"query_string": b"", "headers": [], "state": {**state}}, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def spend(sandbox: Sandbox, address: str) -> None:
    async with Wethod(
        token=sandbox.token,
        company=sandbox.company,
        base_url=sandbox.url,
        shared_budget=address,
        budget_key=uuid.uuid4().hex,
    ) as wethod:
        assert await wethod.streams.list()


async def main(address: str | None) -> None:
    async with Sandbox(rows=300, validate_responses=True) as sandbox:
        async with Wethod(token=sandbox.token, company=sandbox.company, base_url=sandbox.url) as wethod:
            await walk(wethod, sandbox)
            with tempfile.TemporaryDirectory() as folder:
                await extract(wethod, Path(folder))
        await serve(sandbox)
        if address:
            await spend(sandbox, address)
        assert sandbox.violations == []
    if not getattr(sys, "frozen", False):  # a packaged application has no metadata of what is in it
        say(", ".join(f"{name} {metadata.version(name)}" for name in WATCHED))
    say("walked, extracted, served" + (", spent a budget in Redis" if address else ""))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
