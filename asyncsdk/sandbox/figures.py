"""Money and days that add up: of tasks to their area, of areas to their budget, of a budget to its project's value."""

from __future__ import annotations

import functools
from itertools import accumulate

import attrs

from asyncsdk.sandbox.timeline import share

_DAY = 450  # what a day of work costs


@attrs.frozen
class Figures:
    """What a task, an area or a budget costs and brings, in the company's currency, and the days in it."""

    external: int
    cost: int
    price: int
    days: float

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.external + other.external,
            self.cost + other.cost,
            self.price + other.price,
            round(self.days + other.days, 1),
        )


@attrs.frozen
class Sums:
    """All figures of one size and seed, each drawn from the ids it belongs to."""

    seed: int
    planned: int
    budgets: int

    def noise(self, what: str, id: int) -> float:
        """Returns a number from 0 to 1 that is always the same for the same thing."""
        mixed = (id * 1_000_003 + self.seed * 7919 + sum(map(ord, what)) * 104_729) * 2_654_435_761
        return (mixed >> 11 & 1_048_575) / 1_048_576

    def project_price(self, project: int) -> int:
        """Returns what a project is sold for: the net price of its last budget."""
        return 4_000 + int(self.noise("project", project) ** 2 * 2_400) * 50

    def budget_price(self, budget: int) -> int:
        """Returns the price of a budget; a version that another one followed was lower."""
        project, version, versions = share(budget, self.budgets, self.planned)
        price = self.project_price(project)
        return price if version == versions - 1 else price * 9 // 500 * 50

    def task(self, id: int) -> Figures:
        """Returns the figures of a budget task; six tasks make a budget."""
        return _tasks(self, (id + 5) // 6)[(id - 1) % 6]

    def area(self, id: int) -> Figures:
        """Returns the figures of a budget area: those of its two tasks."""
        return self.task(id * 2 - 1) + self.task(id * 2)

    def budget(self, id: int) -> Figures:
        """Returns the figures of a budget: those of its three areas."""
        return self.area(id * 3 - 2) + self.area(id * 3 - 1) + self.area(id * 3)


@functools.lru_cache(maxsize=64)
def _tasks(ledger: Sums, budget: int) -> tuple[Figures, ...]:
    price, ids = ledger.budget_price(budget), range(budget * 6 - 5, budget * 6 + 1)
    weights = [0.5 + ledger.noise("task", id) for id in ids]
    # Where each task ends in the whole: rounded once, so that the six parts are the whole again.
    ends = [round(price * end / sum(weights) / 10) * 10 for end in accumulate(weights, initial=0.0)]
    ends[-1] = price
    return tuple(_figures(ledger, id, high - low) for id, low, high in zip(ids, ends[:-1], ends[1:], strict=True))


def _figures(ledger: Sums, id: int, price: int) -> Figures:
    external = int(price * ledger.noise("external", id) * 0.2) // 10 * 10 if id % 3 == 0 else 0
    days = max(round(price * 0.6 / _DAY * 2) / 2, 0.5)
    return Figures(external, int(days * _DAY) + external, price, days)
