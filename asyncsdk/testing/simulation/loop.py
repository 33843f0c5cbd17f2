"""An event loop whose clock is virtual: nobody waits, time jumps to the next thing that is to happen.

It is asyncio's own loop with three parts exchanged: the selector moves the clock instead of waiting, connections are
made in a `Network` in memory, and functions for threads run in line. All the rest, the order of callbacks among it, is
asyncio's, so an hour of waiting takes microseconds and the same seed gives the same run.
"""

from __future__ import annotations

import asyncio
import itertools
import selectors
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple, Unpack

import attrs

from .waiting import describe

if TYPE_CHECKING:
    from .network import Network

__all__ = ["NothingHappens", "SimulatedLoop", "TooLong", "VirtualClock"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MOST_STEPS: Final = 5_000_000
"""Turns of the loop. A run that takes more does not come to an end."""


CLEANING_STEPS: Final = 100_000
"""Turns for ending what is left, once a run took too many."""


class NothingHappens(RuntimeError):
    """Nothing will ever happen: no timer is set and nothing is on its way, but tasks wait. The message names them."""


class TooLong(RuntimeError):
    """The run took more turns of the loop than it may: something asks again and again."""


@attrs.define
class VirtualClock:
    """Seconds that only move when the loop moves them."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Returns the present."""
        return self.now


class _Selector(selectors.BaseSelector):
    """A selector that moves the clock to the next timer and reports no events."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._keys: dict[int, selectors.SelectorKey] = {}
        self.stuck: Callable[[], Exception] = NothingHappens
        self.most_steps = MOST_STEPS
        self.steps = 0
        self.at_step: dict[int, Callable[[], object]] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.steps += 1
        if (act := self.at_step.pop(self.steps, None)) is not None:
            act()
        if self.steps > self.most_steps:
            most, self.most_steps = self.most_steps, self.most_steps + CLEANING_STEPS
            raise TooLong(f"the run took more than {most} turns of the loop, to virtual second {self._clock.now:.0f}")
        if timeout is None:
            raise self.stuck()
        if timeout > 0:
            self._clock.now += timeout
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys[fileobj if isinstance(fileobj, int) else fileobj.fileno()]


class _Future(asyncio.Future[Any]):
    """A future with a number for its hash: sets of futures then have the same order in every run of a seed."""

    def __init__(self, serial: int, loop: asyncio.AbstractEventLoop) -> None:
        self._serial = serial
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self._serial


class _Task(asyncio.Task[Any]):
    """A task with a number for its hash, for the same reason."""

    def __init__(self, serial: int, coroutine: Any, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        self._serial = serial
        super().__init__(coroutine, loop=loop, **options)

    def __hash__(self) -> int:
        return self._serial


class SimulatedLoop(asyncio.SelectorEventLoop):
    """asyncio's loop on a virtual clock and a network in memory.

    Args:
        clock: is moved by the loop.
        network: makes the connections.
        thread_seconds: returns how long, in virtual seconds, a function takes that is given to a thread. It runs in
            line, at once; its result comes that much later.
    """

    def __init__(self, clock: VirtualClock, network: Network, thread_seconds: Callable[[], float]) -> None:
        self._virtual = clock
        self._network = network
        self._thread_seconds = thread_seconds
        self._moving = _Selector(clock)
        self._serials = itertools.count(1)
        super().__init__(self._moving)
        self.set_task_factory(lambda loop, coroutine, **options: _Task(next(self._serials), coroutine, loop, **options))
        self._moving.stuck = lambda: NothingHappens(describe(asyncio.all_tasks(self)))

    @property
    def steps(self) -> int:
        """How many turns the loop took."""
        return self._moving.steps

    @property
    def most_steps(self) -> int:
        """How many turns it may take."""
        return self._moving.most_steps

    @most_steps.setter
    def most_steps(self, most: int) -> None:
        self._moving.most_steps = most

    def at_step(self, step: int, act: Callable[[], object]) -> None:
        """Calls `act` before turn number `step`, counted from 1."""
        self._moving.at_step[step] = act

    def create_future(self) -> asyncio.Future[Any]:
        """Returns a future that is numbered."""
        return _Future(next(self._serials), self)

    def time(self) -> float:
        """Returns the virtual present."""
        return self._virtual.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Runs a function in line. What it raises or returns comes a little later, as from a thread."""
        done: asyncio.Future[T] = self.create_future()
        try:
            result = func(*args)
        except Exception as error:
            self.call_later(self._thread_seconds(), _fail, done, error)
        else:
            self.call_later(self._thread_seconds(), _finish, done, result)
        return done

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> list[Any]:
        """Looks a name up in the network."""
        address = await self._network.look_up(str(host))
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))]

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connects a socket, which only stands for a link of the network."""
        await self._network.connect(sock, (address[0], address[1]))

    async def create_connection(self, protocol_factory: Callable[[], Any], *args: Any, **options: Any) -> Any:
        """Puts a protocol on the link that a connected socket stands for."""
        sock = options.get("sock")
        if sock is None:
            raise NotImplementedError("a simulation makes connections of connected sockets, as aiohttp does")
        return await self._network.attach(sock, protocol_factory(), encrypted=bool(options.get("ssl")))


def _finish(done: asyncio.Future[T], result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[Any], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
