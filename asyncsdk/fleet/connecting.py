"""The way to a Dask cluster: what may go there, and a client of its own, whoever made the cluster.

No secret travels: neither a token, which is named only, nor an address with a password.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from ..errors import ConfigurationError
from ..errors._printable import printable, shown
from ..extract.address import shown as shown_target
from .places import check_shared
from .references import reference_of

try:
    import distributed
except ImportError as _missing:
    raise ConfigurationError(
        f"cluster: needs {_missing.name or 'distributed'}, which is not installed; "
        "`python -m pip install 'asyncsdk[dask]'`"
    ) from None

if TYPE_CHECKING:
    from .company import Company
    from .options import FleetOptions

__all__ = ["CONNECT_SECONDS", "KILLED", "LET_GO", "check_for_cluster", "connected"]

CONNECT_SECONDS: Final = 30.0
"""For a scheduler to answer."""

KILLED: Final[type[Exception]] = distributed.scheduler.KilledWorker
"""Dask gave a task up, as several workers died while they had it."""

LET_GO: Final[type[BaseException]] = distributed.CancelledError
"""Dask lost a task, or was told to."""


def check_for_cluster(companies: Sequence[Company], options: FleetOptions) -> None:
    """Refuses what cannot be done on several machines.

    Raises:
        ConfigurationError: the message names the company.
    """
    by_token: dict[str, str] = {}
    for company in companies:
        if reference_of(company.to) is None:
            try:
                _check_travels(company)
                check_shared(company, company.to.replace("{company}", company.company))
            except ConfigurationError as error:
                raise ConfigurationError(f"{company.company}: {error}") from None
        first = by_token.setdefault(company.token, company.company)
        if first != company.company and options.shared_budget is None and options.budget is not None:
            raise ConfigurationError(
                f"{first} and {company.company} have one token, {company.token}, whose budget has to be shared by all "
                "workers: write shared_budget=... or set WETHOD_SHARED_BUDGET, the address of a Redis"
            )


def _check_travels(company: Company) -> None:
    if shown_target(company.to) != company.to:
        raise ConfigurationError(
            "to: the address holds what may be secret, and would travel to the workers and be seen; keep it where they "
            'find it, as in to = "env:AGENCY_DATABASE", or write it without password and set PGPASSWORD for them'
        )


@asynccontextmanager
async def connected(cluster: object) -> AsyncIterator[Any]:
    """A client of its own to the scheduler of a cluster: whatever loop the caller's belongs to, it is left alone.

    Raises:
        ConfigurationError: it is none, or its scheduler does not answer.
    """
    given: Any = cluster
    security: object = None
    if isinstance(cluster, distributed.Client):
        address, security = str(given.scheduler.address), given.security
    elif isinstance(cluster, str) and cluster.strip():
        address = cluster.strip()
    else:
        raise ConfigurationError(
            "cluster is a distributed.Client, or the address of a scheduler such as tcp://host:8786, "
            f"not {shown(cluster)}"
        )
    connect: Any = distributed.Client
    try:
        client = await connect(
            address,
            asynchronous=True,
            security=security,
            set_as_default=False,
            timeout=CONNECT_SECONDS,
            name="asyncsdk-fleet",
        )
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise ConfigurationError(f"cluster: no scheduler answers at {printable(address, 200)}: {error}") from None
    try:
        yield client
    finally:
        await client.close()
