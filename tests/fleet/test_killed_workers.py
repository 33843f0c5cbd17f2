"""Nights of sixty companies on workers that are killed and frozen: each complete once, nobody asked twice, no 429."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import attrs
import pytest

from asyncsdk import fleet
from asyncsdk.fleet import Company
from asyncsdk.sandbox import Sandbox
from asyncsdk.testing import beside
from tests.fleet.test_one_machine import ids_in

distributed = pytest.importorskip("distributed")

NAMES: Final = tuple(f"company-{number:02}" for number in range(60))
TOKENS: Final = 20
WORKERS: Final = 3
THREADS: Final = 2
CONCURRENCY: Final = 4
LISTS: Final = ("projects", "levels", "clients")
ROUNDS: Final = int(os.environ.get("FLEET_ROUNDS", "2"))
REDIS: Final = "redis://127.0.0.1:6379/0"

pytestmark = [pytest.mark.slow, pytest.mark.redis]


@attrs.define(eq=False)
class Workers:
    """Processes of workers, one of which is killed or frozen now and then."""

    address: str
    draw: random.Random
    running: list[subprocess.Popen[bytes]] = attrs.field(factory=list)
    killed: int = 0
    frozen: int = 0

    def start(self) -> None:
        words = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--no-nanny", "--no-dashboard"]
        words += ["--nthreads", str(THREADS), "--death-timeout", "60", "--host", "127.0.0.1"]
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        self.running.append(subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    async def trouble(self) -> None:
        """Goes on until it is cancelled."""
        while True:
            await asyncio.sleep(self.draw.uniform(0.5, 3))
            at = self.draw.randrange(len(self.running))
            if self.draw.random() < 0.5:
                self.running[at].send_signal(signal.SIGKILL)
                self.running.pop(at).wait()
                self.killed += 1
                self.start()
            else:
                self.running[at].send_signal(signal.SIGSTOP)
                self.frozen += 1
                try:
                    await asyncio.sleep(self.draw.uniform(0.5, 5))
                finally:
                    self.running[at].send_signal(signal.SIGCONT)

    def end(self) -> None:
        for each in self.running:
            each.kill()
            each.wait()


@asynccontextmanager
async def workers() -> AsyncIterator[Workers]:
    async with distributed.Scheduler(host="127.0.0.1", dashboard=False, port=0) as scheduler:
        made = Workers(scheduler.address, random.Random(1))
        try:
            for _ in range(WORKERS):
                made.start()
            async with distributed.Client(scheduler.address, asynchronous=True, set_as_default=False) as client:
                await client.wait_for_workers(WORKERS, timeout=120)
            yield made
        finally:
            made.end()


@pytest.fixture
def companies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Company]:
    """Three companies a token, each with a target of its own."""
    run = uuid.uuid4().hex[:8]
    for number in range(TOKENS):
        monkeypatch.setenv(f"TOKEN_{number}", f"token-{number}-{run}")
    return [
        Company(
            company=name,
            token=f"env:TOKEN_{number % TOKENS}",
            to=f"duckdb:{tmp_path}/{{company}}.duckdb",
            lists=LISTS,
            shared=True,
        )
        for number, name in enumerate(NAMES)
    ]


@pytest.fixture(autouse=True)
def redis() -> None:
    """Companies of one token share a budget, which takes a Redis."""
    module = pytest.importorskip("redis")
    try:
        module.Redis.from_url(REDIS).ping()
    except module.exceptions.ConnectionError:
        pytest.skip("no Redis answers")


async def test_every_company_is_complete_once_whoever_is_killed(
    companies: list[Company], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with beside(Sandbox(rows=150, latency_ms=40)) as sandbox:
        for number, name in enumerate(NAMES):
            sandbox.add_token(os.environ[f"TOKEN_{number % TOKENS}"], company=name)
        monkeypatch.setenv("WETHOD_BASE_URL", sandbox.url)
        async with workers() as running:
            for night in range(ROUNDS):
                begun = len(sandbox.requests)
                trouble = asyncio.create_task(running.trouble())
                before = running.killed + running.frozen
                try:
                    report = await fleet.extract(
                        companies,
                        cluster=running.address,
                        shared_budget=REDIS,
                        concurrency=CONCURRENCY,
                        full=True,
                        patience=120,
                    )
                finally:
                    trouble.cancel()
                    await asyncio.gather(trouble, return_exceptions=True)
                assert [(each.company, each.error) for each in report.companies if each.status] == [], night
                asked = sandbox.requests[begun:]
                assert [request for request in asked if request.status == 429] == []
                times = Counter((request.headers["wethod-company"], request.path, request.query) for request in asked)
                again = sum(count - 1 for count in times.values())
                # What was in flight, or not committed yet, when a worker ended or was taken for dead.
                troubles = running.killed + running.frozen - before
                assert again <= troubles * THREADS * len(LISTS) * CONCURRENCY, (again, troubles)
                for name in NAMES:
                    for table in ("projects", "clients"):
                        rows = sorted(int(str(row["id"])) for row in sandbox.rows_of(table, company=name))
                        assert ids_in(f"{tmp_path}/{name}.duckdb", f"{table}_live") == rows, (night, name, table)
            print(f"{ROUNDS} nights of {len(NAMES)} companies, {running.killed} killed, {running.frozen} frozen")  # noqa: T201  # shown by -s
            assert running.killed
            assert running.frozen
