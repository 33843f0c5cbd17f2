"""`asyncsdk extract`: what it costs, a run for each company, its progress, and an orderly end when interrupted."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import attrs

from .. import Wethod
from .._catalog import Listing
from .._limits import clock
from ..contract.learning import Learned, acquaint, applied, read
from ..errors import ConfigurationError, WethodError
from ..events import Hooks
from ..extract import ExtractionPlan, ExtractionReport, TargetRefused, extract, plan
from ..extract.address import check, secrets_of, shown
from ..extract.defects import defect_of
from ..extract.options import ExtractionOptions
from .client import connect
from .display import Display, budget_line
from .ending import refusal
from .output import OutputEnded, OutputFailed, discard_output, say, stdout
from .stopping import Interrupted, interruptible
from .telling import cost_of_all, show_plan, show_report, total_of
from .visible import one_line

__all__ = ["Order", "collect_rarely", "extract_all"]

_WORST_FIRST: Final = (1, 2, 3, 0)


@attrs.frozen(kw_only=True)
class Order:
    """The command line, read. `to` may hold a password, so it is not in its repr."""

    resources: tuple[str, ...] | Literal["all"]
    to: str = attrs.field(repr=False)
    companies: tuple[str, ...]
    options: ExtractionOptions
    budget: int | None
    learned: Path | None
    plan_only: bool
    quiet: bool
    as_json: bool


def collect_rarely() -> None:
    """Lets the garbage collector run every 20,000 new objects, not every 700: for a process that only extracts.

    Rows wait in batches of thousands and make no cycles; looking through them again and again takes a tenth of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


async def extract_all(order: Order) -> int:
    """Extracts for every company named; one that is refused does not end the others.

    Returns:
        The exit status: the worst of all, where 1 is worse than 2.

    Raises:
        ConfigurationError: the order cannot be carried out for any company.
    """
    check(order.to)
    schemas = _schemas(order)
    run = _Run(order)
    hooks = Hooks(wait=run.display.waits)
    first = order.companies[0] if order.companies else None
    async with connect(first, budget=order.budget, in_flight=order.options.concurrency, hooks=hooks) as wethod:
        before, begun = wethod.stats.requests, clock.monotonic()
        try:
            with interruptible():
                for company, schema in schemas.items():
                    await run.company(wethod if company is None else wethod.with_options(company=company), schema)
        except Interrupted as error:
            run.statuses.append(error.status)
            run.told.append(refusal("interrupted; what was delivered is kept, the same command goes on", error.status))
        requests, seconds = wethod.stats.requests - before, clock.monotonic() - begun
        budget = budget_line(wethod)
    run.show(lambda: run.end(total_of(run.reports, requests, seconds, budget)))
    return run.status


def _schemas(order: Order) -> dict[str | None, str | None]:
    """The schema of each company; None: the company of the environment."""
    companies = list(dict.fromkeys(order.companies))
    if len(companies) < 2:
        return {companies[0] if companies else None: order.options.schema}
    if order.options.schema is not None:
        raise ConfigurationError("--schema: several companies go into a schema each, named as they are; leave it out")
    schemas = {company: _name_of(company) for company in companies}
    for name in schemas.values():
        same = [company for company, other in schemas.items() if other == name]
        if len(same) > 1:
            raise ConfigurationError(
                f"--company: {' and '.join(same)} would share the schema {name}; run each by itself, with a --schema"
            )
    return dict(schemas.items())


@attrs.define(eq=False)
class _Run:
    """One command: what it shows, and what came of the companies it was told."""

    order: Order
    display: Display = attrs.field(init=False)
    statuses: list[int] = attrs.field(factory=list)
    reports: list[ExtractionReport] = attrs.field(factory=list)
    plans: list[ExtractionPlan] = attrs.field(factory=list)
    told: list[object] = attrs.field(factory=list)
    learned: Learned | None = None
    known: Callable[[Listing], Listing] | None = None
    _unread: bool = False

    def __attrs_post_init__(self) -> None:
        self.display = Display(quiet=self.order.quiet)
        if self.order.learned is not None:
            self.learned = read(self.order.learned)
            self.known = applied(self.learned)

    @property
    def several(self) -> bool:
        """Whether it is about more companies than one."""
        return len(set(self.order.companies)) > 1

    @property
    def status(self) -> int:
        """The exit status."""
        interrupted = [status for status in self.statuses if status > 128]
        return interrupted[0] if interrupted else next(each for each in _WORST_FIRST if each in {0, *self.statuses})

    async def company(self, wethod: Wethod, schema: str | None) -> None:
        """Extracts for one company. What it is refused for is told, and kept from the others."""
        if self.learned is not None:
            acquaint(wethod, self.learned)
        company = wethod.settings.company
        try:
            outcome = await self._extract(wethod, schema)
        except (Interrupted, OutputEnded, OutputFailed):
            raise
        except Exception as error:
            if not self.several and not isinstance(error, (WethodError, OSError)):
                raise  # a defect; where there are other companies they go on, and it is told like a failure
            status = 2 if isinstance(error, (ConfigurationError, TargetRefused)) else 1
            self.statuses.append(status)
            if not isinstance(error, (WethodError, OSError)):
                error = defect_of(f"company {one_line(company)}", error, secrets_of(self.order.to))
            said = str(error)
            facts = refusal(said, status) | {"company": company, "target": shown(self.order.to)}
            self.told.append(facts)
            say(said, name=f"asyncsdk: {one_line(company)}: " if self.several else "asyncsdk: ")
            return
        self.told.append(outcome.to_dict())
        if isinstance(outcome, ExtractionReport):
            self.reports.append(outcome)
            self.statuses.append(outcome.status)
        else:
            self.plans.append(outcome)

    async def _extract(self, wethod: Wethod, schema: str | None) -> ExtractionPlan | ExtractionReport:
        order, title = self.order, wethod.settings.company if self.several else None
        options = attrs.evolve(order.options, schema=schema)
        cost = await plan(
            wethod, order.resources, order.to, **options.planned(), known=self.known, count=order.plan_only
        )
        if not order.as_json and (order.plan_only or not order.quiet):
            self.show(lambda: show_plan(cost, details=order.plan_only, title=title))
        if order.plan_only:
            return cost
        self.display.plan(cost)
        async with self.display.of(wethod):
            report = await extract(
                wethod, order.resources, order.to, **options.spelled(), known=self.known, watch=self.display.watch
            )
        if not order.as_json:
            self.show(lambda: show_report(report, title=title))
        return report

    def end(self, total: str) -> None:
        """Writes what is said once, at the end of all."""
        if self.order.as_json:
            document = {"companies": self.told, "status": self.status} if self.several else self.told[0]
            stdout.write(json.dumps(document, indent=2) + "\n")
        elif self.reports:
            stdout.write(one_line(total) + "\n")
        elif len(self.plans) > 1:
            stdout.write(f"all companies: {cost_of_all(self.plans)}\n")
        stdout.flush()

    def show(self, write: Callable[[], object]) -> None:
        """Writes to standard output. Who stopped reading, or a full disk, changes nothing about what was delivered."""
        if self._unread:
            return
        try:
            write()
        except (OutputEnded, OutputFailed) as problem:
            self._unread = True
            discard_output()
            if isinstance(problem, OutputFailed) and stdout.is_open:
                say(f"{problem}; the tables are as far as the exit status says")
                self.statuses.append(1)


def _name_of(company: str) -> str:
    """A schema's name from a company's slug."""
    return re.sub(r"\W+", "_", company).strip("_").lower() or "company"
