"""The calls of `wethod.budget_tasks`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.budget_tasks import BudgetTask

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["BudgetTasks", "BudgetTasksWithResponse"]

CREATION: Final = Creation(
    "budget_tasks", "/api/budget-tasks", BudgetTask, row="/api/budget-tasks/{id}", filters={"budget_area_id": "plain"}
)


class BudgetTasks:
    """Tasks of budgets, with cost, price and days (`/api/budget-tasks`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        budget_area_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[BudgetTask]:
        """Lists tasks, optionally of one budget area.

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
            "/api/budget-tasks",
            BudgetTask,
            [
                arguments.integer("budget_area_id", budget_area_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="budget_tasks.list",
            route="/api/budget-tasks",
        )

    async def get(self, id: int) -> BudgetTask:
        """Reads one budget task.

        Permissions: budget.view, budget.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("budget_tasks.get", "GET", "/api/budget-tasks/{id}", BudgetTask, id=id)

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        external_cost: float | Omitted = OMITTED,
        markup: int | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        quantity: int | Omitted = OMITTED,
        budget_area_id: int | Omitted = OMITTED,
        currency: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> BudgetTask:
        """Adds a task to a budget area.

        No reference page says which fields are mandatory. Assumed to be mandatory: name, budget_area_id. An
        InvalidDataError names what is missing.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name),
            body.number("external_cost", external_cost),
            body.integer("markup", markup),
            body.text("notes", notes),
            body.integer("quantity", quantity),
            body.integer("budget_area_id", budget_area_id, minimum=1),
            body.text("currency", currency),
        ]
        call = self._sender.call("budget_tasks.create", "POST", "/api/budget-tasks", BudgetTask, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        external_cost: float | Omitted = OMITTED,
        markup: int | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        quantity: int | Omitted = OMITTED,
        total_price: float | Omitted = OMITTED,
        currency: str | Omitted = OMITTED,
    ) -> BudgetTask:
        """Changes a budget task.

        Permissions: budget.edit, budget.edit_other.

        Args:
            name: At most 255 characters.
            markup: Applied to external_cost.
            notes: At most 255 characters.
            quantity: Only used by CONTINGENCY, DISCOUNT, CREATIVITY, PRODUCT tasks.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "budget_tasks.update",
            "PATCH",
            "/api/budget-tasks/{id}",
            BudgetTask,
            body=[
                body.text("name", name, max_length=255),
                body.number("external_cost", external_cost),
                body.integer("markup", markup),
                body.text("notes", notes, max_length=255),
                body.integer("quantity", quantity),
                body.number("total_price", total_price),
                body.text("currency", currency),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a budget task.

        Assumed: answered 412 as long as other rows point to it.

        Permissions: budget.edit, budget.edit_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call("budget_tasks.delete", "DELETE", "/api/budget-tasks/{id}", None, id=id)


class BudgetTasksWithResponse:
    """The calls of `wethod.with_response.budget_tasks`: as those of `BudgetTasks`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(BudgetTasks.list)
    def list(self) -> None:
        """As `BudgetTasks.list`."""

    @responding(BudgetTasks.get)
    def get(self) -> None:
        """As `BudgetTasks.get`, in a `Response`."""

    @responding(BudgetTasks.create)
    def create(self) -> None:
        """As `BudgetTasks.create`, in a `Response`."""

    @responding(BudgetTasks.update)
    def update(self) -> None:
        """As `BudgetTasks.update`, in a `Response`."""

    @responding(BudgetTasks.delete)
    def delete(self) -> None:
        """As `BudgetTasks.delete`, in a `Response`."""
