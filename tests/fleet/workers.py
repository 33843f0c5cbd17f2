"""A scheduler of Dask and its workers as processes of their own, which a test kills and freezes as it likes."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs

from tests.fleet.noting import FOLDER

ROOT: Final = Path(__file__).parents[2]
TTL: Final = 5
"""Seconds until the scheduler takes a worker that says nothing for dead."""

LONGEST_FREEZE: Final = 2.4 * TTL
"""It looks every `TTL` seconds, so some are taken for dead that are frozen as long as this, and end as they wake."""

Kind: TypeAlias = Literal["kill", "freeze"]

MIXED: Final[Sequence[Kind]] = ("kill", "kill", "kill", "freeze", "freeze")
"""Of five disturbances, in whatever order."""


@attrs.frozen
class Disturbance:
    """What was done to a process.

    Args:
        process: its id.
        kind: `kill`, or `freeze` and thaw.
        at: just before it, in seconds since 1970.
        seconds: until a frozen one is thawed.
    """

    process: int
    kind: Kind
    at: float
    seconds: float = 0.0


@attrs.define(eq=False)
class Workers:
    """The processes.

    Args:
        folder: for their files and logs.
        number: workers that are up, each with one thread.
        environ: theirs.
        disturbances: what was done to them, the earliest first.
        ended: when each process was seen to have ended: later than it did, by a second or two at the most.
    """

    folder: Path
    number: int
    environ: dict[str, str]
    disturbances: list[Disturbance] = attrs.field(factory=list)
    ended: dict[int, float] = attrs.field(factory=dict)
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
        """Kills and freezes workers, and starts another one for each that died; for ever.

        At any time, but no faster than tasks end: on a busy machine workers would else never come to work.
        """
        kinds: list[Kind] = []
        thaws: set[asyncio.Task[None]] = set()
        try:
            while True:
                goal = ended() + chance.randrange(3)
                while True:
                    await asyncio.sleep(chance.uniform(0.2, 1.0))
                    self._replace_dead(address)
                    if ended() >= goal:
                        break
                if not kinds:
                    kinds = chance.sample(MIXED, len(MIXED))
                process, kind = chance.choice(self._workers), kinds.pop()
                seconds = 0.0 if kind == "kill" else chance.uniform(0.5, LONGEST_FREEZE)
                self.disturbances.append(Disturbance(process.pid, kind, time.time(), seconds))
                if kind == "kill":
                    process.send_signal(signal.SIGKILL)
                else:
                    process.send_signal(signal.SIGSTOP)
                    thaws.add(asyncio.create_task(_thaw(process, seconds)))
        finally:
            for thaw in thaws:
                thaw.cancel()

    async def end_of(self, process: int) -> None:
        """Waits until a process has ended by itself."""
        (found,) = [each for each in self._workers if each.pid == process]
        while found.poll() is None:
            await asyncio.sleep(0.05)

    def number_of(self, kind: Kind) -> int:
        """How often that was done."""
        return sum(each.kind == kind for each in self.disturbances)

    def _replace_dead(self, address: str) -> None:
        for at, process in enumerate(self._workers):
            if process.poll() is not None:
                self.ended[process.pid] = time.time()
                self._workers[at] = self._worker(address)

    def _worker(self, address: str) -> subprocess.Popen[bytes]:
        words = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
        for module in ("tests.fleet.short_hour", "tests.fleet.noting"):
            words += ["--preload", module]
        return self._start("worker", address, *words)

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", *words],
                env={
                    **os.environ,
                    **self.environ,
                    "PYTHONPATH": str(ROOT),
                    FOLDER: str(self.folder),
                    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{TTL}s",
                },
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )


async def _thaw(process: subprocess.Popen[bytes], seconds: float) -> None:
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGCONT)
