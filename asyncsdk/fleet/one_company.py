"""One company of a fleet: its client, its extraction, and the patience with a target that another run is writing to.

Whatever happens to it ends in its report, and never in another company. Only being cancelled raises.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from .. import Wethod
from .._limits import clock
from ..errors import ConfigurationError, WethodError
from ..errors._printable import printable
from ..extract import ExtractionReport, TableReport, TargetLocked, TargetRefused, extract
from ..extract.address import secrets_of
from ..extract.defects import defect_of
from ..extract.target import RIVAL
from .finished import Finished, NothingFinished, joined, names_of
from .places import target_of
from .references import Reference, reference_of
from .report import CompanyReport

if TYPE_CHECKING:
    from .._sending.secret import Secret
    from ..events import Hooks
    from ..extract.options import ExtractionOptions
    from .company import Company
    from .options import FleetOptions
    from .progress import CompanyProgress

__all__ = ["client_of", "own_of", "refused", "root_client", "run_company", "token_of"]

FIRST_LOOK: Final = 1.0
"""Seconds until a locked target is looked at again; each time a half more, up to `RAREST_LOOK`."""

RAREST_LOOK: Final = 15.0
NOTHING: Final = NothingFinished()


def root_client(options: FleetOptions, at_once: int, hooks: Hooks | None = None) -> Wethod:
    """A client that companies have copies of, so that those of one token share a budget. Nothing is sent through it.

    Raises:
        ConfigurationError: the shared budget cannot be used.
    """
    return Wethod(
        token="none",  # noqa: S106  # each copy has its own
        company="none",
        base_url=options.base_url,
        budget=options.budget,
        shared_budget=options.redis(),
        max_in_flight=max(16, min(64, at_once * options.extraction.concurrency)),
        priority="bulk",
        hooks=hooks,
    )


def token_of(company: Company) -> Secret:
    """A company's token, read from where it is kept.

    Raises:
        ConfigurationError: it is not there.
    """
    kept = reference_of(company.token)
    assert isinstance(kept, Reference)  # noqa: S101  # a company is checked when it is made
    try:
        return kept.read()
    except ConfigurationError as error:
        raise ConfigurationError(f"token: {error}") from None


def client_of(root: Wethod, company: Company) -> Wethod:
    """A copy of the client for one company.

    Raises:
        ConfigurationError: its token is not there, or is none.
    """
    client = root.with_options(token=token_of(company), company=company.company, budget_key=None)
    return client if company.base_url is None else client.with_options(base_url=company.base_url)


async def run_company(
    root: Wethod,
    company: Company,
    options: FleetOptions,
    progress: CompanyProgress,
    finished: Finished = NOTHING,
) -> CompanyReport:
    """Brings one company's tables up to date.

    A target that another run writes to is waited for, with patience; so is one whose tables another run has moved
    meanwhile: whoever commits second has given up, and looks again.

    Args:
        root: of `root_client`.
        company: whose.
        options: how.
        progress: is told how far it is.
        finished: which tables are done this night; they are not read again.
    """
    begun = clock.monotonic()
    until = begun + options.extraction.patience
    attempts, pause = 0, FIRST_LOOK
    progress.starts()
    while True:
        attempts += 1
        try:
            extraction = await _extract(root, company, options, progress, finished)
            report = CompanyReport(
                company=company.company,
                target=company.place,
                extraction=attrs.evolve(extraction, target=company.place),
                attempts=attempts,
                seconds=clock.monotonic() - begun,
            )
            again = _has_rival(extraction)
        except Exception as error:
            report = attrs.evolve(refused(company, error), attempts=attempts, seconds=clock.monotonic() - begun)
            again = isinstance(error, TargetLocked)
        left = until - clock.monotonic()
        if not again or left <= 0:
            return report
        progress.waits()
        await asyncio.sleep(min(pause, left))
        pause = min(1.5 * pause, RAREST_LOOK)


async def _extract(
    root: Wethod, company: Company, options: FleetOptions, progress: CompanyProgress, finished: Finished
) -> ExtractionReport:
    done = dict(await finished.known())
    names = names_of(company)
    left = [name for name in names if name not in done]
    if not left:
        return _of_others(company, done, names, strict=_strict(company, options))
    async with client_of(root, company) as client:
        report = await extract(
            client,
            left if done else "all" if company.lists is None else company.lists,
            target_of(company),
            **own_of(company, options).spelled(),
            watch=progress.reads,
            done=finished.note,
        )
    return joined(report, done, names, strict=_strict(company, options))


def own_of(company: Company, options: FleetOptions) -> ExtractionOptions:
    """How one company's lists are extracted."""
    return attrs.evolve(options.extraction, schema=company.schema_name, without=company.without)


def _strict(company: Company, options: FleetOptions) -> bool:
    """Whether a list that is refused is a failure: it is where lists are named."""
    return options.extraction.strict or company.lists is not None


def _of_others(
    company: Company, done: Mapping[str, TableReport], names: Sequence[str], *, strict: bool
) -> ExtractionReport:
    """The report of a company that others have brought to its end this night."""
    now = clock.utc_now()
    return ExtractionReport(
        run="",
        company=company.company,
        target=company.place,
        started=now,
        finished=now,
        tables=tuple(done[name] for name in names),
        strict=strict,
    )


def _has_rival(report: ExtractionReport) -> bool:
    return any(table.outcome == "failed" and RIVAL in (table.error or "") for table in report.tables)


def refused(company: Company, error: Exception) -> CompanyReport:
    """The report of a company that was refused or failed as a whole."""
    if not isinstance(error, WethodError | OSError):
        error = defect_of(f"company {company.company}", error, _secrets(company))
    return CompanyReport(
        company=company.company,
        target=company.place,
        error=printable(str(error)),
        refused=2 if isinstance(error, ConfigurationError | TargetRefused) else 1,
    )


def _secrets(company: Company) -> frozenset[str]:
    try:
        return secrets_of(target_of(company))
    except ConfigurationError:
        return frozenset()
