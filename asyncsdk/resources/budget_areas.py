"""The calls of `wethod.budget_areas`.

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
from ..models.budget_areas import BudgetArea

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["BudgetAreas", "BudgetAreasWithResponse"]

CREATION: Final = Creation(
    "budget_areas", "/api/budget-areas", BudgetArea, row="/api/budget-areas/{id}", filters={"budget_id": "plain"}
)


class BudgetAreas:
    """Areas of budgets, the groups their tasks belong to (`/api/budget-areas`)."""

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
    ) -> Pager[BudgetArea]:
        """Lists budget areas, optionally of one budget.

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
            "/api/budget-areas",
            BudgetArea,
            [
                arguments.integer("budget_id", budget_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="budget_areas.list",
            route="/api/budget-areas",
        )

    async def get(self, id: int) -> BudgetArea:
        """Reads one budget area.

        Permissions: budget.view, budget.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("budget_areas.get", "GET", "/api/budget-areas/{id}", BudgetArea, id=id)

    async def create(
        self,
        *,
        name: str,
        budget_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> BudgetArea:
        """Adds an area to a budget.

        Assumed to be mandatory: budget_id. An InvalidDataError names what is missing.

        Permissions: budget.edit, budget.edit_other.

        Args:
            name: At most 255 characters.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name, max_length=255),
            body.integer("budget_id", budget_id, minimum=1),
        ]
        call = self._sender.call("budget_areas.create", "POST", "/api/budget-areas", BudgetArea, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        enabled: bool | Omitted = OMITTED,
        price_list_id: int | Omitted = OMITTED,
        stream_id: int | Omitted = OMITTED,
    ) -> BudgetArea:
        """Changes a budget area.

        No reference page was at hand; treat as probable.

        Args:
            enabled: Answers name it `is_enabled`.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "budget_areas.update",
            "PATCH",
            "/api/budget-areas/{id}",
            BudgetArea,
            body=[
                body.text("name", name),
                body.boolean("enabled", enabled),
                body.integer("price_list_id", price_list_id, minimum=1),
                body.integer("stream_id", stream_id, minimum=1),
            ],
            id=id,
        )


class BudgetAreasWithResponse:
    """The calls of `wethod.with_response.budget_areas`: as those of `BudgetAreas`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(BudgetAreas.list)
    def list(self) -> None:
        """As `BudgetAreas.list`."""

    @responding(BudgetAreas.get)
    def get(self) -> None:
        """As `BudgetAreas.get`, in a `Response`."""

    @responding(BudgetAreas.create)
    def create(self) -> None:
        """As `BudgetAreas.create`, in a `Response`."""

    @responding(BudgetAreas.update)
    def update(self) -> None:
        """As `BudgetAreas.update`, in a `Response`."""
