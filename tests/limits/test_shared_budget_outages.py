"""A shared budget without its Redis: one warning, a share of the limit, and nothing forgotten behind it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import attrs
import pytest

pytest.importorskip("redis", reason="the extra redis is not installed")

from asyncsdk._limits import Pause, Ticket
from asyncsdk._limits.shared_budget import SharedBudget
from tests.limits.redis_on_loopback import answers, grants, used

pytestmark = pytest.mark.redis


@attrs.define
class Server:
    """A Redis server of one's own, to stop and start."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        patience = time.monotonic() + 30
        while not answers(self.port):
            assert time.monotonic() < patience, "the Redis server does not answer"
            time.sleep(0.01)  # between two looks at another process

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def server() -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("the program redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = Server(free.getsockname()[1])
    yield own
    own.stop()


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


async def test_down_from_the_start_means_one_warning_and_a_share_of_the_limit(
    server: Server, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    budget = SharedBudget(server.url, key, 100, 60.0, pause=Pause(), workers=4)
    assert await grants(budget, 60) == 25
    assert budget.quota().remaining == 0
    turn = Ticket()
    assert await budget.take(turn) is not None
    budget.give_back(turn)
    budget.extra(2)
    await budget.announce(3.0)
    await budget.aclose()
    [warning] = warnings_of(caplog)
    assert f"127.0.0.1:{server.port}" in warning
    assert "at most 25 requests in 60 s" in warning


async def test_a_server_that_accepts_and_says_nothing_counts_as_down(
    key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The time-out is waited for once, not with each request."""
    connections = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        budget = SharedBudget(f"redis://127.0.0.1:{port}", key, 100, 60.0, pause=Pause(), timeout=0.05)
        answers = await asyncio.gather(*(budget.take(Ticket()) for _ in range(20)))
        assert answers.count(None) == 20
        assert await grants(budget, 20) == 5
        assert connections == 1
        await budget.aclose()
    [warning] = warnings_of(caplog)
    assert "(TimeoutError: no answer within 0.05 s)" in warning


async def test_down_and_back_goes_on_shared_and_forgets_no_grant(
    server: Server, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What was granted before, and without, Redis is told to the server that comes back empty."""
    server.start()
    budget, other = (SharedBudget(server.url, key, 100, 60.0, pause=Pause(), probe=0.0) for _ in range(2))
    assert await grants(budget, 10) == 10
    server.stop()
    assert await grants(budget, 10) == 10
    assert budget.quota().remaining == 5  # a quarter, less what this process had already
    server.start()
    assert await grants(budget, 1) == 1
    await budget.refresh()
    await budget.refresh()  # the news itself travels with the trip after the one that found Redis
    assert await used(budget) == 21
    assert await used(other) == 21
    assert await grants(budget, 30) == 30
    await budget.aclose()
    await other.aclose()
    assert len(warnings_of(caplog)) == 1


async def test_a_redis_that_forgot_is_told_again(server: Server, key: str) -> None:
    """A restart between two requests goes unnoticed by the connection, not by the budget."""
    server.start()
    budget, other = (SharedBudget(server.url, key, 100, 60.0, pause=Pause()) for _ in range(2))
    assert await grants(budget, 40) == 40
    server.stop()
    server.start()
    await budget.refresh()
    assert await used(other) == 40
    await budget.aclose()
    await other.aclose()
