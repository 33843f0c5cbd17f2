"""The calls of `wethod.budgets`.

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
from .._sending.settle import settled
from ..models.budgets import Budget

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Budgets", "BudgetsWithResponse"]

CREATION: Final = Creation(
    "budgets",
    "/api/budgets",
    Budget,
    row="/api/budgets/{id}",
    filters={"project_id": "plain"},
    spelled={"template_id": (None, "")},
)


class Budgets:
    """Budgets of projects: every version, and the way from draft to approval (`/api/budgets`).

    For example:

        await wethod.budgets.submit(5, approver_id=3, message="Ready")
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Budget]:
        """Lists budget versions, optionally of one project.

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
            "/api/budgets",
            Budget,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="budgets.list",
            route="/api/budgets",
        )

    async def get(self, id: int) -> Budget:
        """Reads one budget.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("budgets.get", "GET", "/api/budgets/{id}", Budget, id=id)

    async def create(
        self,
        *,
        project_id: int | Omitted = OMITTED,
        price_list_id: int | Omitted = OMITTED,
        stream_id: int | Omitted = OMITTED,
        template_id: int | Omitted = OMITTED,
        final_net_price: float | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> Budget:
        """Creates a budget for a project.

        No reference page says which fields are mandatory. Assumed to be mandatory: project_id. An InvalidDataError
        names what is missing.

        Permissions: budget.create.

        Args:
            price_list_id: Assumed: the first there is where it is left out.
            template_id: Budget template to start from. Not shown in answers.
            final_net_price: When absent, derived from the project estimate.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("project_id", project_id, minimum=1),
            body.integer("price_list_id", price_list_id, minimum=1),
            body.integer("stream_id", stream_id, minimum=1),
            body.integer("template_id", template_id),
            body.number("final_net_price", final_net_price),
            body.text("notes", notes),
        ]
        call = self._sender.call("budgets.create", "POST", "/api/budgets", Budget, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        price_list_id: int | Omitted = OMITTED,
        stream_id: int | Omitted = OMITTED,
        final_net_price: float | Omitted = OMITTED,
        final_net_price_currency: float | Omitted = OMITTED,
        currency_enabled: bool | Omitted = OMITTED,
        currency: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
    ) -> Budget:
        """Changes settings of a budget.

        Permissions: budget.edit, budget.edit_other.

        Args:
            final_net_price: In the master currency.
            final_net_price_currency: In the budget's currency.
            currency_enabled: Switches several currencies on. Answers name it `is_currency_enabled`.
            currency: Currency code.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "budgets.update",
            "PATCH",
            "/api/budgets/{id}",
            Budget,
            body=[
                body.integer("price_list_id", price_list_id, minimum=1),
                body.integer("stream_id", stream_id, minimum=1),
                body.number("final_net_price", final_net_price),
                body.number("final_net_price_currency", final_net_price_currency),
                body.boolean("currency_enabled", currency_enabled),
                body.text("currency", currency),
                body.text("notes", notes),
            ],
            id=id,
        )

    async def approve(
        self,
        id: int,
        *,
        message: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> Budget:
        """Approves a submitted budget.

        Assumed: only a submitted budget can be approved; any other is answered 412.

        Permissions: budget.approve, budget.approve_other.

        Args:
            message: Text for the project manager. Not shown in answers.
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call(
            "budgets.approve", "POST", "/api/budgets/{id}:approve", Budget, body=[body.text("message", message)], id=id
        )
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/budgets/{id}", id=id),
                Budget,
                operation="budgets.get",
                route="/api/budgets/{id}",
                status="APPROVED",
            )
        return await call

    async def draft(self, id: int, *, settle: bool = False) -> Budget:
        """Puts a budget back to draft.

        Assumed: a budget that is in draft already is answered 412.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("budgets.draft", "POST", "/api/budgets/{id}:draft", Budget, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/budgets/{id}", id=id),
                Budget,
                operation="budgets.get",
                route="/api/budgets/{id}",
                status="DRAFT",
            )
        return await call

    async def recall(self, id: int, *, settle: bool = False) -> Budget:
        """Takes back a budget submitted for approval.

        Assumed: only a submitted budget can be recalled, and is in draft then; any other is answered 412.

        Permissions: budget.edit, budget.edit_other.

        Args:
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("budgets.recall", "POST", "/api/budgets/{id}:recall", Budget, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/budgets/{id}", id=id),
                Budget,
                operation="budgets.get",
                route="/api/budgets/{id}",
                status="DRAFT",
            )
        return await call

    async def reject(
        self,
        id: int,
        *,
        message: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> Budget:
        """Rejects a submitted budget.

        Assumed: only a submitted budget can be rejected, and is in draft then; any other is answered 412.

        No reference page was at hand; treat as probable.

        Args:
            message: Not shown in answers.
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call(
            "budgets.reject", "POST", "/api/budgets/{id}:reject", Budget, body=[body.text("message", message)], id=id
        )
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/budgets/{id}", id=id),
                Budget,
                operation="budgets.get",
                route="/api/budgets/{id}",
                status="DRAFT",
            )
        return await call

    async def set_baseline(self, id: int, *, settle: bool = False) -> Budget:
        """Makes this budget version the baseline.

        Assumed: only an approved budget that is not the baseline yet can become it; any other is answered 412.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look once with a GET whether `is_baseline` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("budgets.set_baseline", "POST", "/api/budgets/{id}:set-baseline", Budget, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/budgets/{id}", id=id),
                Budget,
                operation="budgets.get",
                route="/api/budgets/{id}",
                is_baseline=True,
            )
        return await call

    async def submit(
        self,
        id: int,
        *,
        approver_id: int | Omitted = OMITTED,
        message: str | Omitted = OMITTED,
        settle: bool = False,
    ) -> Budget:
        """Submits a budget for approval.

        Assumed: only a budget in draft can be submitted; any other is answered 412.

        Permissions: budget.edit, budget.edit_other.

        Args:
            approver_id: Employee id. Not shown in answers.
            message: Text for the approver. Not shown in answers.
            settle: Where the answer is lost, look once with a GET whether `status` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or a company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call(
            "budgets.submit",
            "POST",
            "/api/budgets/{id}:submit",
            Budget,
            body=[
                body.integer("approver_id", approver_id, minimum=1),
                body.text("message", message),
            ],
            id=id,
        )
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/budgets/{id}", id=id),
                Budget,
                operation="budgets.get",
                route="/api/budgets/{id}",
                status="SUBMITTED",
            )
        return await call


class BudgetsWithResponse:
    """The calls of `wethod.with_response.budgets`: as those of `Budgets`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Budgets.list)
    def list(self) -> None:
        """As `Budgets.list`."""

    @responding(Budgets.get)
    def get(self) -> None:
        """As `Budgets.get`, in a `Response`."""

    @responding(Budgets.create)
    def create(self) -> None:
        """As `Budgets.create`, in a `Response`."""

    @responding(Budgets.update)
    def update(self) -> None:
        """As `Budgets.update`, in a `Response`."""

    @responding(Budgets.approve)
    def approve(self) -> None:
        """As `Budgets.approve`, in a `Response`."""

    @responding(Budgets.draft)
    def draft(self) -> None:
        """As `Budgets.draft`, in a `Response`."""

    @responding(Budgets.recall)
    def recall(self) -> None:
        """As `Budgets.recall`, in a `Response`."""

    @responding(Budgets.reject)
    def reject(self) -> None:
        """As `Budgets.reject`, in a `Response`."""

    @responding(Budgets.set_baseline)
    def set_baseline(self) -> None:
        """As `Budgets.set_baseline`, in a `Response`."""

    @responding(Budgets.submit)
    def submit(self) -> None:
        """As `Budgets.submit`, in a `Response`."""
