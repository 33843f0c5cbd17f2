"""A scheduler of Dask and its workers as processes of their own, which a test kills and freezes as it likes."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import attrs

ROOT: Final = Path(__file__).parents[2]
TTL: Final = 5
"""Seconds until the scheduler takes a worker that says nothing for dead."""


@attrs.define(eq=False)
class Workers:
    """The processes.

    Args:
        folder: for their files and logs.
        number: workers that are up, each with one thread.
        environ: theirs.
    """

    folder: Path
    number: int
    environ: dict[str, str]
    deaths: int = 0
    kills: int = 0
    freezes: int = 0
    _scheduler: subprocess.Popen[bytes] | None = None
    _workers: list[subprocess.Popen[bytes]] = attrs.field(factory=list)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[str]:
        """The scheduler's address, while it and the workers are up."""
        file = self.folder / "scheduler.json"
        try:
            self._scheduler = self._start("scheduler", "--no-dashboard", "--port", "0", "--scheduler-file", str(file))
            for _ in range(600):
                with suppress(OSError, ValueError):
                    address = str(json.loads(file.read_text())["address"])
                    break
                await asyncio.sleep(0.1)
            else:
                raise TimeoutError("the scheduler does not start")
            self._workers = [self._worker(address) for _ in range(self.number)]
            yield address
        finally:
            for process in [*self._workers, self._scheduler]:
                if process is not None:
                    process.kill()  # a frozen one as well
                    process.wait()

    async def disturb(self, address: str, chance: random.Random, ended: Callable[[], int]) -> None:
        """Kills and freezes workers, one after the other, and starts another one for each that died; for ever.

        At any time, but no faster than tasks end: on a busy machine workers would else never come to work.
        """
        while True:
            goal = ended() + chance.randrange(3)
            while True:
                await asyncio.sleep(chance.uniform(0.2, 1.0))
                self._replace_dead(address)
                if ended() >= goal:
                    break
            process = chance.choice(self._workers)
            if chance.random() < 0.6:
                self.kills += 1
                process.send_signal(signal.SIGKILL)
            else:
                self.freezes += 1
                process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(0.5, 1.6 * TTL))
                process.send_signal(signal.SIGCONT)

    def _replace_dead(self, address: str) -> None:
        for at, process in enumerate(self._workers):
            if process.poll() is not None:
                self.deaths += 1
                self._workers[at] = self._worker(address)

    def _worker(self, address: str) -> subprocess.Popen[bytes]:
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--preload", "tests.fleet.short_hour")
        return self._start("worker", address, *words, "--local-directory", str(self.folder))

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", *words],
                env={
                    **os.environ,
                    **self.environ,
                    "PYTHONPATH": str(ROOT),
                    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{TTL}s",
                },
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
