"""What a run will cost, before it starts: rows, requests, share of the hour's budget, time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from .._catalog import find
from .._codec.html_table import html_table, row_cells
from .._limits import clock
from ..errors import PermissionDeniedError, PreconditionFailedError
from .incremental import WHOLE_EVERY, is_searched, passes
from .job import Job
from .reading import LONG_PAGES, pager_of
from .states import State

if TYPE_CHECKING:
    from .._codec.values import Json
    from ..client import Wethod
    from .target import Target

__all__ = [
    "Cost",
    "CostBasis",
    "ExtractionPlan",
    "costs_of",
    "counted",
    "requests_for",
    "seconds_for",
]

CostBasis: TypeAlias = Literal["last run", "counted", "unknown", "refused"]

REQUEST_SECONDS: Final = 0.2
"""What a request is thought to take where nothing was measured."""


@attrs.frozen(kw_only=True)
class Cost:
    """What one table will cost.

    Args:
        table: its name.
        mode: `full` reads the whole list, `incremental` what changed.
        rows: to expect; None where that is not known (what changed is not known before it is read).
        requests: to expect, likewise.
        basis: where the figures come from.
        answer_seconds: what an answer took in the last run, or when it was counted; None: nobody has measured it.
    """

    table: str
    mode: Literal["full", "incremental"]
    rows: int | None
    requests: int | None
    basis: CostBasis
    answer_seconds: float | None = None


@attrs.frozen(kw_only=True)
class ExtractionPlan:
    """What a run will cost.

    Args:
        costs: table by table.
        hourly: requests an hour; None: no budget.
        remaining: what is left of them, as far as this client knows.
        seconds: the time it should take, of the requests that are known.
        measured: whether it is told from answers that were measured, and is no guess.
        concurrency: requests in flight that this is told for.
        spent: requests that it took to make this plan: counting lists that were never read costs some.
    """

    costs: tuple[Cost, ...]
    hourly: int | None
    remaining: int | None
    seconds: float
    measured: bool = False
    concurrency: int = 8
    spent: int = 0

    @property
    def requests(self) -> int:
        """Requests of all tables whose cost is known."""
        return sum(cost.requests or 0 for cost in self.costs)

    @property
    def incremental(self) -> int:
        """How many tables cost more where much has changed: only what a night without changes costs is known."""
        return sum(cost.mode == "incremental" for cost in self.costs)

    @property
    def unknown(self) -> int:
        """How many tables cost nobody knows what."""
        return sum(cost.basis == "unknown" for cost in self.costs)

    def _repr_html_(self) -> str:
        """What each table will cost, which a notebook shows."""
        names, rows = row_cells(self.costs)
        caption = f"Extraction plan: {self.requests:,} requests, {self.seconds:.0f} s"
        return html_table(caption, names, rows, total=len(self.costs))

    def to_dict(self) -> dict[str, Json]:
        """The plan as data that JSON can say."""
        return {**attrs.asdict(self), "requests": self.requests, "unknown": self.unknown}


def requests_for(rows: int) -> int:
    """Requests that read a whole list of so many rows, the sweep behind it among them.

    Pages overlap by one row, and the end is asked for.

    >>> requests_for(0), requests_for(99), requests_for(100), requests_for(100_000)
    (1, 1, 3, 1012)
    """
    return 1 if rows < 100 else -(-rows // 99) + 1


def _walked_blindly(rows: int) -> int:
    """Requests that read a list whose length the walk does not know: some are asked for beyond its end."""
    pages = -(-rows // 99)
    beyond = min(8, max(0, pages - LONG_PAGES) // 8)
    return requests_for(rows) + (1 + beyond if rows >= 100 else 0)


def seconds_for(requests: int, *, each: float, concurrency: int, hourly: int | None, remaining: int | None) -> float:
    """The time that so many requests take, waits for the budget included.

    Args:
        requests: how many.
        each: seconds of one.
        concurrency: how many at once.
        hourly: requests an hour, None: no budget.
        remaining: what is left of them now.
    """
    busy = requests * each / concurrency
    if not hourly:
        return busy
    beyond = max(0, requests - (hourly if remaining is None else remaining))
    return max(busy, beyond / hourly * 3600)


def costs_of(
    jobs: Sequence[Job], target: Target, *, full: bool, reconcile: bool, whole_every: timedelta = WHOLE_EVERY
) -> list[Cost]:
    """What each table will cost, from what its last run left; nothing is asked of the API. Blocking."""
    states = [State.read(target.peek(job.table, job.key)) for job in jobs]
    return [
        attrs.evolve(
            _cost(job, state, full=full, reconcile=reconcile, whole_every=whole_every),
            answer_seconds=state.answer_seconds,
        )
        for job, state in zip(jobs, states, strict=True)
    ]


def _cost(job: Job, state: State, *, full: bool, reconcile: bool, whole_every: timedelta) -> Cost:
    todo = passes(
        job.listing,
        state,
        now=clock.utc_now(),
        filters=job.filters,
        since=job.since,
        full=full,
        reconcile=reconcile,
        whole_every=whole_every,
    )
    first = todo[0]
    if first.kind != "whole":
        asked = len(todo) + is_searched(state, job.filters, job.since)  # the proof that nothing was deleted
        return Cost(table=job.table.name, mode="incremental", rows=None, requests=asked, basis="last run")
    if state.rows is None:
        return Cost(table=job.table.name, mode="full", rows=None, requests=None, basis="unknown")
    rows = max(0, state.rows - (first.resume.rows if first.resume else 0))
    nested = job.listing.parent is not None and state.requests is not None
    requests = state.requests if nested else requests_for(rows)
    return Cost(table=job.table.name, mode="full", rows=rows, requests=requests, basis="last run")


async def counted(wethod: Wethod, job: Job, cost: Cost) -> Cost:
    """The cost of a table that no run has read yet, by counting: a few requests, whatever its length."""
    parent = job.listing.parent
    listing = job.listing if parent is None else find(parent.table)
    query = {**job.filters, **({"deleted": "include"} if listing.soft_deletes and "deleted" not in job.filters else {})}
    before, start = wethod.stats.requests, clock.monotonic()
    try:
        number = await pager_of(wethod, listing, query if parent is None else {}).count()
    except (PermissionDeniedError, PreconditionFailedError):
        return attrs.evolve(cost, basis="refused", rows=0, requests=1)
    each = (clock.monotonic() - start) / max(1, wethod.stats.requests - before)
    cost = attrs.evolve(cost, basis="counted", answer_seconds=each)
    if parent is None:
        return attrs.evolve(cost, rows=number, requests=_walked_blindly(number))
    asked = 0 if parent.include is not None and not job.filters else number  # one by one
    return attrs.evolve(cost, requests=asked + _walked_blindly(number))
