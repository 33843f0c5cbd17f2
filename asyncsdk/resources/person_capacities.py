"""The calls of `wethod.person_capacities`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.person_capacities import PersonCapacity

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Order", "OrderItem", "PersonCapacities", "PersonCapacitiesWithResponse"]

OrderItem: TypeAlias = Literal["starts_at", "-starts_at"]

Order: TypeAlias = OrderItem | Sequence[OrderItem]

CREATION: Final = Creation(
    "person_capacities",
    "/api/person-capacities",
    PersonCapacity,
    row="/api/person-capacities/{id}",
    filters={"person_id": "plain", "capacity_id": "plain"},
)


class PersonCapacities:
    """Which capacity a person has since when (`/api/person-capacities`).

    Needs the company feature Capacity Versioning.
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        person_id: int | None = None,
        capacity_id: int | None = None,
        order: Order | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[PersonCapacity]:
        """Lists person capacities.

        Feature: Capacity Versioning.

        Args:
            order: A field to sort by or several, each descending after `-`: starts_at.
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Capacity Versioning is off.
        """
        return Pager(
            self._sender,
            "/api/person-capacities",
            PersonCapacity,
            [
                arguments.integer("person_id", person_id, minimum=1),
                arguments.integer("capacity_id", capacity_id, minimum=1),
                arguments.order("order", order, ("starts_at",)),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="person_capacities.list",
            route="/api/person-capacities",
        )

    async def get(self, id: int) -> PersonCapacity:
        """Reads one person capacity.

        Feature: Capacity Versioning.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Capacity Versioning is off.
        """
        return await self._sender.call(
            "person_capacities.get", "GET", "/api/person-capacities/{id}", PersonCapacity, id=id
        )

    async def create(
        self,
        *,
        person_id: int,
        capacity_id: int,
        starts_at: dt.date | str,
        settle: bool = False,
    ) -> PersonCapacity:
        """Creates a person capacity.

        Permissions: settings.team. Feature: Capacity Versioning.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: The company feature Capacity Versioning is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("person_id", person_id, minimum=1),
            body.integer("capacity_id", capacity_id, minimum=1),
            body.date("starts_at", starts_at),
        ]
        call = self._sender.call(
            "person_capacities.create", "POST", "/api/person-capacities", PersonCapacity, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        capacity_id: int | Omitted = OMITTED,
        starts_at: dt.date | str | Omitted = OMITTED,
    ) -> PersonCapacity:
        """Changes a person capacity.

        Feature: Capacity Versioning.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Capacity Versioning is off.
        """
        return await self._sender.call(
            "person_capacities.update",
            "PATCH",
            "/api/person-capacities/{id}",
            PersonCapacity,
            body=[
                body.integer("capacity_id", capacity_id, minimum=1),
                body.date("starts_at", starts_at),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a person capacity.

        Feature: Capacity Versioning.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: The company feature Capacity Versioning is off.
        """
        return await self._sender.call("person_capacities.delete", "DELETE", "/api/person-capacities/{id}", None, id=id)


class PersonCapacitiesWithResponse:
    """The calls of `wethod.with_response.person_capacities`: as those of `PersonCapacities`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(PersonCapacities.list)
    def list(self) -> None:
        """As `PersonCapacities.list`."""

    @responding(PersonCapacities.get)
    def get(self) -> None:
        """As `PersonCapacities.get`, in a `Response`."""

    @responding(PersonCapacities.create)
    def create(self) -> None:
        """As `PersonCapacities.create`, in a `Response`."""

    @responding(PersonCapacities.update)
    def update(self) -> None:
        """As `PersonCapacities.update`, in a `Response`."""

    @responding(PersonCapacities.delete)
    def delete(self) -> None:
        """As `PersonCapacities.delete`, in a `Response`."""
