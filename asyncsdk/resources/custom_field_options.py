"""The calls of `wethod.custom_field_options`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.custom_field_options import CustomFieldOption

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Color", "CustomFieldOptions", "CustomFieldOptionsWithResponse", "Order", "OrderItem"]

OrderItem: TypeAlias = Literal["name", "-name", "sort", "-sort"]

Order: TypeAlias = (
    OrderItem
    | Sequence[OrderItem]
    | Literal[
        "name,sort", "name,-sort", "-name,sort", "-name,-sort", "sort,name", "sort,-name", "-sort,name", "-sort,-name"
    ]
)

Color: TypeAlias = Literal[
    "#114B5F",
    "#176499",
    "#2E91AC",
    "#71D6CB",
    "#28B869",
    "#8ED6AF",
    "#85D280",
    "#A6C59F",
    "#8A716A",
    "#EBD2AC",
    "#FFE856",
    "#FAC03D",
    "#D43A59",
    "#E48270",
    "#E497A7",
    "#B75D85",
    "#9378BC",
    "#FFC6D9",
    "#E5E5E5",
    "#BEBEBE",
    "#595959",
    "#1A1A1A",
]

CREATION: Final = Creation(
    "custom_field_options",
    "/api/custom-field-options",
    CustomFieldOption,
    row="/api/custom-field-options/{id}",
    filters={"custom_field_id": "plain"},
)


class CustomFieldOptions:
    """Options of custom fields (`/api/custom-field-options`).

    Needs the company feature Custom Fields.
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        custom_field_id: int | None = None,
        order: Order | None = None,
        search: str | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[CustomFieldOption]:
        """Lists custom field options.

        Feature: Custom Fields.

        Args:
            order: A field to sort by or several, each descending after `-`: name, sort.
            search: A keyword to look up. Assumed: a part of the name, in either case.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return Pager(
            self._sender,
            "/api/custom-field-options",
            CustomFieldOption,
            [
                arguments.integer("custom_field_id", custom_field_id, minimum=1),
                arguments.order("order", order, ("name", "sort")),
                arguments.text("search", search),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="custom_field_options.list",
            route="/api/custom-field-options",
        )

    async def get(self, id: int) -> CustomFieldOption:
        """Reads one custom field option.

        Feature: Custom Fields.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return await self._sender.call(
            "custom_field_options.get", "GET", "/api/custom-field-options/{id}", CustomFieldOption, id=id
        )

    async def create(
        self,
        *,
        name: str,
        custom_field_id: int,
        color: Color | Omitted = OMITTED,
        sort: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> CustomFieldOption:
        """Creates a custom field option.

        Permissions: settings.company. Feature: Custom Fields.

        Args:
            name: At most 255 characters.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Custom Fields is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name, max_length=255),
            body.integer("custom_field_id", custom_field_id, minimum=1),
            body.choice("color", color, get_args(Color)),
            body.integer("sort", sort),
        ]
        call = self._sender.call(
            "custom_field_options.create", "POST", "/api/custom-field-options", CustomFieldOption, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        color: Color | Omitted = OMITTED,
        sort: int | Omitted = OMITTED,
    ) -> CustomFieldOption:
        """Changes a custom field option.

        Permissions: settings.company. Feature: Custom Fields.

        Args:
            name: At most 255 characters.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return await self._sender.call(
            "custom_field_options.update",
            "PATCH",
            "/api/custom-field-options/{id}",
            CustomFieldOption,
            body=[
                body.text("name", name, max_length=255),
                body.choice("color", color, get_args(Color)),
                body.integer("sort", sort),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a custom field option.

        Feature: Custom Fields.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Custom Fields is off.
        """
        return await self._sender.call(
            "custom_field_options.delete", "DELETE", "/api/custom-field-options/{id}", None, id=id
        )


class CustomFieldOptionsWithResponse:
    """The calls of `wethod.with_response.custom_field_options`: as those of `CustomFieldOptions`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(CustomFieldOptions.list)
    def list(self) -> None:
        """As `CustomFieldOptions.list`."""

    @responding(CustomFieldOptions.get)
    def get(self) -> None:
        """As `CustomFieldOptions.get`, in a `Response`."""

    @responding(CustomFieldOptions.create)
    def create(self) -> None:
        """As `CustomFieldOptions.create`, in a `Response`."""

    @responding(CustomFieldOptions.update)
    def update(self) -> None:
        """As `CustomFieldOptions.update`, in a `Response`."""

    @responding(CustomFieldOptions.delete)
    def delete(self) -> None:
        """As `CustomFieldOptions.delete`, in a `Response`."""
