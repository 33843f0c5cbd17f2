"""A fleet on a Dask cluster: one task a company, handed out as threads come free, and again where workers died of it.

Dask knows no more of a company than its name: what it is read with is read on the worker. Whatever worker dies or
freezes, its company goes on elsewhere; the target's lock decides who writes. No more tasks are out than there are
threads, for a worker that dies counts against every task that waits on it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from .._limits import clock
from ..errors import WethodError
from ..errors._printable import printable
from .agenda import Agenda
from .connecting import CONNECT_SECONDS, KILLED, LET_GO, check_for_cluster, connected
from .report import CompanyReport
from .task import cost_of_one, extract_one

if TYPE_CHECKING:
    from .company import Company
    from .options import FleetOptions
    from .planning import CompanyCost
    from .progress import CompanyProgress

__all__ = ["extract_on", "plan_on"]

LOOK_SECONDS: Final = 2.0
"""Between two looks how many threads there are, while no company ends."""

MOST_DEATHS: Final = 10
"""How often a company is handed out again after Dask gave it up, each time for several workers that died of it."""


async def extract_on(
    cluster: object,
    companies: Sequence[Company],
    options: FleetOptions,
    progress: Sequence[CompanyProgress],
    watch: Callable[[Sequence[CompanyProgress]], object] | None,
) -> list[CompanyReport]:
    """Extracts every company on a cluster; reports in their order.

    Raises:
        ConfigurationError: a target that not every machine finds, a secret that would travel, companies of one token
            without a shared budget, or no cluster. Nothing was sent.
    """
    check_for_cluster(companies, options)
    night = uuid.uuid4().hex[:12]
    async with connected(cluster) as client:
        if watch is not None:
            watch(progress)

        def submit(at: int) -> Any:
            progress[at].starts()
            topic = f"asyncsdk-fleet-{night}-{at}"
            return _submitted(client, extract_one, companies[at], options, topic)

        def ended(at: int, result: CompanyReport | WethodError, handed_out: int) -> CompanyReport:
            if isinstance(result, WethodError):
                result = refused_by_cluster(companies[at], result)
            report = attrs.evolve(result, attempts=result.attempts + handed_out - 1)
            progress[at].ends(report)
            return report

        return await _Handing(client, companies, options.extraction.patience, submit, ended, progress).all()


async def plan_on(
    cluster: object, companies: Sequence[Company], options: FleetOptions, *, count: bool
) -> list[CompanyCost]:
    """What every company will cost, said by the workers, which alone may see targets and tokens."""
    check_for_cluster(companies, options)
    async with connected(cluster) as client:

        def submit(at: int) -> Any:
            return _submitted(client, cost_of_one, companies[at], options, count)

        def ended(at: int, result: CompanyCost | WethodError, _handed_out: int) -> CompanyCost:
            return _unknown_cost(companies[at], result) if isinstance(result, WethodError) else result

        return await _Handing(client, companies, options.extraction.patience, submit, ended, ()).all()


@attrs.define(eq=False)
class _Handing:
    """Hands companies out to workers, and takes what came of them."""

    client: Any
    companies: Sequence[Company]
    patience: float
    submit: Callable[[int], Any]
    ended: Callable[[int, Any, int], Any]
    progress: Sequence[CompanyProgress]
    _agenda: Agenda = attrs.field(init=False)
    _out: dict[asyncio.Task[Any], int] = attrs.field(init=False, factory=dict)
    _handed_out: dict[int, int] = attrs.field(init=False, factory=dict)
    _results: dict[int, Any] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._agenda = Agenda(self.companies)

    async def all(self) -> list[Any]:
        """What came of every company, in their order."""
        try:
            return await self._all()
        finally:
            for task in self._out:
                task.cancel()
            await asyncio.gather(*self._out, return_exceptions=True)

    async def _all(self) -> list[Any]:
        without_workers: float | None = None
        while len(self._results) < len(self.companies):
            threads = await self._threads()
            if threads is None:
                self._give_up("the scheduler is gone; what its workers have begun they end; the same call goes on")
                break
            if threads == 0 and not self._out:
                without_workers = without_workers or clock.monotonic()
                if clock.monotonic() - without_workers >= self.patience:
                    self._give_up("no worker came to the cluster; start some, the same call goes on")
                    break
            elif threads:
                without_workers = None
            while len(self._out) < threads and (at := self._agenda.begin()) is not None:
                self._handed_out[at] = self._handed_out.get(at, 0) + 1
                self._out[asyncio.ensure_future(_result_of(self.submit(at)))] = at
            self._take(await self._some_ended())
        return [self._results[at] for at in range(len(self.companies))]

    async def _threads(self) -> int | None:
        """Threads of all workers; None where the scheduler does not answer any more."""
        try:
            found = await asyncio.wait_for(self.client.nthreads(), CONNECT_SECONDS)
        except (OSError, TimeoutError, RuntimeError):
            return None if self.client.status != "connecting" else 0
        return sum(int(threads) for threads in found.values())

    async def _some_ended(self) -> set[asyncio.Task[Any]]:
        if not self._out:
            await asyncio.sleep(LOOK_SECONDS / 10)
            return set()
        done, _ = await asyncio.wait(self._out, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return done

    def _take(self, done: Iterable[asyncio.Task[Any]]) -> None:
        for task in done:
            at = self._out.pop(task)
            self._agenda.end(at)
            result = task.result()
            if isinstance(result, _Died) and self._handed_out[at] <= MOST_DEATHS:
                self._again(at)
                continue
            if isinstance(result, _Died):
                result = WethodError(f"its workers died {self._handed_out[at]} times over: {result.told}")
            self._end(at, result)

    def _again(self, at: int) -> None:
        self._agenda.again(at)
        if self.progress:
            self.progress[at].queues()

    def _end(self, at: int, result: object) -> None:
        self._results[at] = self.ended(at, result, self._handed_out.get(at, 1))

    def _give_up(self, why: str) -> None:
        for at in range(len(self.companies)):
            if at not in self._results:
                self._end(at, WethodError(why))


@attrs.frozen
class _Died:
    """Dask gave a task up: several workers died while they had it, not by its fault as far as anybody knows."""

    told: str


async def _result_of(future: Any) -> object:
    """What came of a task: its result, the error that says why there is none, or that it may be handed out again."""
    try:
        return await future
    except KILLED as death:
        return _Died(str(death))
    except LET_GO as error:
        return _Died(f"it was let go: {error}")
    except Exception as error:
        return WethodError(f"{type(error).__name__}: {error}")


def _submitted(client: Any, function: Callable[..., object], company: Company, *more: object) -> Any:
    """A task that runs each time it is submitted; its name tells the company and nothing else."""
    key = f"asyncsdk-fleet-{company.company}-{uuid.uuid4().hex[:12]}"
    return client.submit(function, company, *more, key=key, pure=False)


def refused_by_cluster(company: Company, error: WethodError) -> CompanyReport:
    """The report of a company that no worker could bring to its end."""
    return CompanyReport(company=company.company, target=company.place, error=_hinted(error), refused=1)


def _unknown_cost(company: Company, error: WethodError) -> CompanyCost:
    from .planning import CompanyCost

    return CompanyCost(company=company.company, target=company.place, token=company.token, error=_hinted(error))


def _hinted(error: WethodError) -> str:
    text = printable(str(error))
    if "No module named 'asyncsdk" in text:
        return f"{text}; install asyncsdk on the workers: `python -m pip install 'asyncsdk[dask]'`"
    return text
