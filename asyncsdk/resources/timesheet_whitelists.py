"""The calls of `wethod.timesheet_whitelists`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._codec import arguments, body
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.timesheet_whitelists import TimesheetWhitelist

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["TimesheetWhitelists", "TimesheetWhitelistsWithResponse"]

CREATION: Final = Creation(
    "timesheet_whitelists",
    "/api/timesheet-whitelists",
    TimesheetWhitelist,
    row="/api/timesheet-whitelists/{id}",
    filters={"project_id": "plain", "person_id": "plain"},
)


class TimesheetWhitelists:
    """Who may log time on which project (`/api/timesheet-whitelists`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        person_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[TimesheetWhitelist]:
        """Lists who may log time on which project.

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
            "/api/timesheet-whitelists",
            TimesheetWhitelist,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.integer("person_id", person_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
            ],
            limit=limit,
            offset=offset,
            operation="timesheet_whitelists.list",
            route="/api/timesheet-whitelists",
        )

    async def get(self, id: int) -> TimesheetWhitelist:
        """Reads one whitelist entry.

        Permissions: pipeline.view, pipeline.view_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "timesheet_whitelists.get", "GET", "/api/timesheet-whitelists/{id}", TimesheetWhitelist, id=id
        )

    async def create(
        self,
        *,
        project_id: int,
        person_id: int,
        settle: bool = False,
    ) -> TimesheetWhitelist:
        """Adds a person to a project's timesheet whitelist.

        Assumed: a person who is on the list already is answered 409.

        Permissions: pipeline.edit, pipeline.edit_other.

        Args:
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, ConflictError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("project_id", project_id, minimum=1),
            body.integer("person_id", person_id, minimum=1),
        ]
        call = self._sender.call(
            "timesheet_whitelists.create", "POST", "/api/timesheet-whitelists", TimesheetWhitelist, body=fields
        )
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def delete(self, id: int) -> None:
        """Removes a person from a project's timesheet whitelist.

        Assumed: answered 412 as long as other rows point to it.

        Permissions: pipeline.edit, pipeline.edit_other.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "timesheet_whitelists.delete", "DELETE", "/api/timesheet-whitelists/{id}", None, id=id
        )


class TimesheetWhitelistsWithResponse:
    """The calls of `wethod.with_response.timesheet_whitelists`: as those of `TimesheetWhitelists`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(TimesheetWhitelists.list)
    def list(self) -> None:
        """As `TimesheetWhitelists.list`."""

    @responding(TimesheetWhitelists.get)
    def get(self) -> None:
        """As `TimesheetWhitelists.get`, in a `Response`."""

    @responding(TimesheetWhitelists.create)
    def create(self) -> None:
        """As `TimesheetWhitelists.create`, in a `Response`."""

    @responding(TimesheetWhitelists.delete)
    def delete(self) -> None:
        """As `TimesheetWhitelists.delete`, in a `Response`."""
