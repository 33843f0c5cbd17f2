"""The calls of `wethod.budget_days`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.budget_days import BudgetDay

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["BudgetDays", "BudgetDaysWithResponse"]


class BudgetDays:
    """Days planned in budgets, by task and job title or price list level (`/api/budget-days`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        budget_task_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[BudgetDay]:
        """Lists planned days, optionally of one task.

        Permissions: budget.view, budget.view_other.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/budget-days",
            BudgetDay,
            [
                arguments.integer("budget_task_id", budget_task_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="budget_days.list",
            route="/api/budget-days",
        )

    async def get(self, id: int) -> BudgetDay:
        """Reads one budget day record.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("budget_days.get", "GET", "/api/budget-days/{id}", BudgetDay, id=id)

    async def update(self, id: int, *, days: float | Omitted = OMITTED) -> BudgetDay:
        """Sets the number of days.

        Permissions: budget.edit.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "budget_days.update", "PATCH", "/api/budget-days/{id}", BudgetDay, body=[body.number("days", days)], id=id
        )


class BudgetDaysWithResponse:
    """The calls of `wethod.with_response.budget_days`: as those of `BudgetDays`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(BudgetDays.list)
    def list(self) -> None:
        """As `BudgetDays.list`."""

    @responding(BudgetDays.get)
    def get(self) -> None:
        """As `BudgetDays.get`, in a `Response`."""

    @responding(BudgetDays.update)
    def update(self) -> None:
        """As `BudgetDays.update`, in a `Response`."""
