"""The calls of `wethod.custom_fields`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from .._sending.settle import SOME, settled
from ..models.custom_fields import CustomField

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["CustomFields", "CustomFieldsWithResponse", "Include", "IncludeItem", "Order", "OrderItem"]

IncludeItem: TypeAlias = Literal["options"]

Include: TypeAlias = IncludeItem | Sequence[IncludeItem]

OrderItem: TypeAlias = Literal["name", "-name", "sort", "-sort"]

Order: TypeAlias = (
    OrderItem
    | Sequence[OrderItem]
    | Literal[
        "name,sort", "name,-sort", "-name,sort", "-name,-sort", "sort,name", "sort,-name", "-sort,name", "-sort,-name"
    ]
)

CREATION: Final = Creation("custom_fields", "/api/custom-fields", CustomField, row="/api/custom-fields/{id}")


class CustomFields:
    """Custom fields the company adds to what it plans (`/api/custom-fields`).

    Needs the company feature Custom Fields.

    For example:

        fields = await wethod.custom_fields.list(domain="project_plan", include="options", order="sort")
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        domain: Literal["project_plan"] | None = None,
        include: Include | None = None,
        order: Order | None = None,
        search: str | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        archived: Literal["exclude", "include", "only"] | None = None,
        archived_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[CustomField]:
        """Lists custom fields.

        Feature: Custom Fields.

        Args:
            include: Relations to read along, one or several. Dots lead to relations of relations.
            order: A field to sort by or several, each descending after `-`: name, sort.
            search: A keyword to look up. Assumed: a part of the name, in either case.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            archived: `exclude` leaves archived rows out, `include` (default) adds them, `only` gives just them.
            archived_at: When rows were archived, likewise.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return Pager(
            self._sender,
            "/api/custom-fields",
            CustomField,
            [
                arguments.choice("domain", domain, ("project_plan",)),
                arguments.include("include", include, ("options",)),
                arguments.order("order", order, ("name", "sort")),
                arguments.text("search", search),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
                arguments.choice("archived", archived, ("exclude", "include", "only")),
                arguments.date_time("archived_at", archived_at),
            ],
            limit=limit,
            offset=offset,
            operation="custom_fields.list",
            route="/api/custom-fields",
        )

    async def get(self, id: int) -> CustomField:
        """Reads one custom field.

        Feature: Custom Fields.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return await self._sender.call("custom_fields.get", "GET", "/api/custom-fields/{id}", CustomField, id=id)

    async def create(
        self,
        *,
        name: str,
        description: str | Omitted = OMITTED,
        type: Literal["single_option"],
        domain: Literal["project_plan"],
        required: bool | Omitted = OMITTED,
        sort: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> CustomField:
        """Creates a custom field.

        Permissions: settings.company. Feature: Custom Fields.

        Args:
            name: At most 30 characters.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Custom Fields is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name, max_length=30),
            body.text("description", description),
            body.choice("type", type, ("single_option",)),
            body.choice("domain", domain, ("project_plan",)),
            body.boolean("required", required),
            body.integer("sort", sort),
        ]
        call = self._sender.call("custom_fields.create", "POST", "/api/custom-fields", CustomField, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        description: str | Omitted = OMITTED,
        required: bool | Omitted = OMITTED,
        sort: int | Omitted = OMITTED,
    ) -> CustomField:
        """Changes a custom field.

        Permissions: settings.company. Feature: Custom Fields.

        Args:
            name: At most 30 characters.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return await self._sender.call(
            "custom_fields.update",
            "PATCH",
            "/api/custom-fields/{id}",
            CustomField,
            body=[
                body.text("name", name, max_length=30),
                body.text("description", description),
                body.boolean("required", required),
                body.integer("sort", sort),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a custom field.

        Feature: Custom Fields.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return await self._sender.call("custom_fields.delete", "DELETE", "/api/custom-fields/{id}", None, id=id)

    async def archive(self, id: int, *, settle: bool = False) -> CustomField:
        """Archives a custom field.

        Assumed: a custom field that is archived already is answered 412.

        Feature: Custom Fields.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look once with a GET whether `archived_at` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or the company feature Custom Fields is
                off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call("custom_fields.archive", "POST", "/api/custom-fields/{id}:archive", CustomField, id=id)
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/custom-fields/{id}", id=id),
                CustomField,
                operation="custom_fields.get",
                route="/api/custom-fields/{id}",
                archived_at=SOME,
            )
        return await call

    async def unarchive(self, id: int, *, settle: bool = False) -> CustomField:
        """Unarchives a custom field.

        Assumed: a custom field that is not archived is answered 412.

        Feature: Custom Fields.

        No reference page was at hand; treat as probable.

        Args:
            settle: Where the answer is lost, look once with a GET whether `archived_at` shows that it was done.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The state of the row does not allow it, or the company feature Custom Fields is
                off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it.
        """
        call = self._sender.call(
            "custom_fields.unarchive", "POST", "/api/custom-fields/{id}:unarchive", CustomField, id=id
        )
        if settle:
            return await settled(
                call,
                self._sender,
                arguments.path("/api/custom-fields/{id}", id=id),
                CustomField,
                operation="custom_fields.get",
                route="/api/custom-fields/{id}",
                archived_at=None,
            )
        return await call


class CustomFieldsWithResponse:
    """The calls of `wethod.with_response.custom_fields`: as those of `CustomFields`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(CustomFields.list)
    def list(self) -> None:
        """As `CustomFields.list`."""

    @responding(CustomFields.get)
    def get(self) -> None:
        """As `CustomFields.get`, in a `Response`."""

    @responding(CustomFields.create)
    def create(self) -> None:
        """As `CustomFields.create`, in a `Response`."""

    @responding(CustomFields.update)
    def update(self) -> None:
        """As `CustomFields.update`, in a `Response`."""

    @responding(CustomFields.delete)
    def delete(self) -> None:
        """As `CustomFields.delete`, in a `Response`."""

    @responding(CustomFields.archive)
    def archive(self) -> None:
        """As `CustomFields.archive`, in a `Response`."""

    @responding(CustomFields.unarchive)
    def unarchive(self) -> None:
        """As `CustomFields.unarchive`, in a `Response`."""
