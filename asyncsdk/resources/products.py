"""The calls of `wethod.products`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.products import Product

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateFilter, DateTimeFilter

__all__ = ["Products", "ProductsWithResponse"]

CREATION: Final = Creation(
    "products",
    "/api/products",
    Product,
    row="/api/products/{id}",
    filters={"available_from": "date", "available_to": "date"},
)


class Products:
    """Products that budgets can contain (`/api/products`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        available_from: DateFilter | None = None,
        available_to: DateFilter | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Product]:
        """Lists products.

        Permissions: product.view.

        Args:
            available_from: A date or a filter such as `F.between(first, last)`.
            available_to: A date or a filter such as `F.between(first, last)`.
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
            "/api/products",
            Product,
            [
                arguments.date("available_from", available_from),
                arguments.date("available_to", available_to),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="products.list",
            route="/api/products",
        )

    async def get(self, id: int) -> Product:
        """Reads one product.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("products.get", "GET", "/api/products/{id}", Product, id=id)

    async def create(
        self,
        *,
        name: str,
        description: str | Omitted = OMITTED,
        available_from: dt.date | str | Omitted = OMITTED,
        available_to: dt.date | str | Omitted = OMITTED,
        external_cost: float | Omitted = OMITTED,
        markup: int | Omitted = OMITTED,
        price: float | Omitted = OMITTED,
        settle: bool = False,
    ) -> Product:
        """Creates a product.

        Permissions: product.edit.

        Args:
            name: At most 50 characters.
            description: At most 50 characters.
            available_to: Assumed: answered 400 where it is before available_from.
            markup: In percent.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name, max_length=50),
            body.text("description", description, max_length=50),
            body.date("available_from", available_from),
            body.date("available_to", available_to),
            body.number("external_cost", external_cost),
            body.integer("markup", markup),
            body.number("price", price),
        ]
        call = self._sender.call("products.create", "POST", "/api/products", Product, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        available_from: dt.date | str | Omitted = OMITTED,
        available_to: dt.date | str | Omitted = OMITTED,
    ) -> Product:
        """Changes the availability dates of a product.

        No reference page was at hand; treat as probable.

        Args:
            available_to: Assumed: answered 400 where it is before available_from.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "products.update",
            "PATCH",
            "/api/products/{id}",
            Product,
            body=[
                body.date("available_from", available_from),
                body.date("available_to", available_to),
            ],
            id=id,
        )


class ProductsWithResponse:
    """The calls of `wethod.with_response.products`: as those of `Products`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Products.list)
    def list(self) -> None:
        """As `Products.list`."""

    @responding(Products.get)
    def get(self) -> None:
        """As `Products.get`, in a `Response`."""

    @responding(Products.create)
    def create(self) -> None:
        """As `Products.create`, in a `Response`."""

    @responding(Products.update)
    def update(self) -> None:
        """As `Products.update`, in a `Response`."""
