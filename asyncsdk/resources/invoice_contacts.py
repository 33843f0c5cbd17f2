"""The calls of `wethod.invoice_contacts`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._codec import arguments
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.invoice_contacts import InvoiceContact

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["InvoiceContacts", "InvoiceContactsWithResponse"]


class InvoiceContacts:
    """Addresses that invoices can be sent to (`/api/invoice-contacts`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[InvoiceContact]:
        """Lists invoice contacts.

        No reference page was at hand; treat as probable.

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
            "/api/invoice-contacts",
            InvoiceContact,
            [arguments.date_time("updated_at", updated_at)],
            limit=limit,
            offset=offset,
            operation="invoice_contacts.list",
            route="/api/invoice-contacts",
        )

    async def get(self, id: int) -> InvoiceContact:
        """Reads one invoice contact.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "invoice_contacts.get", "GET", "/api/invoice-contacts/{id}", InvoiceContact, id=id
        )


class InvoiceContactsWithResponse:
    """The calls of `wethod.with_response.invoice_contacts`: as those of `InvoiceContacts`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(InvoiceContacts.list)
    def list(self) -> None:
        """As `InvoiceContacts.list`."""

    @responding(InvoiceContacts.get)
    def get(self) -> None:
        """As `InvoiceContacts.get`, in a `Response`."""
