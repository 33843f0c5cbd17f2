"""The calls of `wethod.price_lists`.

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
from ..models.price_lists import PriceList

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["PriceLists", "PriceListsWithResponse"]

CREATION: Final = Creation(
    "price_lists",
    "/api/price-lists",
    PriceList,
    row="/api/price-lists/{id}",
    spelled={"sync_with_company_default": ("uses_default_price_list_costs", "")},
)


class PriceLists:
    """Price lists of the company and of clients (`/api/price-lists`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[PriceList]:
        """Lists price lists.

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
            "/api/price-lists",
            PriceList,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="price_lists.list",
            route="/api/price-lists",
        )

    async def get(self, id: int) -> PriceList:
        """Reads one price list.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("price_lists.get", "GET", "/api/price-lists/{id}", PriceList, id=id)

    async def create(
        self,
        *,
        client_id: int | Omitted = OMITTED,
        name: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        available_from: dt.date | str | Omitted = OMITTED,
        available_to: dt.date | str | Omitted = OMITTED,
        is_default_for_client: bool | Omitted = OMITTED,
        sync_with_company_default: bool | Omitted = OMITTED,
        settle: bool = False,
    ) -> PriceList:
        """Creates a price list.

        No reference page says which fields are mandatory. Assumed to be mandatory: name. An InvalidDataError names
        what is missing.

        Permissions: pricelist.edit.

        Args:
            name: At most 255 characters.
            description: At most 50 characters.
            available_to: Assumed: answered 400 where it is before available_from.
            sync_with_company_default: Answers name it `uses_default_price_list_costs`. Assumed: it comes back as
                uses_default_price_list_costs: the descriptions say the same of both.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("client_id", client_id, minimum=1),
            body.text("name", name, max_length=255),
            body.text("description", description, max_length=50),
            body.date("available_from", available_from),
            body.date("available_to", available_to),
            body.boolean("is_default_for_client", is_default_for_client),
            body.boolean("sync_with_company_default", sync_with_company_default),
        ]
        call = self._sender.call("price_lists.create", "POST", "/api/price-lists", PriceList, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        client_id: int | Omitted = OMITTED,
        name: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        available_from: dt.date | str | Omitted = OMITTED,
        available_to: dt.date | str | Omitted = OMITTED,
        is_default_for_client: bool | Omitted = OMITTED,
        sync_with_company_default: bool | Omitted = OMITTED,
    ) -> PriceList:
        """Changes fields of a price list.

        Permissions: pricelist.edit.

        Args:
            name: At most 255 characters.
            description: At most 50 characters.
            available_to: Assumed: answered 400 where it is before available_from.
            sync_with_company_default: Answers name it `uses_default_price_list_costs`. Assumed: it comes back as
                uses_default_price_list_costs: the descriptions say the same of both.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "price_lists.update",
            "PATCH",
            "/api/price-lists/{id}",
            PriceList,
            body=[
                body.integer("client_id", client_id, minimum=1),
                body.text("name", name, max_length=255),
                body.text("description", description, max_length=50),
                body.date("available_from", available_from),
                body.date("available_to", available_to),
                body.boolean("is_default_for_client", is_default_for_client),
                body.boolean("sync_with_company_default", sync_with_company_default),
            ],
            id=id,
        )


class PriceListsWithResponse:
    """The calls of `wethod.with_response.price_lists`: as those of `PriceLists`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(PriceLists.list)
    def list(self) -> None:
        """As `PriceLists.list`."""

    @responding(PriceLists.get)
    def get(self) -> None:
        """As `PriceLists.get`, in a `Response`."""

    @responding(PriceLists.create)
    def create(self) -> None:
        """As `PriceLists.create`, in a `Response`."""

    @responding(PriceLists.update)
    def update(self) -> None:
        """As `PriceLists.update`, in a `Response`."""
