"""What a night will cost, before it starts: requests and hours, token by token, from what earlier nights left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from ..errors import WethodError
from ..errors._printable import printable
from ..extract import ExtractionPlan
from ..extract import plan as plan_extraction
from ..extract.plan import REQUEST_SECONDS, seconds_for
from .one_company import client_of, own_of, token_of
from .places import target_of

if TYPE_CHECKING:
    from .. import Wethod
    from .._codec.values import Json
    from .company import Company
    from .options import FleetOptions

__all__ = ["CompanyCost", "FleetPlan", "TokenCost", "cost_of_company", "plan_of"]


@attrs.frozen(kw_only=True)
class CompanyCost:
    """What one company will cost.

    Args:
        company, target: whose rows, and where to.
        token: a name that companies of one token share, and that does not give it away.
        plan: table by table; None where nothing can be said.
        error: why not.
    """

    company: str
    target: str
    token: str
    plan: ExtractionPlan | None = None
    error: str | None = None


@attrs.frozen(kw_only=True)
class TokenCost:
    """What one token will be asked for.

    Args:
        tokens: where it is kept: `env:ACME_TOKEN`.
        companies: that it reads, each once.
        requests: of all their lists whose cost is known.
        lists: of them all. unknown: those of them that were never read, so that nobody knows their cost.
        hourly: requests an hour; None: no budget.
        hours: that the known requests take, waits for the budget included.
        errors: of companies of which nothing can be said.
    """

    tokens: tuple[str, ...]
    companies: tuple[str, ...]
    requests: int
    lists: int
    unknown: int
    hourly: int | None
    hours: float
    errors: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class FleetPlan:
    """What a night will cost.

    Args:
        companies: each by itself, in the order they were named.
        tokens: what they add up to, for each token.
    """

    companies: tuple[CompanyCost, ...]
    tokens: tuple[TokenCost, ...]

    @property
    def requests(self) -> int:
        """Requests of all lists whose cost is known."""
        return sum(each.requests for each in self.tokens)

    @property
    def unknown(self) -> int:
        """How many lists cost nobody knows what."""
        return sum(each.unknown for each in self.tokens)

    def to_dict(self) -> Json:
        """The plan as data that JSON can say."""
        return {
            "companies": [
                {
                    "company": each.company,
                    "target": each.target,
                    **({"error": each.error} if each.plan is None else {"plan": each.plan.to_dict()}),
                }
                for each in self.companies
            ],
            "tokens": [attrs.asdict(each) for each in self.tokens],
            "requests": self.requests,
            "unknown": self.unknown,
        }


async def cost_of_company(root: Wethod, company: Company, options: FleetOptions, *, count: bool) -> CompanyCost:
    """What one company will cost. Whatever stands in the way of saying it, its extraction will tell."""
    token = company.token
    try:
        token = token_of(company).digest()
        async with client_of(root, company) as client:
            found = await plan_extraction(
                client,
                "all" if company.lists is None else company.lists,
                target_of(company),
                **own_of(company, options).planned(),
                count=count,
            )
    except (WethodError, OSError) as error:
        return CompanyCost(company=company.company, target=company.place, token=token, error=printable(str(error)))
    return CompanyCost(company=company.company, target=company.place, token=token, plan=found)


def plan_of(companies: Sequence[Company], costs: Sequence[CompanyCost], options: FleetOptions) -> FleetPlan:
    """What the costs of companies add up to, token by token."""
    by_token: dict[str, list[int]] = {}
    for at, cost in enumerate(costs):
        by_token.setdefault(cost.token, []).append(at)
    tokens = [
        _of_token([companies[at] for at in places], [costs[at] for at in places], options)
        for places in by_token.values()
    ]
    return FleetPlan(companies=tuple(costs), tokens=tuple(tokens))


def _of_token(companies: Sequence[Company], costs: Sequence[CompanyCost], options: FleetOptions) -> TokenCost:
    plans = [cost.plan for cost in costs if cost.plan is not None]
    requests = sum(plan.requests for plan in plans)
    left = [plan.remaining for plan in plans if plan.remaining is not None]
    seconds = seconds_for(
        requests,
        each=REQUEST_SECONDS,
        concurrency=options.extraction.concurrency,
        hourly=options.budget,
        remaining=min(left, default=None),
    )
    return TokenCost(
        tokens=tuple(dict.fromkeys(company.token for company in companies)),
        companies=tuple(dict.fromkeys(company.company for company in companies)),
        requests=requests,
        lists=sum(len(plan.costs) for plan in plans),
        unknown=sum(plan.unknown for plan in plans),
        hourly=options.budget,
        hours=round(seconds / 3600, 4),
        errors=tuple(f"{cost.company}: {cost.error}" for cost in costs if cost.plan is None),
    )
