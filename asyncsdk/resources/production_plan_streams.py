"""The calls of `wethod.production_plan_streams`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.production_plan_streams import ProductionPlanStream

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProductionPlanStreams", "ProductionPlanStreamsWithResponse"]


class ProductionPlanStreams:
    """Percentages of production planned by project, stream and month (`/api/production-plan-streams`).

    For example:

        async for row in wethod.production_plan_streams.list(project_id=7, updated_at=F.gte(since)):
            print(row.date, row.value)
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        stream_id: int | None = None,
        production_plan_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProductionPlanStream]:
        """Lists production plan streams.

        Permissions: production_plan.view, production_plan.view_other. Feature: Streams.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Streams is off.
        """
        return Pager(
            self._sender,
            "/api/production-plan-streams",
            ProductionPlanStream,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("stream_id", stream_id, minimum=1),
                arguments.integer("production_plan_id", production_plan_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="production_plan_streams.list",
            route="/api/production-plan-streams",
        )

    async def get(
        self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None
    ) -> ProductionPlanStream:
        """Reads one production plan stream.

        No reference page was at hand; treat as probable.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "production_plan_streams.get",
            "GET",
            "/api/production-plan-streams/{id}",
            ProductionPlanStream,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
            id=id,
        )


class ProductionPlanStreamsWithResponse:
    """The calls of `wethod.with_response.production_plan_streams`: as those of `ProductionPlanStreams`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProductionPlanStreams.list)
    def list(self) -> None:
        """As `ProductionPlanStreams.list`."""

    @responding(ProductionPlanStreams.get)
    def get(self) -> None:
        """As `ProductionPlanStreams.get`, in a `Response`."""
