"""The calls of `wethod.product_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import arguments, body
from ..models.product_levels import ProductLevel
from ..omitted import OMITTED, Omitted
from ..pager import Pager

if TYPE_CHECKING:
    from ..filters import DateTimeFilter
    from ..session import Session

__all__ = ["ProductLevels"]


class ProductLevels:
    """Days of each level that a product takes (`/api/product-levels`)."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

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
            ValidationError, AuthenticationError, PermissionDenied, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off.
        """
        return Pager(
            self._session,
            "/api/product-levels",
            ProductLevel,
            [
                arguments.integer("product_id", product_id, minimum=1),
                arguments.integer("level_id", level_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
        )

    async def get(self, id: int) -> ProductLevel:
        """Reads one product level.

        Permissions: product.view.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off.
        """
        return await self._session.call("GET", arguments.path("/api/product-levels/{id}", id=id), ProductLevel)

    async def update(self, id: int, *, days: float | Omitted = OMITTED) -> ProductLevel:
        """Changes the days of a product level.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            ValidationError, AuthenticationError, PermissionDenied, NotFound, RateLimited: As the API answers.
            PreconditionFailed: A company feature it needs is off (assumed).
        """
        return await self._session.call(
            "PATCH", arguments.path("/api/product-levels/{id}", id=id), ProductLevel, body=[body.number("days", days)]
        )
