"""The calls of `wethod.holidays`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created, linked
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.holidays import Holiday, HolidayLocation

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["Holidays", "HolidaysWithResponse"]

CREATION: Final = Creation("holidays", "/api/holidays", Holiday, row="/api/holidays/{id}")


class Holidays:
    """Holidays of the company, and the locations that keep them (`/api/holidays`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        location_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[Holiday]:
        """Lists company holidays.

        Permissions: settings.company.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            "/api/holidays",
            Holiday,
            [
                arguments.integer("location_id", location_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="holidays.list",
            route="/api/holidays",
        )

    async def get(self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None) -> Holiday:
        """Reads one holiday.

        Permissions: settings.company.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "holidays.get",
            "GET",
            "/api/holidays/{id}",
            Holiday,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
            id=id,
        )

    async def create(
        self,
        *,
        name: str | Omitted = OMITTED,
        repeating: bool | Omitted = OMITTED,
        exact_date: dt.date | str | Omitted = OMITTED,
        repeating_day: int | Omitted = OMITTED,
        repeating_month: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> Holiday:
        """Creates a holiday.

        No reference page says which fields are mandatory. Assumed to be mandatory: name. An InvalidDataError names
        what is missing.

        Assumed: one that repeats has a day and a month, any other an exact date.

        Permissions: settings.company.

        Args:
            name: At most 255 characters.
            repeating_day: From 1 to 31.
            repeating_month: From 1 to 12.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.text("name", name, max_length=255),
            body.boolean("repeating", repeating),
            body.date("exact_date", exact_date),
            body.integer("repeating_day", repeating_day, minimum=1, maximum=31),
            body.integer("repeating_month", repeating_month, minimum=1, maximum=12),
        ]
        call = self._sender.call("holidays.create", "POST", "/api/holidays", Holiday, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        name: str | Omitted = OMITTED,
        repeating: bool | Omitted = OMITTED,
        exact_date: dt.date | str | Omitted = OMITTED,
        repeating_day: int | Omitted = OMITTED,
        repeating_month: int | Omitted = OMITTED,
    ) -> Holiday:
        """Changes a holiday.

        Permissions: settings.company.

        Args:
            name: At most 255 characters.
            repeating_day: From 1 to 31.
            repeating_month: From 1 to 12.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "holidays.update",
            "PATCH",
            "/api/holidays/{id}",
            Holiday,
            body=[
                body.text("name", name, max_length=255),
                body.boolean("repeating", repeating),
                body.date("exact_date", exact_date),
                body.integer("repeating_day", repeating_day, minimum=1, maximum=31),
                body.integer("repeating_month", repeating_month, minimum=1, maximum=12),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a holiday.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("holidays.delete", "DELETE", "/api/holidays/{id}", None, id=id)

    def list_locations(
        self,
        holiday_id: int,
        *,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[HolidayLocation]:
        """Lists location links of a holiday.

        No reference page was at hand; treat as probable.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return Pager(
            self._sender,
            arguments.path("/api/holidays/{holiday_id}/locations", holiday_id=holiday_id),
            HolidayLocation,
            [
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="holidays.list_locations",
            route="/api/holidays/{holiday_id}/locations",
        )

    async def attach_location(self, holiday_id: int, location_id: int, *, settle: bool = False) -> HolidayLocation:
        """Attaches a location to a holiday.

        Assumed: what is linked already is answered 412; linking again after the link was deleted brings the old link
        back, with its id.

        Permissions: settings.company.

        Args:
            settle: Where the answer is lost, look in the list whether the two are linked.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        call = self._sender.call(
            "holidays.attach_location",
            "POST",
            "/api/holidays/{holiday_id}/locations/{location_id}",
            HolidayLocation,
            holiday_id=holiday_id,
            location_id=location_id,
        )
        if settle:
            return await linked(
                call,
                self._sender,
                arguments.path("/api/holidays/{holiday_id}/locations", holiday_id=holiday_id),
                HolidayLocation,
                location_id=location_id,
            )
        return await call

    async def detach_location(self, holiday_id: int, location_id: int) -> None:
        """Detaches a location from a holiday.

        Assumed: what is not linked is answered 404.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "holidays.detach_location",
            "DELETE",
            "/api/holidays/{holiday_id}/locations/{location_id}",
            None,
            holiday_id=holiday_id,
            location_id=location_id,
        )


class HolidaysWithResponse:
    """The calls of `wethod.with_response.holidays`: as those of `Holidays`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(Holidays.list)
    def list(self) -> None:
        """As `Holidays.list`."""

    @responding(Holidays.get)
    def get(self) -> None:
        """As `Holidays.get`, in a `Response`."""

    @responding(Holidays.create)
    def create(self) -> None:
        """As `Holidays.create`, in a `Response`."""

    @responding(Holidays.update)
    def update(self) -> None:
        """As `Holidays.update`, in a `Response`."""

    @responding(Holidays.delete)
    def delete(self) -> None:
        """As `Holidays.delete`, in a `Response`."""

    @listing(Holidays.list_locations)
    def list_locations(self) -> None:
        """As `Holidays.list_locations`."""

    @responding(Holidays.attach_location)
    def attach_location(self) -> None:
        """As `Holidays.attach_location`, in a `Response`."""

    @responding(Holidays.detach_location)
    def detach_location(self) -> None:
        """As `Holidays.detach_location`, in a `Response`."""
