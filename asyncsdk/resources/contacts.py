"""The calls of `wethod.contacts`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.contacts import Contact

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Contacts", "ContactsWithResponse"]

CREATION: Final = Creation(
    "contacts", "/api/contacts", Contact, row="/api/contacts/{id}", filters={"client_id": "plain"}
)


class Contacts:
    """Contacts at clients (`/api/contacts`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        client_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Contact]:
        """Lists contacts, optionally of one client.

        Permissions: crm.view.

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
            "/api/contacts",
            Contact,
            [
                arguments.integer("client_id", client_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="contacts.list",
            route="/api/contacts",
        )

    async def get(self, id: int) -> Contact:
        """Reads one contact.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("contacts.get", "GET", "/api/contacts/{id}", Contact, id=id)

    async def create(
        self,
        *,
        email: str | Omitted = OMITTED,
        name: str | Omitted = OMITTED,
        surname: str | Omitted = OMITTED,
        role: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        linkedin: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        client_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> Contact:
        """Creates a contact.

        No reference page says which fields are mandatory. An InvalidDataError names what is missing.

        Permissions: crm.edit.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("email", email),
            body.text("name", name),
            body.text("surname", surname),
            body.text("role", role),
            body.text("notes", notes),
            body.text("linkedin", linkedin),
            body.text("description", description),
            body.integer("client_id", client_id, minimum=1),
        ]
        call = self._sender.call("contacts.create", "POST", "/api/contact", Contact, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        email: str | Omitted = OMITTED,
        name: str | Omitted = OMITTED,
        surname: str | Omitted = OMITTED,
        role: str | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        linkedin: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        client_id: int | Omitted = OMITTED,
    ) -> Contact:
        """Changes a contact.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "contacts.update",
            "PATCH",
            "/api/contact/{id}",
            Contact,
            body=[
                body.text("email", email),
                body.text("name", name),
                body.text("surname", surname),
                body.text("role", role),
                body.text("notes", notes),
                body.text("linkedin", linkedin),
                body.text("description", description),
                body.integer("client_id", client_id, minimum=1),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a contact.

        Assumed: answered 412 as long as other rows point to it.

        Permissions: crm.edit.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call("contacts.delete", "DELETE", "/api/contact/{id}", None, id=id)


class ContactsWithResponse:
    """The calls of `wethod.with_response.contacts`: as those of `Contacts`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Contacts.list)
    def list(self) -> None:
        """As `Contacts.list`."""

    @responding(Contacts.get)
    def get(self) -> None:
        """As `Contacts.get`, in a `Response`."""

    @responding(Contacts.create)
    def create(self) -> None:
        """As `Contacts.create`, in a `Response`."""

    @responding(Contacts.update)
    def update(self) -> None:
        """As `Contacts.update`, in a `Response`."""

    @responding(Contacts.delete)
    def delete(self) -> None:
        """As `Contacts.delete`, in a `Response`."""
