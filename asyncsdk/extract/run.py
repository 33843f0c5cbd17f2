"""A run: opens the target, brings its tables up to date side by side, and reports."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from functools import partial
from os import PathLike
from statistics import median
from typing import TYPE_CHECKING, Final, Literal

import anyio.to_thread
import attrs

from .._catalog import Listing
from .._limits import Slots, clock
from .address import check, redacted, secrets_of, shown
from .incremental import WHOLE_EVERY
from .job import RunOptions
from .jobs import excluded_tables, jobs_of, moment_of, place_of
from .loading import load
from .options import CONCURRENCY, PATIENCE, ExtractionOptions
from .plan import REQUEST_SECONDS, ExtractionPlan, costs_of, counted, seconds_for
from .progress import Tally, shown_in_a_line
from .report import ExtractionReport, TableReport
from .side_by_side import opened, side_by_side
from .target import Owner, TargetError
from .targets import make_target
from .watching import RunWatch
from .watermark import OVERLAP

if TYPE_CHECKING:
    from .._sending.settings import RetryPolicy
    from ..client import Wethod

__all__ = ["extract", "plan"]

LONGEST_BACKOFF: Final = 30.0
"""Seconds between two tries of a page. Ten minutes of an outage then cost a page some forty requests, not a hundred."""

BUDGET_SECONDS: Final = 3600.0
"""What a request of a nightly job may wait for the budget: an hour frees it all."""


async def extract(
    wethod: Wethod,
    resources: Sequence[str] | Literal["all"],
    to: str,
    *,
    since: datetime | date | str | None = None,
    filters: Mapping[str, object] | None = None,
    full: bool = False,
    reconcile: bool = False,
    concurrency: int = CONCURRENCY,
    raw: bool = False,
    strict: bool = False,
    allow_shrink: bool = False,
    schema: str | None = None,
    prefix: str = "",
    without: Sequence[str] = (),
    patience: float = PATIENCE,
    overlap: timedelta = OVERLAP,
    whole_every: timedelta = WHOLE_EVERY,
    state: str | PathLike[str] | None = None,
    known: Callable[[Listing], Listing] | None = None,
    watch: Callable[[Sequence[Tally]], object] | None = None,
    done: Callable[[TableReport], object] | None = None,
    progress: bool = False,
) -> ExtractionReport:
    """Brings tables up to date with lists of the API.

    The first run reads whole lists, later ones what changed since. Rows and the place they were read up to are
    committed together: a run that was killed goes on where it stood. A list that fails does not keep the others from
    being read: see the report. Cancelled, it commits the rows it holds, stops what it merges, and is gone within a
    second.

    Args:
        wethod: the client; its company's rows are read.
        resources: names of lists (`timesheets`, `production-plan-streams`, `streams_leaders`), or "all".
        to: `parquet:DIR`, `duckdb:FILE`, `postgresql://...`, `delta:DIR`, `delta:s3://bucket/prefix`, `csv:DIR` or
            `jsonl:DIR`.
        since: read only what was updated since, in every run; a table that is read so holds no older rows.
        filters: by parameter, or by table and parameter (`{"timesheets.project_id": 7}`).
        full: read whole lists from their start, whatever is remembered. Nothing is truncated.
        reconcile: read whole lists now, going on where such a pass was interrupted.
        concurrency: pages in flight, of all lists together.
        raw: keep the JSON text of each row in a column `_raw`.
        strict: with "all", count lists that are refused as failures.
        allow_shrink: mark vanished rows even where they are more than a fifth of a table.
        schema, prefix: where in the target: a database schema (or folder), and what table names start with.
        without: lists (`person_payrolls`) and fields of lists (`persons.email`) that are stored nowhere: not in the
            target, not in files of rejected rows, not in logs. A table or column that is there from before is removed.
        patience: seconds for which a page that fails for a reason that passes (no connection, no answer in time, 429,
            5xx) is tried again; everything else ends its table at once. 0: a few attempts, as for any other call. Where
            it ran out for one table, the others get those few attempts only, until one of them is answered.
        overlap: how much earlier than the last run began a run asks for what changed: rows that are committed that late
            under an earlier `updated_at` are found.
        whole_every: how often a list is read whole although what changed and what was deleted is found without that.
        state: for folders, another folder for the file that holds rows and what is remembered (default
            `DIR/.asyncsdk`): on network mounts it has to be a local one.
        known: gives each list as it was learned to be, such as `learning.applied(learned)`.
        watch: called once, before the first request, with a tally for each table, to look at while the run goes on.
        done: called with the report of each table as soon as it has ended: what is complete then stays so, whatever
            becomes of the run.
        progress: show how far the run is, in a line on standard error that is renewed in place, or below the cell of a
            notebook; nothing where standard error is no terminal.

    Returns:
        The report. It does not raise where tables failed: `report.raise_for_status()` does, `report.ok` tells, and
        `report.status` is the exit status of the command line.

    Raises:
        ConfigurationError: a name, filter or target that cannot be used; nothing was sent.
        TargetRefused: the target is locked (`TargetLocked`), holds another company's rows, or cannot be written.
        TargetError: the target failed for good.

    Example:
        >>> report = await extract(wethod, ["timesheets"], "duckdb:plan.duckdb")  # doctest: +SKIP
    """
    options = ExtractionOptions(
        since=since,
        filters=filters,
        full=full,
        reconcile=reconcile,
        concurrency=concurrency,
        raw=raw,
        strict=strict,
        allow_shrink=allow_shrink,
        schema=schema,
        prefix=prefix,
        without=without,
        patience=patience,
        overlap=overlap,
        whole_every=whole_every,
        state=state,
    )
    settings = wethod.settings
    moment = moment_of(since)
    options.check(settings.max_in_flight)
    check(to)
    target = make_target(place_of(to, schema, prefix, state, float(patience)))
    hasty = wethod.with_options(priority="bulk", retry=_retrying(settings.retry, 0.0))
    bulk = wethod.with_options(priority="bulk", retry=_retrying(settings.retry, float(patience)))
    jobs = jobs_of(bulk, resources, filters=filters or {}, since=moment, raw=raw, without=without, known=known)
    secrets = secrets_of(to)
    run = RunOptions(run=uuid.uuid4().hex[:12], secrets=secrets, **options.spelled())
    started = clock.utc_now()
    tallies = {job.table.name: Tally(table=job.table.name) for job in jobs}
    if watch is not None:
        watch(list(tallies.values()))
    owner = Owner(settings.base_url, settings.company)
    watched = RunWatch.begin(wethod, run.run, list(tallies))

    def ended(report: TableReport) -> None:
        watched.table(report)
        if done is not None:
            done(_without(secrets, report))

    try:
        line = shown_in_a_line(list(tallies.values())) if progress else nullcontext()
        async with line, opened(target, owner, [job.table for job in jobs]) as worker:
            for table in excluded_tables(without):
                await worker(partial(target.drop, table))
            each = partial(load, target=target, worker=worker, window=Slots(concurrency), options=run, done=ended)
            reports = await side_by_side(
                jobs,
                lambda job, away: each(job, wethod=hasty if away else bulk, tally=tallies[job.table.name]),
                secrets=secrets,
            )
    except BaseException as error:
        watched.end(ok=False, error=error)
        if not isinstance(error, TargetError):
            raise
        if (text := redacted(str(error), secrets)) == str(error):
            raise
        raise type(error)(text) from None
    report = ExtractionReport(
        run=run.run,
        company=settings.company,
        target=shown(to),
        started=started,
        finished=clock.utc_now(),
        tables=tuple(_without(secrets, each) for each in _each_once(reports)),
        strict=strict or resources != "all",
    )
    watched.end(ok=report.ok)
    return report


async def plan(
    wethod: Wethod,
    resources: Sequence[str] | Literal["all"],
    to: str,
    *,
    since: datetime | date | str | None = None,
    filters: Mapping[str, object] | None = None,
    full: bool = False,
    reconcile: bool = False,
    concurrency: int = CONCURRENCY,
    schema: str | None = None,
    prefix: str = "",
    without: Sequence[str] = (),
    whole_every: timedelta = WHOLE_EVERY,
    state: str | PathLike[str] | None = None,
    known: Callable[[Listing], Listing] | None = None,
    count: bool = True,
) -> ExtractionPlan:
    """What `extract` with the same arguments will cost. The target is neither locked nor made.

    Args:
        wethod, resources, to, since, filters, full, reconcile, concurrency, schema, prefix, without, whole_every,
            state, known: as for `extract`.
        count: count the lists that no run has read yet, with a few requests each; False asks nothing.

    Raises:
        ConfigurationError: as `extract`.
    """
    check(to)
    target = make_target(place_of(to, schema, prefix, state))
    jobs = jobs_of(wethod, resources, filters=filters or {}, since=moment_of(since), without=without, known=known)
    costs = await anyio.to_thread.run_sync(
        partial(costs_of, jobs, target, full=full, reconcile=reconcile, whole_every=whole_every)
    )
    before = wethod.stats.requests
    if count:
        for at, (job, cost) in enumerate(zip(jobs, costs, strict=True)):
            if cost.basis == "unknown":
                costs[at] = await counted(wethod, job, cost)
    quota = wethod.quota
    timed = [cost.answer_seconds for cost in costs if cost.answer_seconds is not None]
    return ExtractionPlan(
        costs=tuple(costs),
        hourly=quota.limit,
        remaining=quota.remaining,
        seconds=seconds_for(
            sum(cost.requests or 0 for cost in costs),
            each=median(timed) if timed else REQUEST_SECONDS,
            concurrency=concurrency,
            hourly=quota.limit,
            remaining=quota.remaining,
        ),
        measured=bool(timed),
        concurrency=concurrency,
        spent=wethod.stats.requests - before,
    )


def _retrying(policy: RetryPolicy, seconds: float) -> RetryPolicy:
    """How a run tries again: as its client does, and as long as its patience says; the budget is waited for."""
    return attrs.evolve(
        policy,
        max_wait=max(policy.max_wait, BUDGET_SECONDS),
        max_backoff=max(policy.max_backoff, LONGEST_BACKOFF) if seconds else policy.max_backoff,
        patience=seconds,
    )


def _each_once(reports: Sequence[TableReport]) -> Iterator[TableReport]:
    """Reports without warnings that an earlier one has as well: of clocks, which are the same for all tables."""
    said: set[str] = set()
    for report in reports:
        yield attrs.evolve(report, warnings=tuple(each for each in report.warnings if each not in said))
        said.update(report.warnings)


def _without(secrets: frozenset[str], report: TableReport) -> TableReport:
    """A report without what is secret in the target's address, whoever quoted it."""
    return attrs.evolve(
        report,
        error=report.error and redacted(report.error, secrets),
        warnings=tuple(redacted(warning, secrets) for warning in report.warnings),
    )
