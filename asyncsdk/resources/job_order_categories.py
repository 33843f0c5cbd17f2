"""The calls of `wethod.job_order_categories`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.job_order_categories import JobOrderCategory

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["JobOrderCategories", "JobOrderCategoriesWithResponse"]


class JobOrderCategories:
    """Categories of job orders, with the rules a project of that category follows (`/api/job-order-categories`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[JobOrderCategory]:
        """Lists job order categories.

        Permissions: settings.company.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/job-order-categories",
            JobOrderCategory,
            [
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="job_order_categories.list",
            route="/api/job-order-categories",
        )

    async def get(self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None) -> JobOrderCategory:
        """Reads one job order category.

        Permissions: settings.company.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "job_order_categories.get",
            "GET",
            "/api/job-order-categories/{id}",
            JobOrderCategory,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
            id=id,
        )


class JobOrderCategoriesWithResponse:
    """The calls of `wethod.with_response.job_order_categories`: as those of `JobOrderCategories`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(JobOrderCategories.list)
    def list(self) -> None:
        """As `JobOrderCategories.list`."""

    @responding(JobOrderCategories.get)
    def get(self) -> None:
        """As `JobOrderCategories.get`, in a `Response`."""
