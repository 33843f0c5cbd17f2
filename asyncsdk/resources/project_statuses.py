"""The calls of `wethod.project_statuses`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

from .._codec import arguments, body
from .._codec.omitted import OMITTED, Omitted
from .._lists.created_rows import Creation
from .._lists.creating import created
from .._lists.pager import Pager
from .._sending.response import listing, responding
from ..models.project_statuses import ProjectStatus

if TYPE_CHECKING:
    from .._sending.sender import Sender
    from ..filters import DateTimeFilter

__all__ = ["ProjectStatuses", "ProjectStatusesWithResponse"]

CREATION: Final = Creation(
    "project_statuses",
    "/api/project-statuses",
    ProjectStatus,
    row="/api/project-statuses/{id}",
    filters={"project_id": "plain"},
)


class ProjectStatuses:
    """Statuses of projects: progress and days left, reported by week (`/api/project-statuses`)."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        project_id: int | None = None,
        updated_at: DateTimeFilter | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        deleted_at: DateTimeFilter | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Pager[ProjectStatus]:
        """Lists project statuses.

        Permissions: project_status.view, project_status.view_other.

        Args:
            updated_at: When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.
            deleted_at: When rows were deleted, likewise; for `deleted="include"` or `"only"`.
            limit: Rows in a page, 1 to 100. To bound the number of rows use `max_items`.
            offset: Rows to skip.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return Pager(
            self._sender,
            "/api/project-statuses",
            ProjectStatus,
            [
                arguments.integer("project_id", project_id, minimum=1),
                arguments.date_time("updated_at", updated_at),
                arguments.choice("deleted", deleted, ("exclude", "include", "only")),
                arguments.date_time("deleted_at", deleted_at),
            ],
            limit=limit,
            offset=offset,
            operation="project_statuses.list",
            route="/api/project-statuses",
        )

    async def get(self, id: int, *, deleted: Literal["exclude", "include", "only"] | None = None) -> ProjectStatus:
        """Reads one project status.

        Permissions: project_status.view, project_status.view_other.

        Args:
            deleted: `exclude` (default) leaves soft-deleted rows out, `include` adds them, `only` gives just them.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off.
        """
        return await self._sender.call(
            "project_statuses.get",
            "GET",
            "/api/project-statuses/{id}",
            ProjectStatus,
            [arguments.choice("deleted", deleted, ("exclude", "include", "only"))],
            id=id,
        )

    async def create(
        self,
        *,
        project_id: int | Omitted = OMITTED,
        date: dt.date | str | Omitted = OMITTED,
        days_left: int | Omitted = OMITTED,
        progress: float | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        project_status_risk_id: int | Omitted = OMITTED,
        settle: bool = False,
    ) -> ProjectStatus:
        """Creates a project status.

        No reference page says which fields are mandatory. Assumed to be mandatory: project_id, date. An
        InvalidDataError names what is missing.

        Permissions: project_status.create, project_status.create_other.

        Args:
            date: Must be a Monday.
            days_left: Required when the project status mode is remaining-days. Assumed: a fraction is answered 400,
                says a client that rounds before it writes; answers may hold one. From 0 to 10000.
            progress: In percent; required when the project status mode is percentage. At most 100. Assumed: at least
                0.
            settle: Where the answer is lost, look in the list for its row, for up to half a minute. An exact twin
                that another client makes in the same seconds cannot be told apart.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, RateLimitError: As the API answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
            OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more.
        """
        fields = [
            body.integer("project_id", project_id, minimum=1),
            body.date("date", date),
            body.integer("days_left", days_left),
            body.number("progress", progress, maximum=100),
            body.text("notes", notes),
            body.integer("project_status_risk_id", project_status_risk_id),
        ]
        call = self._sender.call("project_statuses.create", "POST", "/api/project-statuses", ProjectStatus, body=fields)
        return await created(call, self._sender, CREATION, fields, settle=settle)

    async def update(
        self,
        id: int,
        *,
        days_left: int | Omitted = OMITTED,
        progress: float | Omitted = OMITTED,
        notes: str | Omitted = OMITTED,
        project_status_risk_id: int | Omitted = OMITTED,
    ) -> ProjectStatus:
        """Changes a project status.

        No reference page was at hand; treat as probable.

        Args:
            days_left: Assumed: a fraction is answered 400, says a client that rounds before it writes; answers may
                hold one. From 0 to 10000.
            progress: At most 100. Assumed: at least 0.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call(
            "project_statuses.update",
            "PATCH",
            "/api/project-statuses/{id}",
            ProjectStatus,
            body=[
                body.integer("days_left", days_left),
                body.number("progress", progress, maximum=100),
                body.text("notes", notes),
                body.integer("project_status_risk_id", project_status_risk_id),
            ],
            id=id,
        )

    async def delete(self, id: int) -> None:
        """Deletes a project status.

        No reference page was at hand; treat as probable.

        Raises:
            ArgumentError: An argument is refused; nothing was sent.
            InvalidDataError, AuthenticationError, PermissionDeniedError, NotFoundError, RateLimitError: As the API
                answers.
            PreconditionFailedError: A company feature it needs is off (assumed).
        """
        return await self._sender.call("project_statuses.delete", "DELETE", "/api/project-statuses/{id}", None, id=id)


class ProjectStatusesWithResponse:
    """The calls of `wethod.with_response.project_statuses`: as those of `ProjectStatuses`, and they return a `Response`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @listing(ProjectStatuses.list)
    def list(self) -> None:
        """As `ProjectStatuses.list`."""

    @responding(ProjectStatuses.get)
    def get(self) -> None:
        """As `ProjectStatuses.get`, in a `Response`."""

    @responding(ProjectStatuses.create)
    def create(self) -> None:
        """As `ProjectStatuses.create`, in a `Response`."""

    @responding(ProjectStatuses.update)
    def update(self) -> None:
        """As `ProjectStatuses.update`, in a `Response`."""

    @responding(ProjectStatuses.delete)
    def delete(self) -> None:
        """As `ProjectStatuses.delete`, in a `Response`."""
