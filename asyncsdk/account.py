"""What all requests of one token share: its budget, its pause, and the counters of what it did."""

from __future__ import annotations

import attrs

from .settings import DEFAULT_BUDGET, Settings
from .throttle import Budget, LocalBudget, Pause, Quota, Unlimited

__all__ = ["Account", "Counters", "Stats"]


@attrs.frozen
class Stats:
    """What a token's requests came to since its client was made.

    `requests` counts what reached the wire, `retries` those among them that repeated another, `waits` and `waited`
    (seconds, summed over all requests) the time spent held back, `received` and `sent` bytes of bodies, `rows` what
    walks delivered.
    """

    requests: int = 0
    retries: int = 0
    waits: int = 0
    waited: float = 0.0
    sent: int = 0
    received: int = 0
    rows: int = 0


@attrs.define
class Counters:
    """`Stats` while they are counted."""

    requests: int = 0
    retries: int = 0
    waits: int = 0
    waited: float = 0.0
    sent: int = 0
    received: int = 0
    rows: int = 0

    def snapshot(self) -> Stats:
        """The counts as they are now."""
        return Stats(**attrs.asdict(self))


@attrs.frozen(eq=False)
class Account:
    """One token's standing with the API."""

    budget: Budget
    pause: Pause
    counters: Counters = attrs.field(factory=Counters)

    @classmethod
    def of(cls, settings: Settings) -> Account:
        """The account a client with these settings starts with."""
        pause = Pause()
        return cls(_budget(settings, pause), pause)

    @property
    def stats(self) -> Stats:
        """The counts as they are now."""
        return self.counters.snapshot()

    @property
    def quota(self) -> Quota:
        """What is left of the hour's requests, as far as is known here."""
        return self.budget.quota()

    async def aclose(self) -> None:
        """Closes what the budget opened on the running loop."""
        await self.budget.aclose()


def _budget(settings: Settings, pause: Pause) -> Budget:
    budget = settings.budget
    if budget is None:
        return Unlimited()
    if isinstance(budget, int):
        return LocalBudget(budget)
    # Only here, so that a client without a shared budget does not need `redis`.
    from .shared_budget import SharedBudget

    return SharedBudget(budget, settings.budget_key or settings.token.digest(), DEFAULT_BUDGET, pause=pause)
