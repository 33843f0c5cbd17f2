"""The calls of `wethod.budget_price_list_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.budget_price_list_levels import BudgetPriceListLevel

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["BudgetPriceListLevels", "BudgetPriceListLevelsWithResponse"]


class BudgetPriceListLevels:
    """Price list levels as budgets use them, with cost and price a day (`/api/budget-price-list-levels`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

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
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/budget-price-list-levels",
            BudgetPriceListLevel,
            [
                arguments.integer("budget_id", budget_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="budget_price_list_levels.list",
            route="/api/budget-price-list-levels",
        )

    async def get(self, id: int) -> BudgetPriceListLevel:
        """Reads one budget price list level.

        Permissions: budget.view, budget.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "budget_price_list_levels.get", "GET", "/api/budget-price-list-levels/{id}", BudgetPriceListLevel, id=id
        )


class BudgetPriceListLevelsWithResponse:
    """The calls of `wethod.with_response.budget_price_list_levels`: as those of `BudgetPriceListLevels`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(BudgetPriceListLevels.list)
    def list(self) -> None:
        """As `BudgetPriceListLevels.list`."""

    @responding(BudgetPriceListLevels.get)
    def get(self) -> None:
        """As `BudgetPriceListLevels.get`, in a `Response`."""
