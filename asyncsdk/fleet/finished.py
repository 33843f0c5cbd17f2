"""Which tables of a company are done this night: told by whoever reads them, asked by whoever goes on after a death.

A table that is done is committed, so whoever takes a company over need not ask the API for it once more, and its report
is not lost with the process that made it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs

from .._catalog import find, listings
from ..extract import ExtractionReport, TableReport
from ..extract.exclusions import exclusions_of
from .company import Company

__all__ = ["Finished", "NothingFinished", "joined", "names_of", "report_from", "told"]


class Finished(Protocol):
    """The tables of one company that are done this night."""

    async def known(self) -> Mapping[str, TableReport]:
        """The reports of those that are, by name."""
        ...

    def note(self, report: TableReport) -> None:
        """Tells of one that is. Does not wait."""
        ...


class NothingFinished:
    """For one machine: whoever reads a company there is the only one, and knows by itself."""

    async def known(self) -> Mapping[str, TableReport]:
        """None."""
        return {}

    def note(self, report: TableReport) -> None:
        """Nobody asks."""


def told(report: TableReport) -> dict[str, Any]:
    """A report as plain values, for a message."""
    return {
        **attrs.asdict(report),
        "misfits": dict(report.misfits),
        "warnings": [*report.warnings],
        "gone": [*report.gone],
    }


def report_from(facts: Mapping[str, Any]) -> TableReport | None:
    """The report that a message tells; None where it is of another version."""
    try:
        return TableReport(**{**facts, "warnings": tuple(facts["warnings"]), "gone": tuple(facts["gone"])})
    except (TypeError, KeyError):
        return None


def names_of(company: Company) -> list[str]:
    """The tables of a company, in their order."""
    if company.lists is not None:
        return [find(name).table for name in company.lists]
    excluded = exclusions_of(company.without).lists
    return [name for name in listings() if name not in excluded]


def joined(
    report: ExtractionReport, before: Mapping[str, TableReport], names: Sequence[str], *, strict: bool
) -> ExtractionReport:
    """A report of all tables: those that were done before, and those of this run."""
    tables = {**before, **{table.table: table for table in report.tables}}
    return attrs.evolve(report, tables=tuple(tables[name] for name in names if name in tables), strict=strict)
