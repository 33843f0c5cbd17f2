"""The calls of `wethod.product_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.product_levels import ProductLevel

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProductLevels", "ProductLevelsWithResponse"]


class ProductLevels:
    """Days of each level that a product takes (`/api/product-levels`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        product_id: int | None = None,
        level_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProductLevel]:
        """Lists product levels.

        Permissions: product.view.

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
            "/api/product-levels",
            ProductLevel,
            [
                arguments.integer("product_id", product_id, minimum=1),
                arguments.integer("level_id", level_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="product_levels.list",
            route="/api/product-levels",
        )

    async def get(self, id: int) -> ProductLevel:
        """Reads one product level.

        Permissions: product.view.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call("product_levels.get", "GET", "/api/product-levels/{id}", ProductLevel, id=id)

    async def update(self, id: int, *, days: float | Omitted = OMITTED) -> ProductLevel:
        """Changes the days of a product level.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "product_levels.update",
            "PATCH",
            "/api/product-levels/{id}",
            ProductLevel,
            body=[body.number("days", days)],
            id=id,
        )


class ProductLevelsWithResponse:
    """The calls of `wethod.with_response.product_levels`: as those of `ProductLevels`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProductLevels.list)
    def list(self) -> None:
        """As `ProductLevels.list`."""

    @responding(ProductLevels.get)
    def get(self) -> None:
        """As `ProductLevels.get`, in a `Response`."""

    @responding(ProductLevels.update)
    def update(self) -> None:
        """As `ProductLevels.update`, in a `Response`."""
