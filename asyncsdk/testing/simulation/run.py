"""One run: a seed decides everything that happens to a client, from the network's speed to each fault."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

import aiohttp.connector
import anyio.lowlevel  # loaded before time is virtual
import anyio.to_thread

from ... import Wethod
from ..._limits.clock import Clock, running_on
from ...sandbox import Sandbox
from ...sandbox.store import Store
from .conditions import Conditions
from .loop import SimulatedLoop, VirtualClock
from .network import Network
from .server import SimulatedServer
from .waiting import place_of

__all__ = ["BEGINNING", "Simulation"]

T = TypeVar("T")

BEGINNING: Final = datetime(2026, 6, 15, 8, tzinfo=UTC)
"""The wall clock when a run begins."""

HOST: Final = "api.wethod.test"
TOKEN: Final = "simulated-token"  # noqa: S105  # it opens nothing
COMPANY: Final = "acme"


class Simulation:
    """A simulated Wethod, and the one run of an application against it.

    `simulation.sandbox` holds the rows and takes orders as over sockets: `sandbox.fail("POST /api/streams", times=2)`,
    `sandbox.add("timesheets", hours=8)`, `sandbox.rows_of("streams")`. What is ordered there comes on top of what the
    seed draws.

    Args:
        seed: decides everything that is drawn.
        conditions: how network and server behave.
        rows: production plan streams in a plain list; the other lists have plausible sizes beside it.
        order: the field that lists are ordered by where a request does not say.
        rate_limit: requests that are let through for the token in `rate_window` seconds; None: any number.
        rate_window: seconds.
        data_seed: decides the rows.
        encrypted: whether its address is https, whose connections take one round trip more to make.
        database: a file that keeps the rows, so that another run finds them as this one left them.
        beginning: the wall clock when the run begins, aware.

    Example:
        >>> async def main() -> int:
        ...     async with simulation.client() as wethod:
        ...         return len(await wethod.streams.list())
        >>> simulation = Simulation(seed=7, rows=100)
        >>> simulation.run(main) > 0
        True
    """

    def __init__(
        self,
        seed: int,
        conditions: Conditions | None = None,
        *,
        rows: int = 200,
        order: str = "id",
        rate_limit: int | None = None,
        rate_window: float = 3600.0,
        data_seed: int = 1,
        encrypted: bool = True,
        database: str = ":memory:",
        beginning: datetime = BEGINNING,
    ) -> None:
        self.seed = seed
        self.draw: Random = Random(seed)
        self.clock: VirtualClock = VirtualClock()
        self.beginning = beginning
        self.left: list[str] = []
        self._begun = self.clock.now
        self._hash = hashlib.sha256()
        self._encrypted = encrypted
        self.loop: SimulatedLoop | None = None
        self.sandbox: Sandbox = Sandbox(
            rows=rows,
            seed=data_seed,
            token=TOKEN,
            company=COMPANY,
            database=database,
            rate_limit=rate_limit,
            rate_window=rate_window,
            order=order,
            clock=lambda: self.now().timestamp(),
        )
        self.server: SimulatedServer = SimulatedServer(
            self.sandbox, conditions or Conditions(), Random(f"{seed} server"), self._note
        )
        weather = Random(f"{seed} network")
        self.network: Network = Network(
            round_trip=lambda: self.server.conditions.trip(weather),
            refuses=lambda: weather.random() < self.server.conditions.refuses,
        )
        self.network.listen(HOST, 443 if encrypted else 80, self.server.accept)

    @property
    def url(self) -> str:
        """The base URL of the simulated Wethod."""
        return f"{'https' if self._encrypted else 'http'}://{HOST}"

    @property
    def environ(self) -> dict[str, str]:
        """The variables that point a client there."""
        return {
            "WETHOD_TOKEN": TOKEN,
            "WETHOD_COMPANY": COMPANY,
            "WETHOD_VERSION": self.sandbox.service.contract.version,
            "WETHOD_BASE_URL": self.url,
        }

    @property
    def store(self) -> Store:
        """The rows of the company."""
        return self.sandbox.store

    @property
    def counts(self) -> Counter[str]:
        """What came about: requests, changes, links, handshakes, and each fault by its name."""
        return self.server.counts + self.network.counts

    @property
    def seconds(self) -> float:
        """Virtual seconds since the run began."""
        return self.clock.now - self._begun

    @property
    def trace(self) -> str:
        """A hash of all that happened and when: the same for the same seed."""
        return self._hash.hexdigest()

    def now(self) -> datetime:
        """Returns the present of the simulated world's wall clock, in UTC."""
        return self.beginning + timedelta(seconds=self.seconds)

    def client(self, **options: Any) -> Wethod:
        """Makes a client of the simulated Wethod; `options` are those of `Wethod`."""
        return Wethod(**{"token": TOKEN, "company": COMPANY, "base_url": self.url, **options})

    def run(self, main: Callable[[], Coroutine[Any, Any, T]], *, prepare: Callable[[], object] | None = None) -> T:
        """Runs `main` to its end on a loop of its own, and ends what it left running, as `asyncio.run` does.

        Args:
            main: the application.
            prepare: is called when the loop is there and nothing runs yet.

        Raises:
            NothingHappens: tasks wait for something that will never come.
            TooLong: it asks again and again.

        `left` then names the tasks that `main` left behind.
        """
        clock = Clock(monotonic=self.clock, utc_now=self.now, chance=self.draw.random)
        with (
            _seeded(self.seed),
            running_on(clock),
            _aiohttp_reads(self.clock),
            _threads_of_anyio(),
            asyncio.Runner(loop_factory=self._new_loop) as runner,
        ):
            runner.get_loop()
            if prepare is not None:
                prepare()
            return runner.run(self._watch(main))

    async def _watch(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        result = await main()
        for _ in range(3):  # tasks that were just cancelled take a turn to end
            await asyncio.sleep(0)
        self.left = [place_of(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        return result

    def _new_loop(self) -> SimulatedLoop:
        threads = Random(f"{self.seed} threads")
        self.loop = SimulatedLoop(self.clock, self.network, lambda: threads.expovariate(500))
        return self.loop

    def _note(self, event: str) -> None:
        self._hash.update(f"{self.clock.now:.9f} {event}\n".encode())


@contextmanager
def _aiohttp_reads(clock: Callable[[], float]) -> Iterator[None]:
    """Lets aiohttp's pool tell the age of its connections by the virtual clock, the only clock it reads directly."""
    module: Any = aiohttp.connector
    real, module.monotonic = module.monotonic, clock
    try:
        yield
    finally:
        module.monotonic = real


@contextmanager
def _threads_of_anyio() -> Iterator[None]:
    """Gives what anyio runs in threads, as FastAPI does with plain functions, to the loop, which has none."""

    async def run_sync(func: Callable[..., Any], *args: Any, **_: Any) -> Any:
        return await asyncio.to_thread(func, *args)

    module: Any = anyio.to_thread
    real, module.run_sync = module.run_sync, run_sync
    try:
        yield
    finally:
        module.run_sync = real


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Lets an application that draws from `random` itself draw the same for the same seed."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
