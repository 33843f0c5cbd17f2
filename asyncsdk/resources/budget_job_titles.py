"""The calls of `wethod.budget_job_titles`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.budget_job_titles import BudgetJobTitle

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["BudgetJobTitles", "BudgetJobTitlesWithResponse"]


class BudgetJobTitles:
    """Job titles as budgets use them (`/api/budget-job-titles`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        budget_id: int | None = None,
        job_title_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[BudgetJobTitle]:
        """Lists job titles used by budgets.

        No reference page was at hand; treat as probable.

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
            "/api/budget-job-titles",
            BudgetJobTitle,
            [
                arguments.integer("budget_id", budget_id, minimum=1),
                arguments.integer("job_title_id", job_title_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="budget_job_titles.list",
            route="/api/budget-job-titles",
        )

    async def get(self, id: int) -> BudgetJobTitle:
        """Reads one budget job title.

        Permissions: budget.view, budget.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "budget_job_titles.get", "GET", "/api/budget-job-titles/{id}", BudgetJobTitle, id=id
        )


class BudgetJobTitlesWithResponse:
    """The calls of `wethod.with_response.budget_job_titles`: as those of `BudgetJobTitles`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(BudgetJobTitles.list)
    def list(self) -> None:
        """As `BudgetJobTitles.list`."""

    @responding(BudgetJobTitles.get)
    def get(self) -> None:
        """As `BudgetJobTitles.get`, in a `Response`."""
