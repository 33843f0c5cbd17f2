"""Runs applications in simulated worlds, for the fixture `wethod_simulation`, and says how to repeat a failing seed."""

from __future__ import annotations

import inspect
import os
import shlex
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from ..errors import ArgumentError
from ..errors._checks import check_whole_number
from .simulation import Conditions, Simulation, drawn_conditions

__all__ = ["Simulations", "repeating"]

T = TypeVar("T")


class Simulations:
    """What the fixture `wethod_simulation` gives: runs of an application, each in a world that a seed decides.

    Args:
        only: the one seed to run (`--wethod-seed`); None: all that a test asks for.
    """

    def __init__(self, only: int | None = None) -> None:
        self._only = only
        self._last: Simulation | None = None

    @property
    def seed(self) -> int | None:
        """The seed of the last run; None before the first."""
        return None if self._last is None else self._last.seed

    @property
    def simulation(self) -> Simulation:
        """The world of the last run: its `sandbox`, its `seconds`, the tasks that were `left`.

        Raises:
            ArgumentError: there was no run yet.
        """
        if self._last is None:
            raise ArgumentError("simulation", "there was no run yet: call run(main) first")
        return self._last

    def seeds(self, number: int = 200, *, first: int = 0) -> Iterator[int]:
        """Gives so many seeds, one after the other; with `pytest --wethod-seed N` that one only.

        Args:
            number: how many.
            first: the first of them.

        Example:
            >>> list(Simulations().seeds(3))
            [0, 1, 2]
        """
        check_whole_number("number", number, least=1)
        check_whole_number("first", first, least=0)
        return iter(range(first, first + number) if self._only is None else [self._only])

    def run(
        self,
        main: Callable[[], Coroutine[Any, Any, T]] | Callable[[Simulation], Coroutine[Any, Any, T]],
        *,
        seed: int | None = None,
        conditions: Conditions | None = None,
        **options: Any,
    ) -> T:
        """Runs an application in one simulated world, on an event loop of its own, and returns its result.

        The WETHOD_* variables lead to the simulated Wethod meanwhile, so `Wethod()` is a client of it. Waiting takes no
        time. The same seed gives the same run, as long as the application draws and tells the time by asyncio and
        `random` alone.

        Args:
            main: the application; is called with the simulation, whose `sandbox` holds the rows and takes orders,
                unless it takes no argument.
            seed: decides everything that is drawn; by default 0, or that of `--wethod-seed`.
            conditions: how network and server behave; by default they are drawn from the seed.
            options: those of `asyncsdk.testing.simulation.Simulation`: `rows`, `rate_limit`, `beginning`, ...

        Raises:
            NothingHappens: tasks wait for something that will never come. The message says where.
            TooLong: it asks again and again.

        Example:
            >>> async def main(simulation: Simulation) -> int:
            ...     async with simulation.client() as wethod:
            ...         return len(await wethod.streams.list())
            >>> Simulations().run(main, seed=3, rows=20) > 0
            True
        """
        if seed is None:
            seed = self._only or 0
        check_whole_number("seed", seed, least=0)
        self._last = simulation = Simulation(seed, conditions or drawn_conditions(seed), **options)
        begin = cast("Callable[..., Coroutine[Any, Any, T]]", main)
        arguments = (simulation,) if _takes_argument(main) else ()
        with _environ(simulation.environ):
            return simulation.run(lambda: begin(*arguments))


def repeating(node: str, seed: int) -> str:
    """Says by which command one seed of a test is run again.

    Example:
        >>> repeating("tests/test_plan.py::test_once", 17)
        'seed 17; again: pytest tests/test_plan.py::test_once --wethod-seed=17'
    """
    return f"seed {seed}; again: pytest {shlex.quote(node)} --wethod-seed={seed}"


def _takes_argument(main: Callable[..., object]) -> bool:
    """Whether a function must be given an argument."""
    given = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(main).parameters.values()
    return any(each.kind in given and each.default is each.empty for each in parameters)


@contextmanager
def _environ(variables: Mapping[str, str]) -> Iterator[None]:
    """Lets the WETHOD_* variables be these and no others."""
    before = {name: value for name, value in os.environ.items() if name.startswith("WETHOD_")}
    for name in before:
        del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("WETHOD_")]:
            del os.environ[name]
        os.environ.update(before)
