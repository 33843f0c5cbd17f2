"""A night: every company's tables brought up to date, on one machine or on those of a cluster, and one report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from .._codec.omitted import OMITTED, Omitted
from .._limits import clock
from ..errors import ConfigurationError
from ..errors._printable import shown
from ..events import Hooks
from ..extract.options import CONCURRENCY, PATIENCE, ExtractionOptions
from ..extract.watermark import OVERLAP
from .company import Company
from .one_company import root_client, run_company
from .one_machine import a_few_at_a_time
from .options import AT_ONCE, options_of
from .planning import FleetPlan, cost_of_company, plan_of
from .progress import CompanyProgress
from .reading import check_places
from .report import CompanyReport, FleetReport

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["extract", "plan"]


async def extract(
    companies: Sequence[Company],
    *,
    cluster: Client | str | None = None,
    at_once: int = AT_ONCE,
    concurrency: int = CONCURRENCY,
    budget: int | Omitted | None = OMITTED,
    shared_budget: str | None = None,
    full: bool = False,
    reconcile: bool = False,
    raw: bool = False,
    strict: bool = False,
    allow_shrink: bool = False,
    patience: float = PATIENCE,
    overlap: timedelta = OVERLAP,
    watch: Callable[[Sequence[CompanyProgress]], object] | None = None,
    hooks: Hooks | None = None,
) -> FleetReport:
    """Brings the tables of many companies up to date.

    On this machine a few at a time; with `cluster` on the machines of a Dask cluster, one task a company. Whatever
    happens to one company ends in its report and touches no other. Run again after any end: each goes on where it
    stood.

    Args:
        companies: of `read`, or made by hand; the values hold names of secrets, never secrets.
        cluster: a `distributed.Client`, synchronous or not, or the address of a scheduler (`tcp://host:8786`); tokens
            and targets that are kept in `env:` or `file:` are then read on the workers.
        at_once: companies at the same time on this machine; on a cluster as many as its workers have threads.
        concurrency: pages in flight of one company.
        budget: requests an hour and token; by default WETHOD_BUDGET, else 5,000; None for no budget. Companies of one
            token share it.
        shared_budget: `redis://host:port/db`, where the budget of each token is counted for all processes; or
            `env:NAME`, where an address with a password is kept; by default WETHOD_SHARED_BUDGET.
        full, reconcile, raw, strict, allow_shrink, overlap: as for `asyncsdk.extract.extract`.
        patience: seconds for which a page that fails is tried again, and a target that is locked is waited for.
        watch: called once, with the progress of each company, to look at while the night goes on.
        hooks: observers of requests and waits on this machine.

    Returns:
        The report. It does not raise where companies failed: `report.raise_for_status()` does.

    Raises:
        ConfigurationError: a value that cannot be used, two companies with one place, or a target that not every
            machine of the cluster would find; nothing was sent.

    Example:
        >>> report = await fleet.extract(fleet.read("companies.toml"))  # doctest: +SKIP
    """
    named = _checked(companies)
    extraction = ExtractionOptions(
        concurrency=concurrency,
        full=full,
        reconcile=reconcile,
        raw=raw,
        strict=strict,
        allow_shrink=allow_shrink,
        patience=patience,
        overlap=overlap,
    )
    options = options_of(extraction, budget, shared_budget, at_once)
    progress = [CompanyProgress(company=each.company, place=each.place) for each in named]
    started = clock.utc_now()
    if cluster is not None:
        from .cluster import extract_on

        reports = await extract_on(cluster, named, options, progress, watch)
    else:
        async with root_client(options, at_once, hooks) as root:
            if watch is not None:
                watch(progress)

            async def each(at: int) -> CompanyReport:
                report = await run_company(root, named[at], options, progress[at])
                progress[at].ends(report)
                return report

            reports = await a_few_at_a_time(named, at_once, each)
    return FleetReport(started=started, finished=clock.utc_now(), companies=tuple(reports))


async def plan(
    companies: Sequence[Company],
    *,
    cluster: Client | str | None = None,
    at_once: int = AT_ONCE,
    concurrency: int = CONCURRENCY,
    budget: int | Omitted | None = OMITTED,
    shared_budget: str | None = None,
    full: bool = False,
    reconcile: bool = False,
    count: bool = False,
) -> FleetPlan:
    """What `extract` with the same arguments will cost: requests and hours, token by token. No target is locked.

    Args:
        companies, cluster, at_once, concurrency, budget, shared_budget, full, reconcile: as for `extract`.
        count: count the lists that no night has read yet, with a few requests each; by default nothing is asked.

    Raises:
        ConfigurationError: as `extract`. What stands in the way of one company alone is in the plan.
    """
    named = _checked(companies)
    extraction = ExtractionOptions(concurrency=concurrency, full=full, reconcile=reconcile, patience=0.0)
    options = options_of(extraction, budget, shared_budget, at_once)
    if cluster is not None:
        from .cluster import plan_on

        return plan_of(named, await plan_on(cluster, named, options, count=count), options)
    async with root_client(options, at_once) as root:
        costs = await a_few_at_a_time(named, at_once, lambda at: cost_of_company(root, named[at], options, count=count))
    return plan_of(named, costs, options)


def _checked(companies: Sequence[Company]) -> tuple[Company, ...]:
    """The companies, if they can be extracted side by side."""
    if isinstance(companies, Company) or not all(isinstance(each, Company) for each in companies):
        raise ConfigurationError(
            f'companies are a list of fleet.Company(...), or fleet.read("companies.toml"), not {shown(companies)}'
        )
    if not companies:
        raise ConfigurationError("name at least one company")
    check_places(companies)
    return tuple(companies)
