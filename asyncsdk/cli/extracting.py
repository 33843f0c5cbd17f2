"""`asyncsdk extract`: what it costs, a run for each company, its progress, and an orderly end when interrupted."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, Literal

import attrs

from .. import Wethod
from ..errors import ConfigurationError
from ..events import Hooks
from ..extract import Plan, Report, extract, plan
from .client import connect
from .display import Display, show_plan, show_report

__all__ = ["Order", "collect_rarely", "extract_all"]

PATIENCE_SECONDS: Final = 0.9
"""What an interrupted run may take to end. Then the process ends as it stands: every target bears that."""


@attrs.frozen(kw_only=True)
class Order:
    """The command line, read."""

    resources: tuple[str, ...] | Literal["all"]
    to: str
    companies: tuple[str, ...]
    schema: str | None
    prefix: str
    since: str | None
    filters: Mapping[str, str]
    full: bool
    reconcile: bool
    concurrency: int
    raw: bool
    strict: bool
    allow_shrink: bool
    budget: int | None
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
    """Extracts for every company named. Returns the exit status: the worst of all."""
    several = len(set(order.companies)) > 1
    if several and order.schema is not None:
        raise ConfigurationError("--schema: several companies go into a schema each, named as they are; leave it out")
    display = Display(quiet=order.quiet)
    first = order.companies[0] if order.companies else None
    hooks = Hooks(wait=display.waits)
    statuses = [0]
    told: list[object] = []
    async with connect(first, budget=order.budget, in_flight=order.concurrency, hooks=hooks) as wethod:
        with _interruptible():
            for company in dict.fromkeys(order.companies) or [None]:
                scoped = wethod if company is None else wethod.with_options(company=company)
                schema = _name_of(company) if company and several else order.schema
                outcome = await _one(order, scoped, schema, display)
                told.append(outcome.to_dict())
                if isinstance(outcome, Report):
                    statuses.append(outcome.status)
    if order.as_json:
        sys.stdout.write(json.dumps(told if several else told[0], indent=2) + "\n")
    return 1 if 1 in statuses else max(statuses)


async def _one(order: Order, wethod: Wethod, schema: str | None, display: Display) -> Plan | Report:
    cost = await plan(
        wethod,
        order.resources,
        order.to,
        since=order.since,
        filters=order.filters,
        full=order.full,
        reconcile=order.reconcile,
        concurrency=order.concurrency,
        schema=schema,
        prefix=order.prefix,
        count=order.plan_only,
    )
    if not order.as_json and not order.quiet:
        show_plan(cost, details=order.plan_only)
    if order.plan_only:
        return cost
    async with display.of(wethod):
        report = await extract(
            wethod,
            order.resources,
            order.to,
            since=order.since,
            filters=order.filters,
            full=order.full,
            reconcile=order.reconcile,
            concurrency=order.concurrency,
            raw=order.raw,
            strict=order.strict,
            allow_shrink=order.allow_shrink,
            schema=schema,
            prefix=order.prefix,
            watch=display.watch,
        )
    if not order.as_json:
        show_report(report)
    return report


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel the run, which commits what it holds; they end the process within a second."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    came: list[int] = []

    def stop(number: int) -> None:
        came.append(number)
        if len(came) == 1 and task is not None:
            sys.stderr.write("\nasyncsdk: interrupted; what was delivered is kept, the same command goes on\n")
            last = threading.Timer(PATIENCE_SECONDS, os._exit, [1])
            last.daemon = True
            last.start()
            task.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt there
        for number in numbers:
            loop.add_signal_handler(number, stop, number)
    try:
        yield
    except asyncio.CancelledError:
        if not came:
            raise
        raise SystemExit(1) from None
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)


def _name_of(company: str) -> str:
    """A schema's name from a company's slug."""
    return re.sub(r"\W+", "_", company).strip("_").lower() or "company"
