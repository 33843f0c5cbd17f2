"""The calls of `wethod.price_list_levels`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.price_list_levels import PriceListLevel

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["PriceListLevels", "PriceListLevelsWithResponse"]


class PriceListLevels:
    """Prices and costs of the levels of price lists (`/api/price-list-levels`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        price_list_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[PriceListLevel]:
        """Lists price list levels.

        Permissions: pricelist.view.

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
            "/api/price-list-levels",
            PriceListLevel,
            [
                arguments.integer("price_list_id", price_list_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="price_list_levels.list",
            route="/api/price-list-levels",
        )

    async def get(self, id: int) -> PriceListLevel:
        """Reads one price list level.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "price_list_levels.get", "GET", "/api/price-list-levels/{id}", PriceListLevel, id=id
        )

    async def update(
        self,
        id: int,
        *,
        price: int | Omitted = OMITTED,
        cost: int | Omitted = OMITTED,
    ) -> PriceListLevel:
        """Changes price or cost of a price list level.

        Permissions: pricelist.edit.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "price_list_levels.update",
            "PATCH",
            "/api/price-list-levels/{id}",
            PriceListLevel,
            body=[
                body.integer("price", price),
                body.integer("cost", cost),
            ],
            id=id,
        )


class PriceListLevelsWithResponse:
    """The calls of `wethod.with_response.price_list_levels`: as those of `PriceListLevels`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(PriceListLevels.list)
    def list(self) -> None:
        """As `PriceListLevels.list`."""

    @responding(PriceListLevels.get)
    def get(self) -> None:
        """As `PriceListLevels.get`, in a `Response`."""

    @responding(PriceListLevels.update)
    def update(self) -> None:
        """As `PriceListLevels.update`, in a `Response`."""
