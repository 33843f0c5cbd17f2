"""What a worker of a cluster does for one company: a plain function, safe to run again, to which no secret travels.

Tokens, passwords and the budget's address are read here, on the worker, by the names that the task carries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import attrs
from distributed import Worker, get_client, get_worker

from ..errors import ConfigurationError
from ..extract import TableReport
from .company import Company
from .finished import report_from, told
from .one_company import refused, root_client, run_company
from .options import FleetOptions
from .places import check_shared, target_of
from .planning import CompanyCost, cost_of_company
from .progress import CompanyProgress
from .report import CompanyReport

__all__ = ["cost_of_one", "extract_one"]

ASKING_SECONDS: Final = 10.0
"""For the scheduler to say what is done. Where it does not, the company is read as if nothing were."""

_DONE: Final = frozenset({"complete", "skipped"})


def extract_one(company: Company, options: FleetOptions, topic: str) -> CompanyReport:
    """Brings one company's tables up to date. It raises nothing: whatever happens is in the report.

    Args:
        company: which.
        options: how.
        topic: under which the scheduler keeps what is done of this company this night.
    """
    try:
        check_shared(company, target_of(company))
        return asyncio.run(_extract(company, options, TopicOfDone(topic, get_worker())))
    except Exception as error:
        return refused(company, error)


def cost_of_one(company: Company, options: FleetOptions, count: bool) -> CompanyCost:
    """What one company will cost."""
    return asyncio.run(_cost(company, options, count=count))


async def _extract(company: Company, options: FleetOptions, finished: TopicOfDone) -> CompanyReport:
    progress = CompanyProgress(company=company.company, place=company.place)
    async with root_client(options, 1) as root:
        return await run_company(root, company, options, progress, finished)


async def _cost(company: Company, options: FleetOptions, *, count: bool) -> CompanyCost:
    try:
        root = root_client(options, 1)
    except ConfigurationError as error:
        return CompanyCost(company=company.company, target=company.place, token=company.token, error=str(error))
    async with root:
        return await cost_of_company(root, company, options, count=count)


@attrs.frozen(eq=False)
class TopicOfDone:
    """The tables of one company that are done, as messages that the scheduler keeps.

    Args:
        topic: their name.
        worker: that this task runs on.
    """

    topic: str
    worker: Worker

    async def known(self) -> Mapping[str, TableReport]:
        """The reports of those that are, by name."""
        messages: Any = await asyncio.to_thread(self._messages)
        reports = [report_from(message["report"]) for _, message in messages]
        return {report.table: report for report in reports if report is not None}

    def _messages(self) -> Any:
        return get_client(self.worker.scheduler.address, timeout=ASKING_SECONDS).get_events(self.topic)

    def note(self, report: TableReport) -> None:
        """Tells of one that is."""
        if report.outcome in _DONE:
            self.worker.log_event(self.topic, {"report": told(report)})
