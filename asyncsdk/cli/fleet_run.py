"""`asyncsdk fleet`: what the night will cost, its progress, and one report, also of a night that was interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import attrs

from .. import fleet
from .._codec.omitted import OMITTED, Omitted
from .._limits import clock
from ..errors import ArgumentError, ConfigurationError
from ..events import Hooks
from ..extract.options import ExtractionOptions
from .fleet_display import FleetDisplay
from .fleet_telling import show_fleet_plan, show_fleet_report
from .output import OutputEnded, OutputFailed, discard_output, say, stdout
from .stopping import Interrupted, interruptible
from .visible import one_line

__all__ = ["FleetOrder", "extract_fleet"]

_CUT_OFF = "interrupted; what was delivered is kept, the same command goes on"


class _Both(TypedDict):
    """What planning and extracting take alike."""

    cluster: str | None
    at_once: int
    concurrency: int
    budget: int | Omitted
    full: bool
    reconcile: bool


@attrs.frozen(kw_only=True)
class FleetOrder:
    """The command line, read."""

    file: Path
    companies: tuple[str, ...]
    dask: str | None
    at_once: int
    options: ExtractionOptions
    plan_only: bool
    budget: int | None
    quiet: bool
    as_json: bool

    def both(self) -> _Both:
        """What planning and extracting take alike."""
        return {
            "cluster": self.dask,
            "at_once": self.at_once,
            "concurrency": self.options.concurrency,
            "budget": OMITTED if self.budget is None else self.budget,
            "full": self.options.full,
            "reconcile": self.options.reconcile,
        }


async def extract_fleet(order: FleetOrder) -> int:
    """Extracts every company of the file; one that is refused does not end the others.

    Returns:
        The exit status: that of the worst company.

    Raises:
        ConfigurationError: something in the file is wrong, or cannot be used so; nothing was sent. With `--json` that
            is a document as well.
    """
    try:
        return await _extract(order)
    except ConfigurationError as error:
        if not order.as_json:
            raise
        say(str(error))
        _write(order, {"companies": [], "status": 2, "error": one_line(str(error))}, None)
        return 2


async def _extract(order: FleetOrder) -> int:
    companies = _chosen(fleet.read(order.file), order.companies)
    display = FleetDisplay(quiet=order.quiet)
    started = clock.utc_now()
    interrupted: int | None = None
    try:
        with interruptible():
            if order.plan_only or not (order.quiet or order.as_json):
                cost = await fleet.plan(companies, **order.both(), count=order.plan_only)
                if order.plan_only:
                    _write(order, cost.to_dict(), lambda: show_fleet_plan(cost, details=True))
                    return 2 if any(each.error is not None for each in cost.companies) else 0
                show_fleet_plan(cost, details=False)
            async with display.shown():
                report = await fleet.extract(
                    companies,
                    **order.both(),
                    raw=order.options.raw,
                    strict=order.options.strict,
                    allow_shrink=order.options.allow_shrink,
                    patience=order.options.patience,
                    overlap=order.options.overlap,
                    watch=display.watch,
                    hooks=Hooks(wait=display.waits),
                )
    except Interrupted as error:
        interrupted = error.status
        report = fleet.FleetReport(started=started, finished=clock.utc_now(), companies=_so_far(companies, display))
    status = report.status if interrupted is None else interrupted
    document = {**_document(report), "status": status} | ({} if interrupted is None else {"error": _CUT_OFF})
    written = _write(order, document, lambda: show_fleet_report(report))
    return status if written or interrupted is not None else 1


def _chosen(companies: Sequence[fleet.Company], slugs: Sequence[str]) -> Sequence[fleet.Company]:
    """The companies that are asked for; all where none is named."""
    known = {each.company for each in companies}
    for slug in slugs:
        if slug not in known:
            raise ArgumentError("--company", f"{slug!r} is not in the file; it has {', '.join(sorted(known))}")
    return [each for each in companies if not slugs or each.company in slugs]


def _so_far(companies: Sequence[fleet.Company], display: FleetDisplay) -> tuple[fleet.CompanyReport, ...]:
    """What became of each company before the night was interrupted."""
    done = [each.report for each in display.companies] or [None] * len(companies)
    return tuple(
        report or fleet.CompanyReport(company=company.company, target=company.place, error=_CUT_OFF)
        for company, report in zip(companies, done, strict=True)
    )


def _document(report: fleet.FleetReport) -> dict[str, object]:
    found = report.to_dict()
    return dict(found) if isinstance(found, dict) else {}


def _write(order: FleetOrder, document: object, show: Callable[[], object] | None) -> bool:
    """Writes to standard output. Who stopped reading, or a full disk, changes nothing about what was delivered."""
    try:
        if order.as_json:
            stdout.write(json.dumps(document, indent=2) + "\n")
        elif show is not None:
            show()
        stdout.flush()
    except OutputEnded:
        discard_output()
    except OutputFailed as problem:
        discard_output()
        if stdout.is_open:
            say(f"{problem}; the tables are as far as the exit status says")
            return False
    return True
