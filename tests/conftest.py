"""A real HTTP server on loopback that answers as a test says, and clients that talk to it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings

from asyncsdk import Wethod
from asyncsdk._sending.settings import RetryPolicy
from tests.raw_server import Certificate, Run, certificate_in
from tests.stub_server import TOKEN, Server

# Hundreds of processes load the same modules: what is compiled once is kept, whatever the environment says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says how busy the machine is, and nothing of the product.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Runs one worker more than there are cores: a fifth of the tests' time they wait for processes and sockets."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Takes what seven thousand collected tests are made of out of every look for garbage: a sixth of the CPU."""
    gc.collect()
    gc.freeze()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server on a free port of 127.0.0.1."""
    under_test = Server()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{tail:.*}", under_test.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    under_test.url = f"http://127.0.0.1:{port}"
    try:
        yield under_test
    finally:
        await runner.cleanup()


@pytest.fixture
async def connect(server: Server) -> AsyncIterator[Callable[..., Wethod]]:
    """Makes clients of `server` that are closed at the end; back-off is a matter of nanoseconds."""
    made: list[Wethod] = []

    def make(**options: Any) -> Wethod:
        options = {
            "token": TOKEN,
            "company": "acme",
            "base_url": server.url,
            "retry": RetryPolicy(backoff=1e-9),
            **options,
        }
        made.append(Wethod(**options))
        return made[-1]

    yield make
    for wethod in made:
        await wethod.aclose()


@pytest.fixture
async def calls() -> AsyncIterator[Callable[[Any], asyncio.Task[Any]]]:
    """Starts calls that are ended with the test."""
    begun: list[asyncio.Task[Any]] = []

    def start(coroutine: Any) -> asyncio.Task[Any]:
        begun.append(asyncio.ensure_future(coroutine))
        return begun[-1]

    yield start
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=["plain", "TLS"])
def certified(request: pytest.FixtureRequest) -> Certificate | None:
    return None if request.param == "plain" else request.getfixturevalue("certificate")


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on a loop of its own."""
    new = None if request.param == "asyncio" else pytest.importorskip("uvloop").new_event_loop

    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=new) as runner:
            runner.run(coroutine)

    return run


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tester's own settings are none of the tests' business."""
    for name in ("TOKEN", "COMPANY", "VERSION", "BASE_URL", "BUDGET", "SHARED_BUDGET", "BUDGET_KEY"):
        monkeypatch.delenv(f"WETHOD_{name}", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def no_tasks_left() -> AsyncIterator[None]:
    """Fails a test that leaves a task of the package running (those of the server under test are its own)."""
    yield
    left = [task for task in asyncio.all_tasks() if "Workers." in str(task.get_coro())]
    assert not left
