"""What all companies of a fleet are read with: a value that travels to other machines, without secrets."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from .._codec.omitted import Omitted
from .._sending.addresses import problem_of_redis
from .._sending.secret import Secret, wrapped
from .._sending.settings import DEFAULT_BUDGET, from_environment
from ..errors import ArgumentError, ConfigurationError
from ..errors._checks import check_whole_number
from ..extract.options import LARGEST_CONCURRENCY, ExtractionOptions
from .references import reference_of

__all__ = ["AT_ONCE", "FleetOptions", "options_of"]

AT_ONCE: Final = 4
"""Companies that are extracted at the same time on one machine."""

_MOST_AT_ONCE: Final = 64
_SHARED: Final = "WETHOD_SHARED_BUDGET"


@attrs.frozen(kw_only=True)
class FleetOptions:
    """How every company is read.

    Args:
        extraction: how its lists are; what a company has of its own (`schema`, `without`) comes in its place.
        budget: requests an hour and token; None: no budget.
        shared_budget: where the budget's address is kept (`env:NAME`), or the address, where it has no password.
        base_url: of companies that name none; None: the API's own.
    """

    extraction: ExtractionOptions = attrs.field(factory=ExtractionOptions)
    budget: int | None = DEFAULT_BUDGET
    shared_budget: str | None = None
    base_url: str | None = None

    def redis(self) -> Secret | None:
        """The address of the shared budget, read from where it is kept.

        Raises:
            ConfigurationError: it is not there.
        """
        if self.shared_budget is None:
            return None
        kept = reference_of(self.shared_budget)
        try:
            return wrapped(self.shared_budget) if kept is None else kept.read()
        except ConfigurationError as error:
            raise ConfigurationError(f"shared_budget: {error}") from None


def options_of(
    extraction: ExtractionOptions, budget: int | Omitted | None, shared_budget: str | None, at_once: int
) -> FleetOptions:
    """What the arguments of a call and the environment of this process come to.

    Args:
        extraction: how each company's lists are extracted.
        budget: requests an hour and token; omitted: WETHOD_BUDGET, else 5,000.
        shared_budget: None: WETHOD_SHARED_BUDGET.
        at_once: companies at the same time.

    Raises:
        ConfigurationError: a value that cannot be used.
    """
    check_whole_number("at_once", at_once, 1, _MOST_AT_ONCE, "companies that are extracted at the same time")
    extraction.check(LARGEST_CONCURRENCY, "pages in flight of one company")
    around = from_environment()
    found: Any = around.get("budget", DEFAULT_BUDGET) if isinstance(budget, Omitted) else budget
    if shared_budget is None and _SHARED.lower().removeprefix("wethod_") in around and found is not None:
        shared_budget = f"env:{_SHARED}"
    elif shared_budget is not None:
        _check_redis(shared_budget)
    base_url = around.get("base_url")
    return FleetOptions(
        extraction=extraction,
        budget=found,
        shared_budget=shared_budget,
        base_url=base_url.reveal() if isinstance(base_url, Secret) else None,
    )


def _check_redis(address: str) -> None:
    """Refuses an address that is none, or that has a password which would travel."""
    if reference_of(address) is not None:
        return
    hidden = wrapped(address)
    if told := problem_of_redis(hidden):
        raise ArgumentError("shared_budget", f"the address of a Redis, such as redis://host:6379/0, {told}")
    if urlsplit(hidden.reveal()).password:
        raise ArgumentError(
            "shared_budget",
            "the address holds a password, which would travel and be seen; keep it where the companies are extracted, "
            f"and write env:NAME or file:PATH, such as env:{_SHARED}",
        )
