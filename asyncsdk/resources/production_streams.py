"""The calls of `wethod.production_streams`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.production_streams import ProductionStream

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProductionStreams", "ProductionStreamsWithResponse"]


class ProductionStreams:
    """Production by project, stream and week (`/api/production-streams`).

    For example:

        rows = await wethod.production_streams.list(project_id=7, deleted="include")
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        production_id: int | None = None,
        stream_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProductionStream]:
        """Lists production streams.

        No reference page was at hand; treat as probable.

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
            "/api/production-streams",
            ProductionStream,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("production_id", production_id),
                arguments.integer("stream_id", stream_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="production_streams.list",
            route="/api/production-streams",
        )

    async def get(self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None) -> ProductionStream:
        """Reads one production stream.

        Permissions: pipeline.view, pipeline.view_other. Feature: Streams.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Streams is off.
        """
        return await self._sender.call(
            "production_streams.get",
            "GET",
            "/api/production-streams/{id}",
            ProductionStream,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
            id=id,
        )


class ProductionStreamsWithResponse:
    """The calls of `wethod.with_response.production_streams`: as those of `ProductionStreams`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProductionStreams.list)
    def list(self) -> None:
        """As `ProductionStreams.list`."""

    @responding(ProductionStreams.get)
    def get(self) -> None:
        """As `ProductionStreams.get`, in a `Response`."""
