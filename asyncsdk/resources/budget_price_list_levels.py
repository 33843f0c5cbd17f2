"""The calls of `wethod.budget_price_list_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import arguments
from ..models.budget_price_list_levels import BudgetPriceListLevel
from ..pager import Pager

if TYPE_CHECKING:
    from ..filters import DateTimeFilter
    from ..session import Session

__all__ = ["BudgetPriceListLevels"]


class BudgetPriceListLevels:
    """Price list levels as budgets use them, with cost and price a day (`/api/budget-price-list-levels`)."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(
        self,
        *,
        budget_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[BudgetPriceListLevel]:
        """Lists price list levels used by budgets.

        Permissions: budget.view, budget.view_other.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off.
        """
        return Pager(
            self._session,
            "/api/budget-price-list-levels",
            BudgetPriceListLevel,
            [
                arguments.integer("budget_id", budget_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
        )

    async def get(self, id: int) -> BudgetPriceListLevel:
        """Reads one budget price list level.

        Permissions: budget.view, budget.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "GET", arguments.path("/api/budget-price-list-levels/{id}", id=id), BudgetPriceListLevel
        )
