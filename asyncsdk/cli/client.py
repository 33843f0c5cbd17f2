"""The client of a command: set up from the environment, with what the command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import Wethod

if TYPE_CHECKING:
    from ..events import Hooks

__all__ = ["connect"]


def connect(
    company: str | None = None, *, budget: int | None = None, in_flight: int = 16, hooks: Hooks | None = None
) -> Wethod:
    """A client. What is not named comes from WETHOD_TOKEN, WETHOD_COMPANY, WETHOD_BASE_URL, WETHOD_BUDGET ...

    Raises:
        ConfigurationError: no token or company.
    """
    in_flight = max(16, in_flight)
    if budget is None:
        return Wethod(company=company, max_in_flight=in_flight, hooks=hooks)
    return Wethod(company=company, max_in_flight=in_flight, hooks=hooks, budget=budget)
