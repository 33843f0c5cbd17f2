"""The calls of `wethod.production_plans`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing
from ..models.production_plans import ProductionPlan

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProductionPlans", "ProductionPlansWithResponse"]


class ProductionPlans:
    """Percentages of production planned by project and month (`/api/production-plans`).

    There is no `get`: the API gives these rows only in lists. Instead:

        await wethod.production_plans.list(project_id=7)
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProductionPlan]:
        """Lists production plans.

        Permissions: production_plan.view, production_plan.view_other.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/production-plans",
            ProductionPlan,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="production_plans.list",
            route="/api/production-plans",
        )


class ProductionPlansWithResponse:
    """The calls of `wethod.with_response.production_plans`: as those of `ProductionPlans`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProductionPlans.list)
    def list(self) -> None:
        """As `ProductionPlans.list`."""
